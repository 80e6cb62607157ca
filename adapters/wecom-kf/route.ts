import { z } from 'zod';
import { listOf, numberOf, textOf } from '../../src/formats/fields.ts';
import type { Json } from '../../src/model/message.ts';
import type { Delivery, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import { briefServicer } from './brief.ts';
import type { Desk } from './desk.ts';
import type { Chat } from './kf-api.ts';
import { type Deed, note, readMemory, type Session, stateOf } from './memory.ts';
import { isUsed, msgidOf } from './msgid.ts';
import { codes, type Failure, isClosed, isSaid, outcomeOf, outcomeOfHarmless } from './outcome.ts';
import { recordSaid } from './said.ts';
import { sayByCode } from './say-by-code.ts';
import { writeTranscript } from './transcript.ts';
import { findUntold, noteTold, transcriptId } from './untold.ts';

type Route = Extract<Deed, { kind: 'route' }>;

/**
 * A customer wrote. Unless somebody has him already, agents are shown what was written before, and only then the chat
 * goes to the pool or to a servicer: afterwards nothing could be said any more (WeCom, states of a session). One call a
 * step.
 */
export async function routeCustomer(desk: Desk, deed: Route, context: VisitorContext): Promise<Delivery> {
  const progress = progressShape.parse(context.progress ?? {});
  const step: Step = { desk, deed, context, progress };
  switch (progress.step) {
    case 'look':
      return look(step);
    case 'tell':
      return tell(step);
    case 'find':
      return findServicers(step);
    case 'move':
      return move(step);
    case 'brief':
      return brief(step);
    case 'prompt':
      return prompt(step);
    default:
      return progress.step satisfies never;
  }
}

const progressShape = z
  .object({
    step: z.enum(['look', 'tell', 'find', 'move', 'brief', 'prompt']).default('look'),
    /** How often the state was asked for. */
    looks: z.int().default(0),
    page: z.int().default(0),
    /** The transcript ends there. */
    until: z.int().optional(),
    /** Who is to be tried, first first; none: the pool. */
    servicers: z.array(z.string()).default([]),
    code: z.string().optional(),
  })
  .catch({ step: 'look', looks: 0, page: 0, servicers: [] });

type Progress = z.output<typeof progressShape>;

interface Step {
  readonly desk: Desk;
  readonly deed: Route;
  readonly context: VisitorContext;
  readonly progress: Progress;
}

const mostLooks = 3;

async function look(step: Step): Promise<Delivery> {
  const { desk, context, progress } = step;
  const known = stateOf(readMemory(context.memory.conversation), desk.now());
  const isServed = known !== undefined && (known.state === 2 || known.state === 3);
  // After a surprise, what is remembered is what was wrong.
  if (isServed && progress.looks === 0) return { outcome: 'accepted' };
  if (progress.looks >= mostLooks) return { outcome: 'refused', code: 'state' };
  const answer = await desk.api.state(chatOf(step), context.signal);
  if (answer.kind !== 'ok') return outcomeOfHarmless(answer, context.number);
  const session = readSession(answer.fields);
  if (session === undefined) return { outcome: 'later', code: 'unreadable', because: 'message' };
  const events = [noteSession(step, session)];
  const isOpen = session.state <= 1;
  if (!isOpen) return { outcome: 'accepted', events };
  return { ...goOn({ ...progress, step: 'tell', looks: progress.looks + 1 }), events };
}

function readSession(fields: Parameters<typeof numberOf>[0]): Omit<Session, 'at'> | undefined {
  const state = numberOf(fields, 'service_state');
  if (state !== 0 && state !== 1 && state !== 2 && state !== 3 && state !== 4) return undefined;
  const servicer = textOf(fields, 'servicer_userid') ?? textOf(fields, 'service_userid');
  return { state, ...(servicer !== undefined && { servicer }) };
}

/** The transcript, a message a step, unless the welcome has told it. */
async function tell(step: Step): Promise<Delivery> {
  const { desk, context, progress } = step;
  const { transcriptVia, transcriptMaxMessages } = desk.settings.handoff;
  const untold = await findUntold(desk, context, progress.until);
  const pages = transcriptVia.includes('chat') ? writeTranscript(untold, transcriptMaxMessages) : [];
  const text = pages[progress.page];
  if (text === undefined) return sendOn(step);
  const msgid = msgidOf(transcriptId(context, pages.length - 1 - progress.page));
  const answer = await desk.api.sendMessage({ ...chatOf(step), msgid, text }, context.signal);
  // Once under its id, whichever way it was told: a welcome whose answer was lost had arrived.
  if (answer.kind !== 'ok' && !isUsed(desk, answer)) return withoutTranscript(step, answer);
  const said = recordSaid(text, { msgid, at: desk.now() });
  const isLast = progress.page === pages.length - 1;
  // What is said meanwhile would move the lines from page to page.
  if (!isLast)
    return { ...goOn({ ...progress, page: progress.page + 1, until: untold.until }), events: [said] };
  return {
    ...goOn({ ...progress, page: progress.page + 1 }),
    events: [said, noteTold(desk, untold, context)],
  };
}

/** Agents rather come without a transcript (its words may be forbidden) than not at all. */
function withoutTranscript(step: Step, failure: Failure): Delivery {
  const { desk, context, progress } = step;
  if (isClosed(failure, desk.settings)) return lookAgain(step, failure);
  const outcome = outcomeOf(failure, context.number);
  return outcome.outcome === 'refused' ? goOn({ ...progress, step: 'tell', page: pastAll }) : outcome;
}

/** No transcript has so many messages. */
const pastAll = 99;

/** Nothing more is said: who is to have the chat? */
async function sendOn(step: Step): Promise<Delivery> {
  const { route } = step.desk.settings.handoff;
  switch (route) {
    case 'none':
      return { outcome: 'accepted' };
    case 'pool':
      return move(step);
    case 'servicer:auto':
      return findServicers(step);
    default:
      return move({ ...step, progress: { ...step.progress, servicers: [route.slice('servicer:'.length)] } });
  }
}

/** Whoever receives, each chat beginning with another. */
async function findServicers(step: Step): Promise<Delivery> {
  const { desk, context, progress } = step;
  const answer = await desk.api.servicers(chatOf(step).openKfid, context.signal);
  if (answer.kind !== 'ok') {
    const outcome = outcomeOfHarmless(answer, context.number);
    return outcome.outcome === 'refused' ? goOn({ ...progress, step: 'move', servicers: [] }) : outcome;
  }
  const receiving = listOf(answer.fields, 'servicer_list').flatMap((servicer) => {
    const userid = textOf(servicer, 'userid');
    return userid !== undefined && numberOf(servicer, 'status') === 0 ? [userid] : [];
  });
  const first =
    receiving.length === 0 ? 0 : Number.parseInt(msgidOf(context.key).slice(0, 8), 16) % receiving.length;
  const servicers = [...receiving.slice(first), ...receiving.slice(0, first)].slice(0, mostServicers);
  return goOn({ ...progress, step: 'move', servicers });
}

const mostServicers = 10;

async function move(step: Step): Promise<Delivery> {
  const { desk, context, progress } = step;
  const [servicer, ...others] = progress.servicers;
  const state = servicer === undefined ? 2 : 3;
  const to = { ...chatOf(step), state, ...(servicer !== undefined && { servicer }) };
  const answer = await desk.api.moveState(to, context.signal);
  if (answer.kind !== 'ok') return moveElsewhere(step, answer, others);
  const code = textOf(answer.fields, 'msg_code');
  const events = [noteSession(step, { state, ...(servicer !== undefined && { servicer }) })];
  return { ...goOn({ ...progress, step: 'brief', ...(code !== undefined && { code }) }), events };
}

/** Nobody tells of what we moved ourselves: it is now that a servicer is told what was said before. */
async function brief({ desk, context, progress }: Step): Promise<Delivery> {
  const briefed = await briefServicer(desk, progress.servicers[0], context);
  return briefed.outcome === 'told'
    ? { ...goOn({ ...progress, step: 'prompt' }), events: briefed.events }
    : briefed;
}

function moveElsewhere(step: Step, failure: Failure, others: readonly string[]): Delivery {
  const { progress, context } = step;
  const isGone = isSaid(failure, codes.noServicer) || isSaid(failure, codes.notReceiving);
  if (isGone && progress.servicers.length > 0)
    return goOn({ ...progress, step: 'move', servicers: [...others] });
  const hasMoved = isSaid(failure, codes.wrongMove) || isSaid(failure, codes.ended);
  return hasMoved ? lookAgain(step, failure) : outcomeOfHarmless(failure, context.number);
}

/** What the code of a move allows to be said once. */
async function prompt({ desk, context, progress: { code } }: Step): Promise<Delivery> {
  return code === undefined ? { outcome: 'accepted' } : sayByCode(desk, { code, isPrompted: false }, context);
}

/** The chat is not in the state that it was in: somebody took it, or it ended. */
function lookAgain({ progress, desk }: Step, failure: Failure): Delivery {
  const isQuota = failure.kind === 'said' && desk.settings.quotaErrcodes.includes(failure.code);
  // The five messages are used up; the move itself needs none.
  if (isQuota) return goOn({ ...progress, step: 'tell', page: pastAll });
  return goOn({ ...progress, step: 'look', looks: Math.max(progress.looks, 1) });
}

function chatOf({ deed: { openKfid, external } }: Step): Chat {
  return { openKfid, external };
}

/** What we move ourselves is told by no event. */
function noteSession({ desk, context, progress }: Step, session: Omit<Session, 'at'>): VendorEvent {
  const keys = [`state:${context.key}:${progress.step}:${progress.looks}`];
  return note({ session }, { at: desk.now(), keys });
}

function goOn(progress: Progress): Extract<Delivery, { outcome: 'more' }> {
  return { outcome: 'more', progress: progress as unknown as Json }; // texts and numbers only
}

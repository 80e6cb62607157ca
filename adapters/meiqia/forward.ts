import type { Message } from '../../src/model/message.ts';
import type { Attempt, Delivery, Effects } from '../../src/ports/helpdesk.ts';
import { allocate, keepsTickets, routeName, tellNobody, tellQueued } from './allocate.ts';
import { askFor, type Desk } from './desk.ts';
import { introduce } from './introduce.ts';
import { leaveMessage } from './leave.ts';
import { note, readMemory, stateOf } from './memory.ts';
import { type Failure, outcomeOf } from './outcome.ts';
import { planPieces } from './pieces.ts';
import { watchStream } from './poll.ts';
import { routeOf } from './profile.ts';
import { findLost } from './settle-lost.ts';
import { goOn, nextPiece, progressShape, type Step } from './step.ts';
import { readSent } from './wire.ts';
import { mustUpload, uploadPiece, writePiece } from './write-piece.ts';

/**
 * Carries one message of a visitor, a call that matters a step: he is introduced, the first medium is uploaded, somebody
 * who serves is asked for, then each piece goes, its medium before it. `more` goes on with the next.
 */
export async function forwardMessage(desk: Desk, message: Message, attempt: Attempt): Promise<Delivery> {
  const progress = progressShape.parse(attempt.progress);
  const pieces = planPieces(message.parts, desk.settings);
  const piece = pieces[progress.piece];
  if (piece === undefined) return { outcome: 'accepted' };
  const memory = readMemory(attempt.memory.conversation);
  const state = stateOf(memory, desk.now());
  const isLast = progress.piece === pieces.length - 1;
  const known = await becomeKnown({ desk, attempt, memory });
  if (known.kind === 'failed') return known.outcome;
  const delivery = await takeStep({ desk, attempt, progress, piece, isLast, memory, state });
  return known.effects === undefined ? delivery : withEffects(delivery, known.effects);
}

/** The visitor's id at Meiqia is kept and bound as soon as it is there. */
async function becomeKnown({
  desk,
  attempt,
  memory,
}: Pick<Step, 'desk' | 'attempt' | 'memory'>): Promise<
  | { readonly kind: 'known'; readonly effects?: Pick<Effects, 'events' | 'bind'> }
  | { readonly kind: 'failed'; readonly outcome: Delivery }
> {
  const { conversation, number, signal } = attempt;
  const found = await desk.visitors.find(conversation, { trackId: memory.trackId, number, signal });
  if (found.kind === 'failed') return found;
  const { trackId } = found.record;
  if (trackId === memory.trackId) return { kind: 'known' };
  return { kind: 'known', effects: { events: [note({ trackId }, desk.now())], bind: [trackId] } };
}

async function takeStep(step: Step): Promise<Delivery> {
  const { desk, attempt, progress } = step;
  // First of all: a step that goes on forgets that an answer was lost.
  const settled = attempt.lost === undefined ? undefined : await settle(step);
  if (settled !== undefined) return settled;
  if (!progress.isIntroduced) {
    const events = await introduce(desk, attempt);
    if (events !== undefined) return { ...goOn({ ...progress, isIntroduced: true }), events };
  }
  if (isUnserved(step) && !(await keepsTickets(desk, attempt))) {
    return { outcome: 'refused', code: 'offline' };
  }
  // Nobody is asked to serve a visitor whose picture does not come through.
  if (mustUpload(step)) return uploadPiece(step);
  if (mustAllocate(step)) return askFirst(step);
  return isUnserved(step) ? leave(step) : sendPiece(step);
}

function isUnserved({ progress, state }: Step): boolean {
  return progress.isLeft === true || state?.kind === 'offline';
}

/** Once, and not with each message: for nobody, for another wish, and after the end of what was open. */
function mustAllocate({ desk, attempt, progress, memory, state }: Step): boolean {
  if (progress.isAllocated || progress.isLeft) return false;
  if (state === undefined || progress.ended !== undefined) return true;
  const route = routeName(routeOf(desk.settings, attempt.conversation, attempt.routing));
  return state.kind === 'open' && memory.route !== undefined && memory.route !== route;
}

async function askFirst(step: Step): Promise<Delivery> {
  const { desk, attempt, progress } = step;
  const allocation = await allocate(desk, attempt);
  if (allocation.kind === 'failed') return allocation.outcome;
  const { kind, events, wakes } = allocation;
  const effects = { ...(events !== undefined && { events }), ...(wakes !== undefined && { wakes }) };
  const next = { ...progress, isAllocated: true };
  switch (kind) {
    case 'blocked':
      return { outcome: 'refused', code: 'blacklist', isSilent: true, ...effects };
    case 'closed':
      return { outcome: 'refused', code: 'offline', ...effects };
    case 'ticket':
      return { ...goOn({ ...next, isLeft: true }), ...effects };
    default:
      return { ...goOn(next), ...effects };
  }
}

async function leave(step: Step): Promise<Delivery> {
  const { desk, attempt, progress } = step;
  const left = await leaveMessage(desk, attempt, await writePiece(step));
  if (left.kind === 'failed') return left.outcome;
  const { effects } = left;
  return step.isLast ? { outcome: 'accepted', ...effects } : { ...goOn(nextPiece(progress)), ...effects };
}

async function sendPiece(step: Step): Promise<Delivery> {
  const { desk, attempt } = step;
  const message = await writePiece(step);
  const asked = await askFor(
    desk,
    attempt,
    (record) => desk.api.sendMessage(record, message, attempt.signal),
    { once: true },
  );
  if (asked.kind === 'failed') return asked.outcome;
  const { answer } = asked;
  if (answer.kind !== 'ok') return sendFailed(step, answer);
  const sent = readSent(answer.fields);
  switch (sent.kind) {
    case 'taken':
      return withEffects(taken(step, sent.id), sent.isQueued ? await tellQueued(desk, attempt) : {});
    case 'queued': {
      const later = {
        outcome: 'later',
        code: 'queueing',
        because: 'queue',
        afterMs: 30_000,
        atMost: 20,
      } as const;
      return { ...later, ...(await tellQueued(desk, attempt)) };
    }
    case 'notFound':
      return allocateAfresh(step, 'conversation not found');
    case 'nobody':
      return nobody(step);
    case 'blocked':
      return {
        outcome: 'refused',
        code: 'blacklist',
        isSilent: true,
        events: [note({ blocked: true }, desk.now())],
      };
    case 'unreadable':
      return outcomeOf({ kind: 'lost', code: 'unreadable' }, attempt.number);
    default:
      return sent satisfies never;
  }
}

/** Meiqia's own client takes HTTP 400 for "nobody to receive it". */
async function sendFailed(step: Step, failure: Failure): Promise<Delivery> {
  const isRefused = failure.kind === 'status' && failure.status === 400;
  return isRefused ? allocateAfresh(step, 'http 400') : outcomeOf(failure, step.attempt.number);
}

/** The conversation is forgotten and another asked for, once; then the message is left as a ticket. */
async function allocateAfresh(step: Step, code: string): Promise<Delivery> {
  const { desk, progress, state } = step;
  const at = desk.now();
  if (progress.ended !== undefined) {
    const alarm = `Meiqia opens conversations that take no message (${code}): look into the console`;
    return { ...(await nobody(step)), ...(code !== 'http 400' && { alarm }) };
  }
  const { isAllocated: _asked, ...rest } = progress;
  const over = state?.kind === 'open' ? [note({ over: state.conv }, at)] : [];
  return { ...goOn({ ...rest, ended: 1 }), events: over };
}

async function nobody(step: Step): Promise<Delivery> {
  const { kind, ...effects } = await tellNobody(step.desk, step.attempt);
  return kind === 'closed'
    ? { outcome: 'refused', code: 'offline', ...effects }
    : { ...goOn({ ...step.progress, isLeft: true }), ...effects };
}

function taken({ desk, isLast, progress }: Step, id: string): Delivery {
  const now = desk.now();
  const effects = { events: [note({ sentAt: now }, now)], ...watchStream(desk.settings, now) };
  if (isLast) return { outcome: 'accepted', vendorId: id, ...effects };
  return { ...goOn({ ...nextPiece(progress), sent: [...(progress.sent ?? []), id] }), ...effects };
}

/** An answer was lost: what arrived stands in the stream, and is not sent again. `undefined`: it did not arrive. */
async function settle(step: Step): Promise<Delivery | undefined> {
  const { desk, attempt, progress } = step;
  const { lost } = attempt;
  // What was not uploaded yet was not sent.
  if (lost === undefined || lost.repeats || progress.isLeft || mustUpload(step)) return undefined;
  const explained = [...attempt.explained, ...(progress.sent ?? [])];
  const found = await findLost(desk, attempt, {
    message: await writePiece(step),
    lostAt: lost.startedAt,
    explained,
  });
  switch (found.kind) {
    case 'found':
      return taken(step, found.id);
    case 'absent':
      return undefined;
    case 'failed':
      return found.outcome;
    default:
      return found satisfies never;
  }
}

function withEffects(delivery: Delivery, { events = [], ...effects }: Effects): Delivery {
  const all = [...events, ...(delivery.events ?? [])];
  return { ...effects, ...delivery, ...(all.length > 0 && { events: all }) };
}

import type { Part } from '../../src/model/message.ts';
import type { Delivery, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import { isSameChat } from './accounts.ts';
import { briefServicer } from './brief.ts';
import { labelOf } from './content.ts';
import type { Desk } from './desk.ts';
import { enterChat } from './enter.ts';
import { type Deed, extraOf, type Memory, readMemory, sessionLivesMs, stateOf } from './memory.ts';
import { msgidOf } from './msgid.ts';
import { onceFailed, outcomeOf } from './outcome.ts';
import { routeCustomer } from './route.ts';
import { recordSaid } from './said.ts';
import { sayByCode } from './say-by-code.ts';

/** Does what an event of the kf chat asks for, if it is the visitor's own customer whom it concerns. */
export async function reactToChat(
  desk: Desk,
  event: VendorEvent,
  context: VisitorContext,
): Promise<Delivery> {
  const { deed } = extraOf(event);
  const memory = readMemory(context.memory.conversation);
  if (deed === undefined) return done;
  if (deed.kind === 'enter') return enterChat({ desk, deed, context, event });
  if (!isSameChat(memory.kf, deed)) return done;
  const given = { desk, memory, context, event };
  switch (deed.kind) {
    case 'route':
      return untilQuiet(await routeCustomer(desk, deed, context));
    case 'mirror':
      return untilQuiet(mirror(given, deed));
    case 'greet':
      return greet(given, deed);
    case 'askRating':
      return askRating(given, deed);
    case 'rated':
      return closeAgain(given, deed);
    default:
      return deed satisfies never;
  }
}

const done: Extract<Delivery, { outcome: 'accepted' }> = { outcome: 'accepted' };

interface Given {
  readonly desk: Desk;
  readonly memory: Memory;
  readonly context: VisitorContext;
  readonly event: VendorEvent;
}

/** Somebody spoke in the chat: it ends when nobody has for so long. */
function untilQuiet(delivery: Delivery): Delivery {
  return { ...delivery, wakes: [{ name: 'quiet', afterMs: sessionLivesMs }] };
}

/** A servicer's words also come to the mini-program where the visitor wrote there last. */
function mirror({ desk, memory, event }: Given, { id }: Extract<Deed, { kind: 'mirror' }>): Delivery {
  if (event.kind !== 'recorded') return done;
  const isWanted = desk.settings.handoff.mirror === 'always' || memory.spokeIn === 'mp';
  if (!isWanted || event.from.role === 'visitor') return done;
  const parts = event.parts.map(mirrored);
  const message: VendorEvent = {
    kind: 'message',
    from: event.from,
    parts,
    vendorId: id,
    keys: [`mirror:${id}`],
    at: event.at,
  };
  return { outcome: 'accepted', events: [message] };
}

function mirrored(part: Part): Part {
  switch (part.kind) {
    case 'text':
    case 'link':
    case 'miniProgramPage':
    case 'image':
      return part;
    default:
      return { kind: 'text', text: `[${labelOf(part)}] 请在微信客服会话中查看` };
  }
}

/** A servicer has the chat: he is told what was said before, and the visitor, once a session, that he is there. */
async function greet(
  { desk, memory, context }: Given,
  { servicer, code }: Extract<Deed, { kind: 'greet' }>,
): Promise<Delivery> {
  if (context.progress === null) {
    const briefed = await briefServicer(desk, servicer, context);
    return briefed.outcome === 'told'
      ? { outcome: 'more', progress: 'briefed', events: briefed.events }
      : briefed;
  }
  return code === undefined
    ? done
    : sayByCode(desk, { code, isPrompted: stateOf(memory, desk.now())?.isPrompted ?? false }, context);
}

/** Grades to click on; a click comes back as a message of the customer's. */
async function askRating(
  { desk, context }: Given,
  { code }: Extract<Deed, { kind: 'askRating' }>,
): Promise<Delivery> {
  const { rating, ratingTitle } = desk.settings.handoff;
  const options = rating.map((label, index) => ({
    id: `rate:${context.conversation.id}:${index + 1}`,
    label,
  }));
  const list = options.map(({ id, label }) => ({ type: 'click', click: { id, content: label } }));
  const content = { msgtype: 'msgmenu', msgmenu: { head_content: ratingTitle, list } } as const;
  const msgid = msgidOf(`${context.key}|r`);
  const answer = await desk.api.sendOnEvent({ code, msgid, content }, context.signal);
  if (answer.kind !== 'ok') return onceFailed(answer, context.number);
  const asked: Part = { kind: 'menu', text: ratingTitle, options };
  return { outcome: 'accepted', events: [recordSaid(asked, { msgid, at: desk.now() })] };
}

/** The click has opened the chat anew, and nobody is wanted: it ends again. What WeCom says to that changes nothing. */
async function closeAgain(
  { desk, context }: Given,
  { openKfid, external }: Extract<Deed, { kind: 'rated' }>,
): Promise<Delivery> {
  const answer = await desk.api.moveState({ openKfid, external, state: 4 }, context.signal);
  if (answer.kind === 'ok' || answer.kind === 'said') return done;
  return outcomeOf(answer, context.number);
}

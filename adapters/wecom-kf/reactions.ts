import type { Part, Sender } from '../../src/model/message.ts';
import type { Delivery, VendorEvent } from '../../src/ports/helpdesk.ts';
import { customerId, isSameChat } from './accounts.ts';
import { labelOf } from './content.ts';
import type { Desk, VisitorContext } from './desk.ts';
import { type Deed, extraOf, type Memory, readMemory } from './memory.ts';
import { isRepeat, msgidOf } from './msgid.ts';
import { type Failure, outcomeOf } from './outcome.ts';
import { routeCustomer } from './route.ts';
import { writeTranscript } from './transcript.ts';
import { findUntold, noteTold } from './untold.ts';

/** Does what an event of the kf chat asks for, if it is the visitor's own customer whom it concerns. */
export async function reactToChat(
  desk: Desk,
  event: VendorEvent,
  context: ReactingContext,
): Promise<Delivery> {
  const { deed } = extraOf(event);
  const memory = readMemory(context.memory.conversation);
  if (deed === undefined) return done;
  const isOwn = isSameChat(memory.kf, deed);
  if (deed.kind === 'enter') return isOwn ? bindCustomer(deed, event) : tellConflict(deed, event);
  if (!isOwn) return done;
  const given = { desk, memory, context, event };
  switch (deed.kind) {
    case 'welcome':
      return welcome(given, deed.code);
    case 'route':
      return routeCustomer(desk, deed, context);
    case 'mirror':
      return mirror(given, deed);
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

export type ReactingContext = VisitorContext & { readonly notAfter?: number };

interface Given {
  readonly desk: Desk;
  readonly memory: Memory;
  readonly context: ReactingContext;
  readonly event: VendorEvent;
}

/** From now on what this customer does belongs to the visitor. */
function bindCustomer(deed: Extract<Deed, { kind: 'enter' }>, { at }: VendorEvent): Delivery {
  return {
    outcome: 'accepted',
    bind: [customerId(deed)],
    events: [recorded('handed-off', { at, keys: [`handedOff:${customerId(deed)}:${deed.ref}`] })],
  };
}

/** The card was passed on: this is somebody else, who learns nothing of the visitor. */
function tellConflict(deed: Extract<Deed, { kind: 'enter' }>, { at }: VendorEvent): Delivery {
  return {
    outcome: 'accepted',
    events: [recorded('handoff-conflict', { at, keys: [`conflict:${customerId(deed)}:${deed.ref}`] })],
  };
}

/** The time that the answer itself may take (WeCom, `kf/send_msg_on_event`: a welcome code lives 20 s). */
const travelMs = 5000;

/** What was written before is the first thing that agents and the visitor see in the chat. */
async function welcome({ desk, context }: Given, code: string): Promise<Delivery> {
  const { handoff } = desk.settings;
  const untold = await findUntold(desk, context);
  const [text] = writeTranscript(untold);
  const isLate = context.notAfter !== undefined && desk.now() > context.notAfter - travelMs;
  if (text === undefined || isLate || !handoff.transcriptVia.includes('welcome')) return done;
  const content = { msgtype: 'text', text: { content: text } } as const;
  const answer = await desk.api.sendOnEvent(
    { code, msgid: msgidOf(`${context.key}|w`), content },
    context.signal,
  );
  if (answer.kind !== 'ok' && !isRepeat(desk, answer, context)) return onceFailed(answer, context);
  return { outcome: 'accepted', events: [noteTold(desk, untold, context)] };
}

/** A code that was refused is used up; whatever else went wrong may be tried again while it lives. */
function onceFailed(failure: Failure, context: ReactingContext): Delivery {
  const outcome = outcomeOf(failure, context.number);
  if (outcome.outcome !== 'refused') return outcome;
  return { outcome: 'refused', code: outcome.code };
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

/** A servicer has the chat: he is told what was written before, and the visitor that he is there. */
async function greet(
  { desk, context }: Given,
  { servicer, code }: Extract<Deed, { kind: 'greet' }>,
): Promise<Delivery> {
  const { settings, api } = desk;
  const { prompt, transcriptVia } = settings.handoff;
  const untold = await findUntold(desk, context);
  const [text] = writeTranscript(untold);
  const isBriefed = typeof context.progress === 'string';
  if (
    !isBriefed &&
    servicer !== undefined &&
    text !== undefined &&
    transcriptVia.includes('app') &&
    settings.agentid !== undefined
  ) {
    const answer = await api.sendToMember(
      servicer,
      { msgtype: 'text', text: { content: text } },
      context.signal,
    );
    const outcome = answer.kind === 'ok' ? undefined : outcomeOf(answer, context.number);
    if (outcome !== undefined && outcome.outcome !== 'refused') return outcome;
    const events = outcome === undefined ? [noteTold(desk, untold, context)] : [];
    return { outcome: 'more', progress: 'briefed', events };
  }
  if (prompt === undefined || code === undefined) return done;
  return sayOnce(
    desk,
    { code, msgid: msgidOf(`${context.key}|p`), content: { msgtype: 'text', text: { content: prompt } } },
    context,
  );
}

/** Grades to click on; a click comes back as a message of the customer's. */
async function askRating(
  { desk, context }: Given,
  { code }: Extract<Deed, { kind: 'askRating' }>,
): Promise<Delivery> {
  const { rating, ratingTitle } = desk.settings.handoff;
  const list = rating.map((label, index) => ({
    type: 'click',
    click: { id: `rate:${index + 1}`, content: label },
  }));
  const content = { msgtype: 'msgmenu', msgmenu: { head_content: ratingTitle, list } } as const;
  return sayOnce(desk, { code, msgid: msgidOf(`${context.key}|r`), content }, context);
}

async function sayOnce(
  { api }: Desk,
  message: Parameters<Desk['api']['sendOnEvent']>[0],
  context: ReactingContext,
): Promise<Delivery> {
  const answer = await api.sendOnEvent(message, context.signal);
  return answer.kind === 'ok' ? done : onceFailed(answer, context);
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

function recorded(
  name: string,
  { at, keys }: { readonly at: number; readonly keys: readonly string[] },
): VendorEvent {
  const from: Sender = { role: 'system' };
  return { kind: 'recorded', from, parts: [{ kind: 'event', name }], keys, at };
}

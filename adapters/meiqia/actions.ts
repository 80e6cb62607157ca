import { numberOf } from '../../src/formats/fields.ts';
import type { Message } from '../../src/model/message.ts';
import type { Delivery, RatingChoice, VendorEvent, WakeDelivery } from '../../src/ports/helpdesk.ts';
import { allocate } from './allocate.ts';
import type { Answer } from './api.ts';
import { askFor, type Desk, type VisitorContext } from './desk.ts';
import { startOf } from './happenings.ts';
import { sendAttrs } from './introduce.ts';
import { note, readMemory, stateOf } from './memory.ts';
import { outcomeOfHarmless } from './outcome.ts';
import { watchStream } from './poll.ts';
import { fingerprintOf, profileOf } from './profile.ts';
import { readActiveConv, readSent, type VisitorRecord } from './wire.ts';

/** Asks for a human, past the robot. That nobody is online, or a queue, are answers too. */
export async function askForAgent(desk: Desk, context: VisitorContext): Promise<Delivery> {
  const state = stateOf(readMemory(context.memory.conversation), desk.now());
  const robot = state?.kind === 'open' && state.isRobot ? state.token : undefined;
  const first = await allocate(desk, context, robot === undefined ? [] : [robot]);
  // Where nobody served yet, the robot comes first.
  const again = first.kind === 'open' && robot === undefined && first.robot !== undefined;
  const asked = again ? await allocate(desk, context, [first.robot]) : first;
  if (asked.kind === 'failed') return asked.outcome;
  const { events = [], wakes } = asked;
  const before = again && first.kind === 'open' ? (first.events ?? []) : [];
  const effects = { events: [...before, ...events], ...(wakes !== undefined && { wakes }) };
  return asked.kind === 'blocked'
    ? { outcome: 'refused', code: 'blacklist', isSilent: true, ...effects }
    : { outcome: 'accepted', ...effects, ...watchStream(desk.settings, desk.now()) };
}

/** Hands in the visitor's rating, of the conversation that was asked about. */
export async function rate(desk: Desk, choice: RatingChoice, context: VisitorContext): Promise<Delivery> {
  const level = Number(choice.option.id);
  if (![0, 1, 2].includes(level)) return { outcome: 'refused', code: 'no_grade' };
  // The same grade twice is the same grade.
  return tell(desk, context, (record) =>
    desk.api.evaluate(record, { conv: choice.session, level }, context.signal),
  );
}

/** Sends the profile now, whether it has changed or not. */
export async function sendProfile(desk: Desk, context: VisitorContext): Promise<Delivery> {
  const isTold = await sendAttrs(
    desk,
    context,
    readMemory(context.memory.conversation).profile === undefined,
  );
  if (!isTold) return { outcome: 'later', code: 'attrs', because: 'message' };
  const profile = fingerprintOf(profileOf(desk.settings, context.conversation));
  return { outcome: 'accepted', events: [note({ introduced: { profile } }, desk.now())] };
}

/** Meiqia has no line that only agents see: it is a text of the visitor's, with a mark before it. */
export async function writeNote(desk: Desk, text: string, context: VisitorContext): Promise<Delivery> {
  const message = { type: 'text', content: `【系统】${text}` } as const;
  const asked = await askFor(
    desk,
    context,
    (record) => desk.api.sendMessage(record, message, context.signal),
    {
      once: true,
    },
  );
  if (asked.kind === 'failed') return asked.outcome;
  const { answer } = asked;
  if (answer.kind !== 'ok') return outcomeOfHarmless(answer, context.number);
  const sent = readSent(answer.fields);
  return sent.kind === 'taken' ? { outcome: 'accepted' } : { outcome: 'refused', code: 'offline' };
}

/** Agents cannot answer any more then, so the bridge never does it by itself (Meiqia, README of its SDK). */
export async function closeSession(desk: Desk, context: VisitorContext): Promise<Delivery> {
  const { state } = readMemory(context.memory.conversation);
  const ended = await tell(desk, context, (record) => desk.api.endConversation(record, context.signal));
  if (ended.outcome !== 'accepted' || state?.kind !== 'open') return ended;
  const at = desk.now();
  return { ...ended, events: [note({ over: state.conv }, at, [`session:${state.conv}:end`])] };
}

/** WeChat has taken a message: Meiqia shows it as delivered. What fails is left. */
export async function tellDelivered(desk: Desk, reply: Message, context: VisitorContext): Promise<Delivery> {
  const { state, ended = [] } = readMemory(context.memory.conversation);
  // The last words of a conversation may go out after its end.
  const conv = state?.kind === 'open' ? state.conv : ended[0];
  const { vendorId } = reply;
  if (!isNumber(vendorId) || !isNumber(conv)) return { outcome: 'accepted' };
  await askFor(desk, context, (record) =>
    desk.api.delivered(record, { conv, ids: [vendorId] }, context.signal),
  );
  return { outcome: 'accepted' };
}

/** Answers to tickets are numbered apart, and have no receipts. */
function isNumber(id: string | undefined): id is string {
  return id !== undefined && /^\d+$/.test(id);
}

/** The last words may have come after the last look. */
export async function lookOnceMore(): Promise<Delivery> {
  return { outcome: 'accepted', watch: [{ topic: 'stream', afterMs: 0 }] };
}

/** Looks at the queue while the visitor waits in it, and is due again as long as he does. */
export async function pollQueue(desk: Desk, context: VisitorContext): Promise<WakeDelivery> {
  const { state } = readMemory(context.memory.conversation);
  const stop = { wakes: [{ name: 'queue', afterMs: null }] };
  if (state?.kind !== 'queued') return { outcome: 'accepted', ...stop };
  const again = { wakes: [{ name: 'queue', afterMs: desk.settings.queuePollSec * 1000 }] };
  const asked = await askFor(desk, context, (record) => desk.api.queuePosition(record, context.signal));
  if (asked.kind === 'failed' || asked.answer.kind !== 'ok') return { outcome: 'accepted', ...again };
  const position = numberOf(asked.answer.fields, 'position');
  if (position !== undefined && position > 0) {
    const ahead = position - 1;
    const hasMoved = ahead !== state.ahead;
    return { outcome: 'accepted', ...again, ...(hasMoved && { events: [queued(desk, context, ahead)] }) };
  }
  const left = await leaveQueue(desk, context);
  return left === undefined
    ? { outcome: 'accepted', ...again }
    : { outcome: 'accepted', ...stop, events: left, ...watchStream(desk.settings, desk.now()) };
}

function queued(desk: Desk, context: VisitorContext, ahead: number): VendorEvent {
  return { kind: 'queued', ahead, keys: [`${context.key}:${ahead}`], at: desk.now() };
}

/** Out of the queue: into a conversation, or nowhere. `undefined`: he waits after all. */
async function leaveQueue(desk: Desk, context: VisitorContext): Promise<readonly VendorEvent[] | undefined> {
  const asked = await askFor(desk, context, (record) => desk.api.activeConv(record, context.signal));
  if (asked.kind === 'failed' || asked.answer.kind !== 'ok') return undefined;
  const { conv, position } = readActiveConv(asked.answer.fields);
  const at = desk.now();
  if (position !== undefined) return undefined;
  if (conv === undefined) return [{ kind: 'queueLeft', reason: 'other', keys: [], at }];
  return [{ kind: 'queueLeft', reason: 'served', keys: [], at }, startOf(conv, undefined, { at })];
}

async function tell(
  desk: Desk,
  context: VisitorContext,
  call: (record: VisitorRecord) => Promise<Answer>,
): Promise<Delivery> {
  const asked = await askFor(desk, context, call);
  if (asked.kind === 'failed') return asked.outcome;
  return asked.answer.kind === 'ok'
    ? { outcome: 'accepted' }
    : outcomeOfHarmless(asked.answer, context.number);
}

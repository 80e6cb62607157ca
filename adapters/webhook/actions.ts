import type { Conversation } from '../../src/model/conversation.ts';
import type { Message } from '../../src/model/message.ts';
import type {
  ActionContext,
  Attempt,
  Delivery,
  RatingChoice,
  Tools,
  VendorEvent,
} from '../../src/ports/helpdesk.ts';
import { nothingToDo, ofVisitor, type VisitorContext } from '../../src/ports/of-visitor.ts';
import type { Answer, WebhookApi } from './api.ts';
import { outcomeOf } from './outcome.ts';
import { describeVisitor, eventsOf, writePart } from './translate.ts';
import { type OwnType, readTheirEvent } from './wire.ts';

/** What the adapter's actions work with. */
export interface Desk extends Pick<Tools, 'now' | 'mediaUrl'> {
  readonly api: WebhookApi;
}

/** Carries one message, all of it in one call. The same key comes again after a lost answer, and the helpdesk knows it. */
export async function forwardMessage(desk: Desk, message: Message, attempt: Attempt): Promise<Delivery> {
  const parts = await Promise.all(message.parts.map((part) => writePart(part, desk.mediaUrl)));
  const data = { ...wishesOf(attempt), parts };
  return tell(desk, attempt, { type: 'visitor.message', at: message.writtenAt, data });
}

/** The visitor said one of the words for which he is to have an agent, not a robot. */
export function askForAgent(desk: Desk, context: ActionContext): Promise<Delivery> {
  return tell(desk, context, { type: 'visitor.agent_asked', at: desk.now(), data: wishesOf(context) });
}

export function rate(
  desk: Desk,
  { session, option }: RatingChoice,
  context: ActionContext,
): Promise<Delivery> {
  return tell(desk, context, { type: 'visitor.rated', at: desk.now(), data: { session, option } });
}

/** A line for agents alone: a reply that was not taken, one that waits for the visitor. */
export function note(desk: Desk, text: string, context: ActionContext): Promise<Delivery> {
  return tell(desk, context, { type: 'bridge.note', at: desk.now(), data: { text } });
}

/** WeChat has taken a piece of an agent's message. What the bridge said itself has no id that the helpdesk knows. */
export function tellDelivered(desk: Desk, reply: Message, context: ActionContext): Promise<Delivery> {
  const { vendorId } = reply;
  if (vendorId === undefined) return nothingToDo();
  return tell(desk, context, {
    type: 'bridge.message_delivered',
    at: desk.now(),
    data: { message: vendorId },
  });
}

/** What is known of a visitor who is served has changed: it stands in the event as in every other. */
export function sendProfile(desk: Desk, context: ActionContext): Promise<Delivery> {
  return tell(desk, context, { type: 'bridge.profile', at: desk.now(), data: {} });
}

/** The visitor has gone to WeChat's own agents, or to another helpdesk. */
export function closeSession(desk: Desk, context: ActionContext): Promise<Delivery> {
  return tell(desk, context, { type: 'bridge.session_closed', at: desk.now(), data: {} });
}

/** What a rule wishes for the visitor; nothing where none does. */
function wishesOf({ routing = {} }: ActionContext): object {
  return Object.keys(routing).length === 0 ? {} : { routing };
}

interface Told {
  readonly type: OwnType;
  readonly at: number;
  readonly data: object;
}

function tell(desk: Desk, context: ActionContext, told: Told): Promise<Delivery> {
  return ofVisitor(context, (known) => tellOf(desk, known, told));
}

/** Tells the helpdesk of something about a visitor, and reads what happened there in return. */
async function tellOf(desk: Desk, context: VisitorContext, { type, at, data }: Told): Promise<Delivery> {
  const { key, conversation, signal } = context;
  const whole = { ...describeVisitor(conversation), ...data };
  const answer = await desk.api.post({ id: key, type, at, data: whole }, signal);
  if (answer.kind !== 'ok') return outcomeOf(answer);
  const { id } = answer;
  const events = eventsIn(answer, { key, conversation, at: desk.now() });
  return {
    outcome: 'accepted',
    ...(id !== undefined && { vendorId: id }),
    ...(events.length > 0 && { events }),
  };
}

/** Events in an answer are about the visitor of the call, whatever they say; one that cannot be read is kept as such. */
function eventsIn(
  { events }: Extract<Answer, { kind: 'ok' }>,
  given: { readonly key: string; readonly conversation: Conversation; readonly at: number },
): readonly VendorEvent[] {
  return events.flatMap((json, place): readonly VendorEvent[] => {
    const { at } = given;
    const id = `${given.key}:${place}`;
    const reading = readTheirEvent(json);
    if (reading.kind === 'failed') {
      return [{ kind: 'unsupported', vendorKind: reading.reason, keys: [`event:${id}`], at }];
    }
    return eventsOf(reading.event, { id, at }).map(({ visitor: _said, ...event }) => event);
  });
}

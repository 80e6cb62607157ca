import { isRecord, type JsonRecord } from '../json.ts';
import type { Timeline } from '../timeline.ts';
import type { FileShelf } from './files.ts';
import { type Floor, freeAgent, meet, sessionFields, take, tell, tellEvent } from './floor.ts';
import type { Channel, Enquiry, HandoverAsked, VisitorMessage } from './records.ts';

export interface ReceptionParts extends Floor {
  readonly files: FileShelf;
  readonly messages: Timeline<VisitorMessage>;
  readonly enquiries: Timeline<Enquiry>;
  readonly handovers: Timeline<HandoverAsked>;
  /** Ids that came before. */
  readonly known: Set<string>;
}

/** A message of a visitor, whichever way it came. */
export interface Arrived {
  readonly visitor: string;
  readonly channel: Channel;
  readonly id: string;
  readonly type: string;
  readonly body: JsonRecord;
  readonly weichat: JsonRecord;
  readonly msgtype?: JsonRecord;
}

/** The helpdesk gets a message: words for an agent, a rating, or that an agent is asked for. One under a known id is none. */
export function receive(parts: ReceptionParts, arrived: Arrived): void {
  const isRepeat = parts.known.has(arrived.id) && parts.settings().dropsRepeats;
  parts.known.add(arrived.id);
  if (!isRepeat) act(parts, arrived);
  if (arrived.channel === 'im' && parts.settings().acks !== 'never') acknowledge(parts, arrived);
}

function acknowledge(parts: ReceptionParts, { visitor, channel, id }: Arrived): void {
  void tell(
    parts,
    { visitor, channel },
    { bodies: [{ type: 'cmd', action: 'KF-ACK' }], weichat: { ack_for_msg_id: id }, msgId: null },
  );
}

function act(parts: ReceptionParts, arrived: Arrived): void {
  const { visitor, channel, type, body, weichat } = arrived;
  const at = parts.now();
  const args = isRecord(weichat.ctrlArgs) ? weichat.ctrlArgs : {};
  if (weichat.ctrlType === 'enquiry') {
    parts.enquiries.add({ at, visitor, args });
  } else if (type === 'cmd') {
    parts.handovers.add({ at, visitor, action: String(body.action), args });
    handOver(parts, visitor, channel);
  } else show(parts, arrived);
}

function show(parts: ReceptionParts, arrived: Arrived): void {
  const { visitor, channel, id, type, body, weichat, msgtype } = arrived;
  const session = meet(parts, visitor, channel);
  const file = typeof body.url === 'string' ? parts.files.find(body.url) : undefined;
  parts.messages.add({
    at: parts.now(),
    visitor,
    channel,
    id,
    type,
    ...(typeof body.msg === 'string' && { text: body.msg }),
    body,
    ...(file !== undefined && { file }),
    ...(msgtype !== undefined && { msgtype }),
    weichat,
    state: session.state,
  });
  if (session.state === 'robot' && typeof body.msg === 'string') answerAsRobot(parts, visitor, body.msg);
}

function answerAsRobot(parts: ReceptionParts, visitor: string, text: string): void {
  const session = parts.desk.current(visitor);
  const msg = parts.settings().robot?.reply?.(text);
  if (msg === undefined || session === undefined) return;
  void tell(parts, session, { bodies: [{ type: 'txt', msg }], weichat: sessionFields(parts, session) });
}

/** Out of the robot's hands: to an agent who is there, else back into the queue. */
function handOver(parts: ReceptionParts, visitor: string, channel: Channel): void {
  const session = meet(parts, visitor, channel);
  if (session.state === 'agent') return;
  const agent = freeAgent(parts);
  if (agent !== undefined) {
    take(parts, session, agent);
    return;
  }
  const { staff: _staff, ...rest } = session;
  const waiting = parts.desk.put({ ...rest, state: 'waiting' });
  tellEvent(parts, waiting, { name: 'ServiceSessionTransferedToAgentQueueEvent' });
}

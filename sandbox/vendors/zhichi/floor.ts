import { randomBytes } from 'node:crypto';
import type { JsonRecord } from '../json.ts';
import type { Agent, Desk, Session } from './desk.ts';
import type { Pushed, Pushes } from './pushes.ts';
import { describeForwarded, type Entry, type Sayings } from './records.ts';
import type { ZhichiSettings } from './settings.ts';

/** The desk with a voice: what happens on it is recorded, pushed and forwarded. */
export interface Floor {
  readonly desk: Desk;
  readonly settings: () => ZhichiSettings;
  readonly now: () => number;
  readonly pushes: Pushes;
  readonly sayings: Sayings;
}

/** Pushes under way; nobody has to wait for them. */
export type Telling = readonly Promise<Pushed>[];

/** The numbers of pushes, as the vendor's own apps have them. */
export const pushTypes = {
  started: 200,
  queued: 201,
  message: 202,
  ended: 204,
  ratingAsked: 209,
  transferred: 210,
  recalled: 211,
} as const;

/** Pushes an event beside messages, if this Zhichi does. */
export function tell(
  floor: Floor,
  partnerId: string,
  event: JsonRecord & { readonly type: number },
): Telling {
  if (!floor.settings().pushesEvents) return [];
  return [pushNow(floor, partnerId, event)];
}

/** Everything that concerns a visitor has the same envelope. */
export function pushNow(floor: Floor, partnerId: string, fields: JsonRecord): Promise<Pushed> {
  const { type, ...rest } = fields;
  return floor.pushes.push({ type, partnerId, ...rest, params: '', ts: floor.now() }, partnerId);
}

/** An agent takes a visitor: from the queue, or because he was asked for. */
export function startSession(floor: Floor, partnerId: string, agent: Agent): Session {
  const session = floor.desk.open(partnerId, agent);
  const { cid, visitorId, startedAt } = session;
  const started = { cid, partnerid: partnerId, visitorid: visitorId, start_time: String(startedAt) };
  forward(floor, 'conversation', started);
  return session;
}

/** Pushes the start of a session, with the greeting. */
export function tellStart(floor: Floor, { cid, partnerId, agentName, agentFace }: Session): Telling {
  const serviceInfo = { adminHelloWord: floor.settings().greeting };
  return tell(floor, partnerId, {
    type: pushTypes.started,
    aname: agentName,
    aface: agentFace,
    cid,
    serviceInfo,
  });
}

/** Ends a session and gives the agent to whoever is next. */
export function endSession(floor: Floor, session: Session, status: number): Telling {
  const ended = floor.desk.amend(session, { endedAt: floor.now(), status });
  const { cid, partnerId } = ended;
  const told = tell(floor, partnerId, { type: pushTypes.ended, status, cid, puid: '' });
  return [...told, ...serveQueue(floor)];
}

/** Free agents take visitors out of the queue, first come first served. */
export function serveQueue(floor: Floor): Telling {
  return [...floor.desk.queue.values()].flatMap(({ partnerId, wish }) => {
    const agent = floor.desk.find(wish);
    if (typeof agent === 'string') return [];
    return tellStart(floor, startSession(floor, partnerId, agent));
  });
}

/** What is due by the clock: silent visitors, and long queueing. */
export function applyTimeouts(floor: Floor): Telling {
  const { desk, now } = floor;
  const { silenceTimeoutMs, queueTimeoutMs } = floor.settings();
  const timedOut = [...desk.queue.values()].filter(({ since }) => now() - since >= queueTimeoutMs);
  const left = timedOut.flatMap(({ partnerId }) => {
    desk.queue.delete(partnerId);
    return tell(floor, partnerId, { type: pushTypes.ended, status: 9 });
  });
  const silent = desk.running().filter(({ lastVisitorAt }) => now() - lastVisitorAt >= silenceTimeoutMs);
  return [...left, ...silent.flatMap((session) => endSession(floor, session, 4))];
}

/** Records what somebody said, and forwards it. */
export function record(floor: Floor, session: Session, said: Pick<Entry, 'sender' | 'type' | 'msg'>): void {
  const { cid, agentName, agentId, visitorId } = session;
  const [senderName, receiverName] = said.sender === 0 ? ['微信用户', agentName] : [agentName, '微信用户'];
  const [senderId, receiverId] = said.sender === 0 ? [visitorId, agentId] : [agentId, visitorId];
  const entry = { ...said, cid, senderName, receiverName, at: floor.now() };
  floor.sayings.add(entry);
  const { companyId } = floor.settings();
  forward(floor, 'msg', describeForwarded(entry, { companyId, senderId, receiverId }));
}

/** An id as messages have it. */
export function newMessageId(): string {
  return randomBytes(8).toString('hex');
}

function forward({ pushes, settings }: Floor, type: string, entry: JsonRecord): void {
  if (settings().forwardUrl !== undefined) pushes.forward(type, entry);
}

import type { CalledBack } from './callbacks.ts';
import type { Agent, Desk, Session } from './desk.ts';
import { sessionEnd, sessionStart, type VendorEvent } from './events.ts';
import type { QiyuSettings } from './settings.ts';

/** The desk with a voice: what happens on it is called back. */
export interface Floor {
  readonly desk: Desk;
  readonly settings: () => QiyuSettings;
  readonly now: () => number;
  readonly tell: (event: VendorEvent) => Promise<CalledBack>;
  /** The same, when the answer to the call in hand is on its way. */
  readonly tellAfterAnswer: (event: VendorEvent) => void;
}

/** Callbacks under way; nobody has to wait for them. */
export type Telling = readonly Promise<CalledBack>[];

/** Ends a session and gives the agent to whoever is next. */
export function endSession(floor: Floor, session: Session, closeReason: number): Telling {
  const ended = floor.desk.close(session, closeReason);
  return [floor.tell(sessionEnd(ended, floor.settings())), ...serveQueue(floor)];
}

/** Opens a session with an agent; a robot that served the visitor is told apart in `ended`. */
export function giveAgent(
  { desk }: Floor,
  uid: string,
  agent: Agent,
): { readonly session: Session; readonly ended?: Session } {
  const served = desk.current(uid);
  const ended = served && desk.close(served, 3);
  return { session: desk.open(uid, agent), ...(ended && { ended }) };
}

/** An agent takes the visitor by himself, or because of a message: both ends of it are called back. */
export function startWithAgent(floor: Floor, uid: string, agent: Agent): Telling {
  const { session, ended } = giveAgent(floor, uid, agent);
  const settings = floor.settings();
  return [
    ...(ended === undefined ? [] : [floor.tell(sessionEnd(ended, settings))]),
    floor.tell(sessionStart(session, settings)),
  ];
}

/** Free agents take visitors out of the queue, first come first served; then leave-messages. */
export function serveQueue(floor: Floor): Telling {
  const { desk, settings } = floor;
  const fromQueue = [...desk.queue.values()].flatMap(({ uid, wish }) => {
    const agent = desk.find(wish);
    if (typeof agent === 'string') return [];
    if (settings().announcesQueueEnd) return startWithAgent(floor, uid, agent);
    const { ended } = giveAgent(floor, uid, agent);
    return ended === undefined ? [] : [floor.tell(sessionEnd(ended, settings()))];
  });
  return [...fromQueue, ...takeLeaveMessages(floor)];
}

/** An agent who comes online while a leave-message is open turns it into a session. */
function takeLeaveMessages(floor: Floor): Telling {
  const { desk } = floor;
  return [...desk.leaves].flatMap(([uid, { wish, messages }]) => {
    const agent = desk.find(wish);
    if (agent === 'nobody') return [];
    if (messages === 0) desk.leaves.delete(uid); // nothing to take: the next message allocates
    return agent === 'busy' || messages === 0 ? [] : startWithAgent(floor, uid, agent);
  });
}

/** What is due by the clock: silent visitors, long queueing, leave-messages that close. */
export function applyTimeouts(floor: Floor): Telling {
  const { desk, now } = floor;
  const { silenceTimeoutMs, queueTimeoutMs, leaveMessageMs } = floor.settings();
  for (const [uid, { lastAt }] of desk.leaves) {
    if (now() - lastAt >= leaveMessageMs) desk.leaves.delete(uid);
  }
  const timedOut = [...desk.queue.values()].filter(({ since }) => now() - since >= queueTimeoutMs);
  const left = timedOut.map(({ uid }) => {
    desk.queue.delete(uid);
    return floor.tell({ eventType: 'QUEUE_TIMEOUT', body: { uid } });
  });
  const silent = desk.running().filter(({ lastVisitorAt }) => now() - lastVisitorAt >= silenceTimeoutMs);
  return [...left, ...silent.flatMap((session) => endSession(floor, session, 2))];
}

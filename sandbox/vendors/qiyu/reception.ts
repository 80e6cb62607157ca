import type { JsonRecord } from '../json.ts';
import { type Reply, refusal } from './answers.ts';
import { isSameLine, type Leave, type Session, type Wish } from './desk.ts';
import { describeAllocation, sessionEnd, staffMessage } from './events.ts';
import { endSession, type Floor, giveAgent, startWithAgent } from './floor.ts';
import type { QiyuSettings, Robot } from './settings.ts';

/** Who has a message: a person or the robot, the queue, or the list of leave-messages. */
export type Placement =
  | { readonly state: 'human' | 'robot'; readonly session: Session }
  | { readonly state: 'queued' | 'left' };

/** `event/applyStaff`, with fields that were checked. */
export async function allocate(floor: Floor, uid: string, request: JsonRecord): Promise<Reply> {
  const { desk } = floor;
  const target = readTarget(floor, request);
  if (typeof target === 'string') return refusal(14004, target);
  const current = desk.current(uid);
  if (current !== undefined && suits(floor, current, target)) return allocated(floor, current);
  if (target.kind === 'robot') return allocated(floor, desk.open(uid, target.robot));
  // Asking for another agent or group closes what was, whatever becomes of it; a robot stays until a human comes.
  if (current?.kind === 'human') endSession(floor, current, 1);
  const agent = desk.find(target);
  if (agent === 'nobody') return sayNobody(floor, uid, target);
  if (agent === 'busy') return sayQueued(floor, uid, target);
  const { session, ended } = giveAgent(floor, uid, agent);
  if (ended !== undefined) await tellRobotEnd(floor, ended);
  return allocated(floor, session);
}

type Target = Wish | { readonly kind: 'robot'; readonly robot: Robot };

/** Agent before group before type; or the name of the field that means nobody. */
function readTarget({ desk, settings }: Floor, request: JsonRecord): Target | string {
  const { staffId, groupId, staffType, robotShuntSwitch, robotId } = request;
  if (typeof staffId === 'number' && staffId !== 0) {
    return desk.agent(staffId) === undefined ? 'staffId' : { kind: 'agent', id: staffId };
  }
  const { groups, robot } = settings();
  if (typeof groupId === 'number' && groupId !== 0) {
    return groups.some(({ id }) => id === groupId) ? { kind: 'group', id: groupId } : 'groupId';
  }
  if (robot === undefined || (staffType === 1 && robotShuntSwitch !== 1)) return { kind: 'anyone' };
  return robotId === undefined || robotId === robot.id ? { kind: 'robot', robot } : 'robotId';
}

/** The visitor is already with whom the call asks for. Nobody goes back from a human to the robot. */
function suits({ desk }: Floor, session: Session, target: Target): boolean {
  if (session.kind === 'robot') return target.kind === 'robot';
  if (target.kind === 'robot') return true;
  const agent = desk.agent(session.agentId);
  return agent !== undefined && desk.isMeant(agent, target);
}

function allocated({ settings }: Floor, session: Session): Reply {
  return { kind: 'answer', code: 200, fields: describeAllocation(session, settings()) };
}

function sayNobody(floor: Floor, uid: string, wish: Wish): Reply {
  const { takesLeaveMessages, offlineText } = floor.settings();
  floor.desk.queue.delete(uid);
  if (takesLeaveMessages) openLeave(floor, uid, wish);
  return { kind: 'answer', code: takesLeaveMessages ? 14005 : 14010, fields: { message: offlineText } };
}

/** A leave-message without words yet, unless one is open. */
function openLeave({ desk, now }: Floor, uid: string, wish: Wish): void {
  desk.leaves.set(uid, { wish, lastAt: now(), messages: desk.leaves.get(uid)?.messages ?? 0 });
}

function addToLeave({ desk, now }: Floor, uid: string, leave: Leave): Placement {
  desk.leaves.set(uid, { ...leave, lastAt: now(), messages: leave.messages + 1 });
  return { state: 'left' };
}

function sayQueued(floor: Floor, uid: string, wish: Wish): Reply {
  joinQueue(floor, uid, wish);
  const count = floor.desk.ahead(uid);
  return { kind: 'answer', code: 14006, fields: { message: floor.settings().queueText, count } };
}

function joinQueue({ desk, settings, now, tell }: Floor, uid: string, wish: Wish): void {
  const place = desk.queue.get(uid);
  if (place !== undefined && isSameLine(place.wish, wish)) return;
  desk.leaves.delete(uid);
  desk.queue.delete(uid); // another line: at its end
  desk.queue.set(uid, { uid, wish, since: now() });
  if (settings().announcesQueueJoin) void tell({ eventType: 'USER_JOIN_QUEUE', body: { uid } });
}

async function tellRobotEnd(floor: Floor, ended: Session): Promise<void> {
  const event = sessionEnd(ended, floor.settings());
  const { robotEnd } = floor.settings();
  if (robotEnd === 'after') return floor.tellAfterAnswer(event);
  const telling = floor.tell(event);
  if (robotEnd === 'before') await telling;
}

/** Where a message of this visitor goes, allocating if nobody has him; `nobody`: it is not taken at all. */
export function placeMessage(floor: Floor, uid: string): Placement | 'nobody' {
  const { desk, settings, now } = floor;
  const current = desk.current(uid);
  if (current !== undefined) {
    return { state: current.kind, session: desk.amend(current, { lastVisitorAt: now() }) };
  }
  if (desk.queue.has(uid)) return { state: 'queued' };
  const leave = desk.leaves.get(uid);
  if (leave !== undefined && settings().takesLeaveMessages) return addToLeave(floor, uid, leave);
  return placeNewcomer(floor, uid);
}

function placeNewcomer(floor: Floor, uid: string): Placement | 'nobody' {
  const { desk, now } = floor;
  const { robot, stickyMs, takesLeaveMessages } = floor.settings();
  const last = desk.last(uid);
  const isRecent = last?.endedAt !== undefined && now() - last.endedAt <= stickyMs;
  const former = isRecent && last.kind === 'human' ? desk.agent(last.agentId) : undefined;
  if (former?.isOnline) {
    startWithAgent(floor, uid, former);
    return placeMessage(floor, uid);
  }
  if (robot !== undefined) return { state: 'robot', session: desk.open(uid, robot) };
  const agent = desk.find({ kind: 'anyone' }, last?.agentId);
  if (typeof agent === 'object') {
    startWithAgent(floor, uid, agent);
    return placeMessage(floor, uid);
  }
  if (agent === 'busy') {
    joinQueue(floor, uid, { kind: 'anyone' });
    return { state: 'queued' };
  }
  if (!takesLeaveMessages) return 'nobody';
  return addToLeave(floor, uid, { wish: { kind: 'anyone' }, lastAt: now(), messages: 0 });
}

/** The robot answers a text, if it knows something to say. */
export function letRobotReply(floor: Floor, session: Session, text: string): void {
  const content = floor.settings().robot?.reply?.(text);
  if (content === undefined) return;
  void floor.tell(staffMessage(session, { msgType: 'TEXT', content }, floor.now()));
}

/** `event/queryQueueStatus`. */
export function sayPlace({ desk }: Floor, uid: string): Reply {
  if (desk.queue.has(uid)) return { kind: 'answer', code: 200, fields: { count: desk.ahead(uid) } };
  const isServed = desk.current(uid)?.kind === 'human';
  return isServed ? { kind: 'answer', code: 200, fields: { count: -1 } } : refusal(14007, 'uid');
}

/** `event/quitQueue`, whose codes are not documented. */
export function quitQueue({ desk }: Floor, uid: string): Reply {
  return desk.queue.delete(uid) ? { kind: 'answer', code: 200 } : refusal(14007, 'uid');
}

/** The field of an evaluation that is not this visitor's to give, if there is one. */
export function findEvaluationFault(
  { desk }: Floor,
  uid: string,
  { sessionId, evaluation }: JsonRecord,
): Reply | undefined {
  if (desk.last(uid) === undefined) return refusal(14007, 'uid');
  const session = desk.session(Number(sessionId));
  if (session?.uid !== uid || session.evaluationModel === undefined) return refusal(14004, 'sessionId');
  const isListed = session.evaluationModel.list.some(({ value }) => value === evaluation);
  return isListed ? undefined : refusal(14004, 'evaluation');
}

/** What `message/send` says about a message that it took. */
export function codeOfPlacement({ state }: Placement, { sendSaysUnserved }: QiyuSettings): number {
  if (!sendSaysUnserved) return 200;
  if (state === 'left') return 14005;
  return state === 'queued' ? 14006 : 200;
}

import type { JsonRecord } from '../json.ts';
import { item, type Reply, refusal } from './answers.ts';
import type { Agent, Session, Wish } from './desk.ts';
import { type Floor, pushTypes, record, startSession, tell, tellStart } from './floor.ts';

/** `chat_connect`, with fields that were checked: `status` as its table has it. */
export function connect(floor: Floor, partnerId: string, request: JsonRecord): Reply {
  const { desk, settings } = floor;
  if (desk.blacklist.has(partnerId)) return item({ status: 3 });
  const current = desk.current(partnerId);
  if (current !== undefined) {
    const { saysServed } = settings();
    return item(saysServed === 4 ? { status: 4, ...describeSession(current) } : { status: -1 });
  }
  const wish = wishOf(floor, request);
  if (typeof wish === 'string') return refusal('400003', wish);
  const agent = desk.find(wish);
  if (typeof agent === 'object') return connected(floor, partnerId, agent);
  if (agent === 'nobody') return sayNobody(floor, wish);
  return enqueue(floor, partnerId, wish);
}

function wishOf({ desk, settings }: Floor, request: JsonRecord): Wish | string {
  const { groupid, agentid, tran_flag: only } = request;
  if (only !== undefined && agentid === undefined) return 'tran_flag';
  if (typeof agentid === 'string') {
    if (desk.agent(agentid) === undefined) return 'agentid';
    return { agentId: agentid, isOnlyThis: only === 1 };
  }
  if (typeof groupid !== 'string') return {};
  return settings().groups.some(({ id }) => id === groupid) ? { groupId: groupid } : 'groupid';
}

function connected(floor: Floor, partnerId: string, agent: Agent): Reply {
  const session = startSession(floor, partnerId, agent);
  tellStart(floor, session);
  return item({ status: 1, ...describeSession(session) });
}

/** Where only the wanted agent is away, another may do. */
function sayNobody({ desk }: Floor, wish: Wish): Reply {
  const isOther = wish.agentId !== undefined && !wish.isOnlyThis && desk.find({}) !== 'nobody';
  return item({ status: isOther ? 6 : 2 });
}

function enqueue(floor: Floor, partnerId: string, wish: Wish): Reply {
  const { desk, settings, now } = floor;
  const isWaiting = desk.queue.has(partnerId);
  if (isWaiting && settings().saysQueued === -1) return item({ status: -1 });
  if (!isWaiting && desk.queue.size >= settings().queueLength) {
    return item({ status: 7, msg: '排队人数已满，请稍后再试' });
  }
  if (!isWaiting) desk.queue.set(partnerId, { partnerId, wish, since: now() });
  const count = desk.placeOf(partnerId);
  if (!isWaiting) tell(floor, partnerId, { type: pushTypes.queued, count, queueDoc: settings().queueText });
  return item({ status: 0, count, visitorid: desk.visitorId(partnerId) });
}

function describeSession({ cid, visitorId, agentId, agentName, agentFace }: Session): JsonRecord {
  return {
    agentid: agentId,
    agent_name: agentName,
    agent_face: agentFace,
    visitorid: visitorId,
    cid,
    count: 0,
  };
}

/** `chat_send`, with fields that were checked: where it went, or `undefined` without a session. */
export function takeMessage(floor: Floor, partnerId: string, body: JsonRecord): Session | undefined {
  const session = floor.desk.current(partnerId);
  if (session === undefined) return undefined;
  const type = recordTypes[String(body.msg_type ?? 'text')] ?? 3;
  record(floor, session, { sender: 0, type, msg: String(body.content) });
  return floor.desk.amend(session, { lastVisitorAt: floor.now() });
}

const recordTypes: Readonly<Record<string, 0 | 1 | 2 | undefined>> = { text: 0, image: 1, voice: 2 };

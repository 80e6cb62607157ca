import { randomUUID } from 'node:crypto';
import type { JsonRecord } from '../json.ts';
import type { Callbacks, CalledBack } from './callbacks.ts';
import type { Agent, Helpdesk, Session } from './helpdesk.ts';
import type { Channel } from './records.ts';
import type { EasemobSettings } from './settings.ts';

/** Where agents and visitors meet: everything that acts on sessions, and tells of it. */
export interface Floor {
  readonly settings: () => EasemobSettings;
  readonly now: () => number;
  readonly desk: Helpdesk;
  readonly callbacks: Callbacks;
}

/** A message of the helpdesk to a visitor: bodies, and what stands beside them. */
export interface Told {
  readonly bodies: readonly JsonRecord[];
  /** Over the usual fields of `ext.weichat`; names in camel case. */
  readonly weichat?: JsonRecord;
  /** Beside `weichat`. */
  readonly ext?: JsonRecord;
  /** The helpdesk's own id of it; a receipt has none. */
  readonly msgId?: string | null;
}

let serial = 0;

/** A decimal id of 64 bits, as the IM cloud has them. */
export function nextImId(): string {
  serial += 1;
  return String(1_029_457_500_870_000_000n + BigInt(serial));
}

/** Callbacks under way; nobody has to wait for them. */
export type Telling = readonly Promise<CalledBack>[];

export function tell(
  floor: Floor,
  { visitor, channel }: { readonly visitor: string; readonly channel: Channel },
  told: Told,
): Promise<CalledBack> {
  const content =
    channel === 'im' ? writeIm(floor, visitor, told) : { channel, fields: writeRest(floor, visitor, told) };
  return floor.callbacks.push(content, visitor);
}

function writeIm(
  floor: Floor,
  visitor: string,
  { bodies, weichat = {}, ext = {}, msgId = randomUUID() }: Told,
) {
  const { imServiceNumber, lowersNames, escapesTexts } = floor.settings();
  const [first] = bodies;
  const whole = { ...noFields, msgId, html_safe_body: first ?? null, ...weichat };
  const fields = {
    timestamp: floor.now(),
    chat_type: 'chat',
    from: imServiceNumber,
    to: lowersNames ? visitor.toLowerCase() : visitor,
    payload: {
      bodies: escapesTexts ? bodies.map(escapeText) : bodies,
      ext: { weichat: msgId === null ? withoutId(whole) : whole, ...ext },
    },
    msg_id: nextImId(),
  };
  return { channel: 'im' as const, fields };
}

/** What the real system writes is mostly null. */
const noFields = {
  originType: 'webim',
  visitor: null,
  agent: null,
  queueId: null,
  queueName: null,
  agentUsername: null,
  ctrlType: null,
  ctrlArgs: null,
  event: null,
  metadata: null,
  callcenter: null,
  language: 'zh-CN',
  service_session: null,
};

function withoutId({ msgId: _, html_safe_body: _body, ...rest }: JsonRecord): JsonRecord {
  return rest;
}

function escapeText(body: JsonRecord): JsonRecord {
  if (typeof body.msg !== 'string') return body;
  const msg = body.msg
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
  return { ...body, msg };
}

/** The guess of the note: as a visitor's message, with a receiver, and names in its style. */
function writeRest(floor: Floor, visitor: string, { bodies, weichat = {}, ext = {} }: Told): JsonRecord {
  const { rest } = floor.settings();
  return {
    msg_id: randomUUID(),
    origin_type: 'rest',
    from: rest?.clientId ?? '',
    to: visitor,
    timestamp: floor.now(),
    bodies: bodies.map(snake),
    ext: {
      visitor: { callback_user: visitor },
      ...(snake(weichat) as JsonRecord),
      ...(snake(ext) as JsonRecord),
    },
  };
}

function snake(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snake);
  if (typeof value !== 'object' || value === null) return value;
  const rename = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [rename(name), snake(inner)]));
}

/** What everything that concerns a session carries. */
export function sessionFields(floor: Floor, session: Session): JsonRecord {
  const { tellsNames } = floor.settings();
  const { staff, state, id } = session;
  const agent =
    staff === undefined
      ? null
      : {
          userId: staff.id,
          userType: state === 'robot' ? 'Robot' : 'Agent',
          ...(tellsNames && { userNickname: staff.name, avatar: staff.avatar ?? '/avatar/1.png' }),
        };
  return { agent, service_session: { serviceSessionId: id } };
}

/** An event (自定义事件推送), if the tenant has them. */
export function tellEvent(
  floor: Floor,
  session: Session,
  event: { readonly name: string; readonly object?: JsonRecord },
): Telling {
  if (!floor.settings().tellsEvents) return [];
  const weichat = {
    ...sessionFields(floor, session),
    event: { eventName: event.name, eventObj: event.object ?? null },
  };
  return [tell(floor, session, { bodies: [{ type: 'txt', msg: '' }], weichat })];
}

/** A session of the visitor, made if there is none, and who serves it by now. */
export function meet(floor: Floor, visitor: string, channel: Channel): Session {
  const running = floor.desk.current(visitor);
  if (running !== undefined) return running;
  const session = floor.desk.open(visitor, channel);
  void tellEvent(floor, session, { name: 'ServiceSessionCreatedEvent', object: { sessionId: session.id } });
  const { robot, greeting } = floor.settings();
  if (greeting !== undefined) void tell(floor, session, { bodies: [{ type: 'txt', msg: greeting }] });
  if (robot !== undefined) return take(floor, session, { ...robot, isRobot: true }).session;
  const agent = freeAgent(floor);
  if (agent !== undefined) return take(floor, session, agent).session;
  void tellEvent(floor, session, {
    name: 'ServiceSessionWillScheduleTimeoutEvent',
    object: { ticketEnable: 'true' },
  });
  return session;
}

export function freeAgent({ desk }: Floor): Agent | undefined {
  return desk.agents().find(({ isOnline }) => isOnline);
}

/** Somebody takes a session, from nobody, from the robot or from another agent. */
export function take(
  floor: Floor,
  session: Session,
  staff: Pick<Agent, 'id' | 'name' | 'avatar'> & { readonly isRobot?: boolean },
): { readonly session: Session; readonly telling: Telling } {
  const wasAgents = session.state === 'agent';
  const taken = floor.desk.put({
    ...session,
    state: staff.isRobot ? 'robot' : 'agent',
    staff: { id: staff.id, name: staff.name, ...(staff.avatar !== undefined && { avatar: staff.avatar }) },
  });
  const object = {
    userId: staff.id,
    agentType: staff.isRobot ? 6 : 1,
    agentUserNiceName: staff.name,
    avatar: staff.avatar ?? null,
    sessionId: session.id,
  };
  const name = wasAgents ? 'ServiceSessionTransferedEvent' : 'ServiceSessionOpenedEvent';
  return { session: taken, telling: tellEvent(floor, taken, { name, object }) };
}

/** Agents who are there take those who wait, first come first served. */
export function serveWaiting(floor: Floor): Telling {
  const agent = freeAgent(floor);
  if (agent === undefined) return [];
  return floor.desk.waiting().flatMap((session) => take(floor, session, agent).telling);
}

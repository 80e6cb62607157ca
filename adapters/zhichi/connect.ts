import { numberOf, textOf } from '../../src/formats/fields.ts';
import type { Effects, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import type { Answer, ConnectRequest } from './api.ts';
import type { Desk } from './desk.ts';
import { note, readMemory, writeExtra } from './memory.ts';
import type { Failure } from './outcome.ts';
import { contactsOf, originOf, paramsOf } from './profile.ts';
import { watchRecord } from './record-topic.ts';
import { aheadOf, startKey } from './translate.ts';
import { idsOf } from './translate-entry.ts';

/** What asking for an agent came to (Zhichi, `chat_connect`, the table of `status`). */
export type Connection =
  /** An agent serves: just now, or since before. */
  | ({ readonly kind: 'connected' } & Pick<Effects, 'events' | 'bind' | 'watch'>)
  /** Refused as a repeat: another request is under way, or a session stands. A message tells. */
  | { readonly kind: 'repeated' }
  | { readonly kind: 'queued'; readonly ahead?: number }
  | { readonly kind: 'nobody'; readonly text?: string }
  | { readonly kind: 'blacklisted' }
  /** The robot's session has run out, twice in a row. */
  | { readonly kind: 'timedOut' }
  | { readonly kind: 'unknown'; readonly status: string }
  | { readonly kind: 'failed'; readonly failure: Failure };

const status = {
  repeated: -1,
  queued: 0,
  connected: 1,
  nobody: 2,
  blacklisted: 3,
  alreadyConnected: 4,
  robotTimedOut: 5,
  agentBusy: 6,
  queueFull: 7,
} as const;

/** Asks Zhichi for an agent. A repeat does no harm, so what is to be asked otherwise is asked at once. */
export async function connect(desk: Desk, context: VisitorContext): Promise<Connection> {
  const request = requestOf(desk, context);
  const first = await desk.api.connect(request, context.signal);
  const again = secondRequest(desk, request, first);
  if (again === undefined) return readConnection(desk, first);
  return readConnection(desk, await desk.api.connect(again, context.signal));
}

/** What to ask instead: without the wanted agent, or the same once the robot's session is over. */
function secondRequest(
  { settings }: Desk,
  request: ConnectRequest,
  first: Answer,
): ConnectRequest | undefined {
  const said = first.kind === 'ok' ? numberOf(first.item, 'status') : undefined;
  if (said === status.robotTimedOut) return request;
  if (said !== status.agentBusy || settings.agentOnly) return undefined;
  const { agentid: _busy, ...anybody } = request;
  return anybody;
}

/** Whom to ask for: what a rule says goes before the settings, whose agent is in none of its groups. */
function wishOf(
  { groupId, agentId, agentOnly }: Desk['settings'],
  { routing = {} }: VisitorContext,
): Pick<ConnectRequest, 'groupid' | 'agentid' | 'tran_flag'> {
  const isAsked = routing.group !== undefined || routing.agent !== undefined;
  const agentid = isAsked ? routing.agent : agentId;
  return {
    groupid: isAsked ? routing.group : groupId,
    agentid,
    tran_flag: agentOnly && agentid !== undefined ? 1 : undefined,
  };
}

function requestOf(desk: Desk, context: VisitorContext): ConnectRequest {
  const { conversation } = context;
  return {
    ...originOf(desk, conversation),
    ...contactsOf(conversation),
    ...wishOf(desk.settings, context),
    params: paramsOf(desk, conversation),
  };
}

function readConnection(desk: Desk, answer: Answer): Connection {
  if (answer.kind !== 'ok') return { kind: 'failed', failure: answer };
  const said = numberOf(answer.item, 'status');
  switch (said) {
    case status.connected:
    case status.alreadyConnected:
      return connected(desk, answer);
    case status.repeated:
      return { kind: 'repeated' };
    case status.queued: {
      const ahead = aheadOf(numberOf(answer.item, 'count'));
      return { kind: 'queued', ...(ahead !== undefined && { ahead }) };
    }
    case status.nobody:
    case status.agentBusy:
      return { kind: 'nobody' };
    case status.queueFull: {
      const text = textOf(answer.item, 'msg') ?? reasonIn(answer.text);
      return { kind: 'nobody', ...(text !== undefined && { text }) };
    }
    case status.blacklisted:
      return { kind: 'blacklisted' };
    case status.robotTimedOut:
      return { kind: 'timedOut' };
    default:
      // It stands in logs: nothing but a number may get there.
      return { kind: 'unknown', status: said === undefined ? 'none' : String(said) };
  }
}

/** What every successful call says is no reason. */
function reasonIn(text: string | undefined): string | undefined {
  return text === '操作成功' ? undefined : text;
}

function connected(desk: Desk, { item }: Extract<Answer, { kind: 'ok' }>): Connection {
  const at = desk.now();
  const cid = textOf(item, 'cid');
  const visitorId = textOf(item, 'visitorid');
  const [id, name, avatar] = ['agentid', 'agent_name', 'agent_face'].map((field) => textOf(item, field));
  const agent = {
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(avatar !== undefined && { avatar }),
  };
  const started: readonly VendorEvent[] =
    cid === undefined
      ? []
      : [{ kind: 'sessionStarted', session: cid, by: 'agent', agent, keys: [startKey(cid)], at }];
  // The start may be a repeat, and what an answer says holds all the same.
  const present = note({ present: cid === undefined ? {} : { cid } }, at);
  return {
    kind: 'connected',
    events: [...started, present],
    bind: idsOf({ ...(cid !== undefined && { cid }), ...(visitorId !== undefined && { visitorId }) }),
    ...watchRecord(desk.settings, cid === undefined),
  };
}

/** That the visitor queues: told anew only where he has moved far enough. */
export function queueEvent(
  { settings, now }: Desk,
  context: VisitorContext,
  queue: { readonly ahead?: number; readonly isRepeat?: true; readonly text?: string },
): VendorEvent {
  const known = readMemory(context.memory.conversation).queue;
  const at = now();
  const { ahead, text } = queue;
  const isNews =
    known === undefined ||
    (ahead !== undefined &&
      (known.told === undefined || Math.abs(ahead - known.told) >= settings.queueNoticeStep));
  if (!isNews) return note({ queue }, at);
  return {
    kind: 'queued',
    keys: [`queued:${context.key}:${at}:${ahead ?? ''}`],
    at,
    ...(ahead !== undefined && { ahead }),
    ...(text !== undefined && { text }),
  };
}

/** Why somebody has to be told that nobody is there. */
export interface Absence {
  /** Zhichi's own words for it. */
  readonly text?: string;
  /** The visitor queues, or did, for too long. */
  readonly isQueueing?: true;
  /** When the visitor wrote what waits, or began to; now, where nothing is said. */
  readonly waitsSince?: number;
}

/**
 * That nobody is there: told once for all that waits, as each telling uses up a send, and at most once in half an hour.
 */
export function nobodyEvent(
  { settings, now }: Desk,
  context: VisitorContext,
  absence: Absence = {},
): VendorEvent {
  const { toldNobodyAt } = readMemory(context.memory.conversation);
  const at = now();
  const { text, isQueueing, waitsSince = at } = absence;
  const extra = { ...(isQueueing && { isQueueing }) };
  const isNews =
    toldNobodyAt === undefined || (waitsSince > toldNobodyAt && at - toldNobodyAt >= nobodyNoticeMs);
  if (!isNews) {
    return note({ isNobody: true, ...extra }, at);
  }
  return {
    kind: 'nobodyOnline',
    keeps: settings.whenNobody === 'ticket',
    keys: [`nobody:${context.key}:${at}`],
    at,
    ...(text !== undefined && { text }),
    ...(isQueueing && { extra: writeExtra(extra) }),
  };
}

const nobodyNoticeMs = 1_800_000;

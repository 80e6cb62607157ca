import type { Json, Option } from '../../src/model/message.ts';
import type { Serving, VendorEvent } from '../../src/ports/helpdesk.ts';

/**
 * What is remembered of a visitor, and by the last two fields of the helpdesk.
 *
 * `none` → `robot` | `queued` | `human` | `nobody` → `none`. Answers of `chat_connect` lead to all of them, an agent who
 * writes or a pushed start to `human`; the end of the session that is remembered, and of no other, leads back to `none`.
 * All of it may be lost: the first call is then `chat_connect`, which tells how it stands.
 */
export interface Memory {
  readonly state?: State;
  /** The visitor's place in the queue; kept while it is as if nobody were there. */
  readonly queue?: Queue;
  /** The latest session, running or not. */
  readonly cid?: string;
  /** The latest sessions that ended: their start may come after their end. */
  readonly ended?: readonly string[];
  /** When the last one ended; what was written before proves no session. */
  readonly endedAt?: number;
  /** When the visitor was last told that nobody is there. */
  readonly toldNobodyAt?: number;
  /** The latest messages that were pushed, by which the record is looked through for others. */
  readonly pushed?: readonly Pushed[];
  /** When tokens that Zhichi refused were replaced lately. */
  readonly renewals?: readonly number[];
  /** When pushes rang for a message that no record had. */
  readonly silentBells?: readonly number[];
}

/** How it stands with a visitor; `since` in milliseconds since 1970. */
export type State =
  | { readonly kind: 'robot' }
  | { readonly kind: 'human'; readonly since: number; readonly cid?: string }
  | { readonly kind: 'queued' }
  | { readonly kind: 'nobody'; readonly since: number };

/** A visitor’s waiting in the queue. */
export interface Queue {
  readonly since: number;
  readonly ahead?: number;
  /** The place that the visitor was told. */
  readonly told?: number;
  /** How often in a row a further request was refused as a repeat. */
  readonly refusals?: number;
}

/** A pushed message: a fingerprint of its words, and when it was written. */
export interface Pushed {
  readonly words: string;
  readonly at: number;
}

/** What an event tells this adapter alone. */
export interface Extra {
  /** An answer tells that an agent serves now, in this session if it is named. */
  readonly present?: { readonly cid?: string };
  /** The session that an event belongs to. */
  readonly cid?: string;
  /** No session stands, whatever was heard before. */
  readonly isOver?: true;
  /** The visitor still queues. */
  readonly queue?: { readonly ahead?: number; readonly isRepeat?: true; readonly text?: string };
  /** Nobody is there, and the visitor knows. */
  readonly isNobody?: true;
  /** It is as if nobody were there: the visitor still queues, but for too long. */
  readonly isQueueing?: true;
  /** Zhichi has taken the visitor out of the queue. */
  readonly hasQueuedTooLong?: true;
  readonly isRobot?: true;
  /** Fingerprint of a pushed message. */
  readonly words?: string;
  readonly renewed?: true;
  readonly silentBell?: true;
}

/** Reads what {@link foldEvent} made. */
export function readMemory(json: Json | undefined): Memory {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Memory) : {}; // only fold makes it
}

/** The memory as the core keeps it. */
export function writeMemory(memory: Memory): Json {
  return memory as unknown as Json; // texts, numbers, lists and objects only
}

/** What {@link writeExtra} wrote. */
export function readExtra({ extra }: VendorEvent): Extra {
  return (extra ?? {}) as Extra; // only this adapter's events have it, and none without that form
}

/** The session that stands, where its id is known. */
export function presentSession({ state }: Memory): string | undefined {
  return state?.kind === 'human' ? state.cid : undefined;
}

/** For the memory alone. */
export function note(extra: Extra, at: number): VendorEvent {
  return { kind: 'noted', keys: [], at, extra: writeExtra(extra) };
}

/** What an event tells this adapter alone, as the event carries it. */
export function writeExtra(extra: Extra): Json {
  return extra as unknown as Json; // texts, numbers, claims and objects only
}

/** The memory after an event. Pure. */
export function foldEvent(memory: Memory, event: VendorEvent, now: number): Memory {
  const extra = readExtra(event);
  switch (event.kind) {
    case 'sessionStarted':
      if (memory.ended?.includes(event.session)) return memory;
      if (event.by === 'robot')
        return memory.state?.kind === 'human' ? memory : enter(memory, { kind: 'robot' });
      return withAgent(memory, event.session || undefined, now);
    case 'sessionEnded':
      return withoutSession(memory, event.session || undefined, event.at);
    case 'message':
      return foldMessage(memory, event, { extra, now });
    case 'queued': {
      const { ahead } = event;
      return inQueue(memory, ahead === undefined ? {} : { ahead, told: ahead }, now);
    }
    case 'queueLeft':
      if (memory.state?.kind !== 'queued') return memory;
      return event.reason === 'served' ? withAgent(memory, undefined, now) : enter(memory, undefined);
    case 'nobodyOnline':
      return { ...enterNobody(memory, extra, now), toldNobodyAt: now };
    case 'noted':
      return foldNote(memory, event, { extra, now });
    default:
      return memory;
  }
}

/** Who serves, in the core’s words. */
export function servingOf({ state }: Memory): Serving {
  return state === undefined ? 'nobody' : servings[state.kind];
}

const servings: Readonly<Record<State['kind'], Serving>> = {
  robot: 'robot',
  human: 'agent',
  queued: 'queue',
  nobody: 'nobody',
};

/** Best first, as the visitor reads them: 1 is 非常满意, worth 5 (Zhichi, `comment`). */
export const grades: readonly Option[] = [
  { id: '5', label: '非常满意' },
  { id: '4', label: '满意' },
  { id: '3', label: '一般' },
  { id: '2', label: '不满意' },
  { id: '1', label: '非常不满意' },
];

const keptEnds = 5;
const keptPushed = 200;
const keptPushedForMs = 3_600_000;
const keptTimesForMs = 3_600_000;

/** Whoever is served, or gone, waits no longer. */
function enter(memory: Memory, state: Exclude<State, { kind: 'queued' | 'nobody' }> | undefined): Memory {
  const { state: _left, queue: _queue, ...rest } = memory;
  return state === undefined ? rest : { ...rest, state };
}

function inQueue(memory: Memory, queue: Omit<Queue, 'since'>, now: number): Memory {
  return { ...memory, state: { kind: 'queued' }, queue: { since: memory.queue?.since ?? now, ...queue } };
}

function enterNobody(memory: Memory, { isQueueing }: Extra, now: number): Memory {
  const since = memory.state?.kind === 'nobody' ? memory.state.since : now;
  const { queue, ...rest } = memory;
  return { ...rest, ...(isQueueing && queue && { queue }), state: { kind: 'nobody', since } };
}

/** A session that is not named is the one that is known, if one stands. */
function withAgent(memory: Memory, named: string | undefined, now: number): Memory {
  const present = memory.state?.kind === 'human' ? memory.state : undefined;
  const cid = named ?? present?.cid;
  const isSame = present !== undefined && (present.cid === undefined || present.cid === cid);
  const since = isSame ? present.since : now;
  return {
    ...enter(memory, { kind: 'human', since, ...(cid !== undefined && { cid }) }),
    ...(cid !== undefined && { cid }),
  };
}

/** The end of an older session changes nothing; one that is not named is that of the session that stands. */
function withoutSession(memory: Memory, named: string | undefined, at: number): Memory {
  const { state } = memory;
  const present = state?.kind === 'human' ? state.cid : undefined;
  const cid = named ?? present;
  const others = (memory.ended ?? []).filter((id) => id !== cid);
  const noted = cid === undefined ? memory : { ...memory, ended: [cid, ...others].slice(0, keptEnds) };
  if (named !== undefined && present !== undefined && named !== present) return noted;
  return { ...enter(noted, undefined), endedAt: Math.max(at, memory.endedAt ?? 0) };
}

function foldMessage(
  memory: Memory,
  event: Extract<VendorEvent, { kind: 'message' }>,
  { extra, now }: { readonly extra: Extra; readonly now: number },
): Memory {
  const known =
    extra.words === undefined ? memory : withPushed(memory, { words: extra.words, at: event.at }, now);
  if (event.from.role === 'robot') return known.state === undefined ? enter(known, { kind: 'robot' }) : known;
  if (event.from.role !== 'agent' || event.automatic) return known;
  const isOld =
    extra.cid === undefined
      ? memory.endedAt !== undefined && event.at <= memory.endedAt
      : memory.ended?.includes(extra.cid);
  return isOld ? known : withAgent(known, extra.cid, now);
}

function withPushed(memory: Memory, pushed: Pushed, now: number): Memory {
  const fresh = (memory.pushed ?? []).filter(({ at }) => at > now - keptPushedForMs);
  return { ...memory, pushed: [...fresh, pushed].slice(-keptPushed) };
}

function foldNote(
  memory: Memory,
  event: VendorEvent,
  { extra, now }: { readonly extra: Extra; readonly now: number },
): Memory {
  if (extra.present !== undefined) return present(memory, extra.present.cid, now);
  if (extra.isOver) return withoutSession(memory, extra.cid, event.at);
  if (extra.queue !== undefined) return stillQueued(memory, extra.queue, now);
  if (extra.isNobody) return enterNobody(memory, extra, now);
  if (extra.hasQueuedTooLong) return afterQueue(memory, now);
  if (extra.isRobot) return memory.state?.kind === 'human' ? memory : enter(memory, { kind: 'robot' });
  if (extra.renewed) return { ...memory, renewals: addTime(memory.renewals, now) };
  if (extra.silentBell) return { ...memory, silentBells: addTime(memory.silentBells, now) };
  return memory;
}

/** What an answer says holds, although the session may have ended once. */
function present(memory: Memory, cid: string | undefined, now: number): Memory {
  const { ended, ...rest } = memory;
  const others = ended?.filter((id) => id !== cid);
  return withAgent(others?.length ? { ...rest, ended: others } : rest, cid, now);
}

/** Whoever is served has left the queue: a push that says otherwise came late. */
function stillQueued(memory: Memory, news: NonNullable<Extra['queue']>, now: number): Memory {
  const { queue, state } = memory;
  if (state?.kind === 'human') return memory;
  const ahead = news.ahead ?? queue?.ahead;
  const known = {
    ...(ahead !== undefined && { ahead }),
    ...(queue?.told !== undefined && { told: queue.told }),
    ...(news.isRepeat && { refusals: (queue?.refusals ?? 0) + 1 }),
  };
  return inQueue(memory, known, now);
}

/** Asked anew he queues on, as far as the time goes that he may wait, and what he was told of his place. */
function afterQueue(memory: Memory, now: number): Memory {
  return memory.state?.kind === 'human' ? memory : enterNobody(memory, { isQueueing: true }, now);
}

function addTime(times: readonly number[] | undefined, now: number): readonly number[] {
  return [...(times ?? []).filter((at) => at > now - keptTimesForMs), now].slice(-20);
}

import type { Json } from '../../src/model/message.ts';
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

/** Reads what `fold` made. */
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

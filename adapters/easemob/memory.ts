import type { Json } from '../../src/model/message.ts';
import type { Serving, VendorEvent } from '../../src/ports/helpdesk.ts';

/**
 * What is remembered of a visitor; all of it may be lost.
 *
 * `nobody` → `queue` | `robot` | `agent` → `nobody`. A session that was opened, or who writes, leads to `robot` and `agent`;
 * one that was created, or went back to a queue, to `queue`; the end of the present session, or of one without an id, back to
 * `nobody`.
 */
export interface Memory {
  readonly serving?: Exclude<Serving, 'nobody'>;
  readonly session?: string;
  /** When the last session ended; what was written before proves no session. */
  readonly endedAt?: number;
  /** The visitor is an IM user. */
  readonly isRegistered?: true;
  /** Fingerprint of the profile that was sent last, in this session. */
  readonly profile?: string;
  /** The robot's last offer of an agent. */
  readonly hint?: Hint;
  /** The latest messages by their IM ids, with those of the helpdesk. */
  readonly recent?: readonly (readonly [im: string, kefu: string])[];
}

export interface Hint {
  readonly id?: string;
  readonly serviceSessionId?: string;
  /** The command that asks for an agent, in place of the usual one. */
  readonly action?: string;
}

/** What an event tells this adapter alone. */
export interface Extra {
  readonly isRegistered?: true;
  readonly profile?: string;
  readonly hint?: Hint;
  /** A session is there and waits for somebody. */
  readonly waiting?: { readonly session?: string };
  readonly ids?: readonly [im: string, kefu: string];
  /** An IM id that was taken back. */
  readonly recalledIm?: string;
}

/** Reads what {@link foldEvent} made. */
export function readMemory(json: Json | undefined): Memory {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Memory) : {}; // only fold makes it
}

export function writeMemory(memory: Memory): Json {
  return memory as unknown as Json; // texts, numbers, lists and objects only
}

/** For the memory alone. */
export function noteExtra(extra: Extra, at: number): VendorEvent {
  return { kind: 'noted', keys: [], at, extra: writeExtra(extra) };
}

export function writeExtra(extra: Extra): Json {
  return extra as unknown as Json; // texts, lists and objects only
}

export function readExtra(event: VendorEvent): Extra {
  return (event.extra ?? {}) as Extra; // only this adapter's events have it, and none without that form
}

/** The memory after an event. Pure. */
export function foldEvent(memory: Memory, event: VendorEvent): Memory {
  const noted = foldExtra(memory, readExtra(event));
  switch (event.kind) {
    case 'sessionStarted':
      return { ...withoutHint(noted, event.session), serving: event.by, session: event.session };
    case 'sessionEnded':
      return endSession(noted, event);
    case 'message':
      return provesSomebody(noted, event)
        ? { ...noted, serving: event.from.role as 'agent' | 'robot' }
        : noted;
    case 'queued':
      return { ...noted, serving: 'queue' };
    case 'queueLeft': {
      if (noted.serving !== 'queue') return noted;
      return event.reason === 'served' ? { ...noted, serving: 'agent' } : leave(noted);
    }
    default:
      return noted;
  }
}

export function servingOf({ serving }: Memory): Serving {
  return serving ?? 'nobody';
}

const keptIds = 20;

function foldExtra(memory: Memory, extra: Extra): Memory {
  const { waiting, ids } = extra;
  return {
    ...memory,
    ...(extra.isRegistered !== undefined && { isRegistered: extra.isRegistered }),
    ...(extra.profile !== undefined && { profile: extra.profile }),
    ...(extra.hint !== undefined && { hint: extra.hint }),
    ...(waiting !== undefined && { serving: 'queue', ...waiting }),
    ...(ids !== undefined && { recent: [ids, ...(memory.recent ?? [])].slice(0, keptIds) }),
  };
}

function withoutHint(memory: Memory, session: string): Memory {
  const { hint, ...rest } = memory;
  return hint?.serviceSessionId === session ? memory : rest;
}

function leave(memory: Memory): Memory {
  const { serving: _serving, session: _session, ...rest } = memory;
  return rest;
}

/** The end of an older session changes nothing. What was told of the visitor is told again in the next one. */
function endSession(memory: Memory, event: Extract<VendorEvent, { kind: 'sessionEnded' }>): Memory {
  const isOlder = event.session !== '' && memory.session !== undefined && memory.session !== event.session;
  if (isOlder) return memory;
  const { profile: _profile, hint: _hint, ...rest } = leave(memory);
  return { ...rest, endedAt: Math.max(event.at, memory.endedAt ?? 0) };
}

/** An agent or a robot who writes is there, unless it was written before the end. An agent is not undone by a robot. */
function provesSomebody(memory: Memory, event: Extract<VendorEvent, { kind: 'message' }>): boolean {
  if (memory.endedAt !== undefined && event.at <= memory.endedAt) return false;
  if (event.from.role === 'agent') return event.automatic !== true;
  return event.from.role === 'robot' && memory.serving !== 'agent';
}

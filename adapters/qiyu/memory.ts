import type { Json, Option } from '../../src/model/message.ts';
import type { Serving, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { QiyuSettings } from './settings.ts';

/**
 * What is remembered of a visitor.
 *
 * `none` → `robot` | `human` | `queued` | `leave` → `none`. A session started, an answer of `applyStaff`, or an agent
 * who writes leads to `human`; `queued` and `leave` (a leave-message is open) come from answers; the end of the session
 * that is remembered, and of no other, leads back to `none`.
 */
export interface Memory {
  readonly state?: State;
  /** The robot has handed the visitor on: do not ask for the robot again. */
  readonly wantsAgent?: boolean;
  /** Fingerprint of the profile that Qiyu was given last. */
  readonly profile?: string;
  /** The latest sessions' own grades. */
  readonly grades?: readonly SessionGrades[];
  /** The latest sessions that ended: their start may come after their end. */
  readonly ended?: readonly string[];
  /** When the last one ended; what was written before proves no session. */
  readonly endedAt?: number;
}

export type State =
  | { readonly kind: 'robot'; readonly session: string; readonly staff?: string }
  | { readonly kind: 'human'; readonly session?: string }
  | { readonly kind: 'queued'; readonly ahead?: number }
  | { readonly kind: 'leave'; readonly until: number };

export interface SessionGrades {
  readonly session: string;
  readonly options: readonly Option[];
}

/** What an event tells this adapter alone. */
export interface Extra {
  /** Qiyu answered that this session is the present one, whatever was heard of it before. */
  readonly present?: SessionFacts;
  readonly started?: SessionFacts;
  readonly transferredTo?: string;
  /** Qiyu says that the message is an agent's, not a robot's. */
  readonly isHuman?: true;
  /** Fingerprint of the profile that Qiyu was given. */
  readonly profile?: string;
  /** The place in the queue moved. */
  readonly ahead?: number;
}

export interface SessionFacts {
  readonly session: string;
  readonly by: 'robot' | 'agent';
  readonly staff?: string;
  readonly options: readonly Option[];
}

/** Reads what {@link foldEvent} made. */
export function readMemory(json: Json | undefined): Memory {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Memory) : {}; // only fold makes it
}

export function writeMemory(memory: Memory): Json {
  return memory as unknown as Json; // texts, numbers, lists and objects only
}

/** The memory after an event. Pure. */
export function foldEvent(
  memory: Memory,
  event: VendorEvent,
  given: { readonly settings: QiyuSettings; readonly now: number },
): Memory {
  const extra: Extra = (event.extra ?? {}) as Extra; // only this adapter's events have it, and none without that form
  switch (event.kind) {
    case 'sessionStarted': {
      const facts = extra.started ?? { session: event.session, by: event.by, options: [] };
      return memory.ended?.includes(event.session) ? withGrades(memory, facts) : withSession(memory, facts);
    }
    case 'sessionEnded':
      return withoutSession(memory, event, extra.transferredTo);
    case 'message':
      return provesAgent(memory, event, { ...given, isHuman: extra.isHuman === true })
        ? enter(memory, { kind: 'human' })
        : memory;
    case 'queued':
      return enter(memory, {
        kind: 'queued',
        ...(event.ahead !== undefined && { ahead: event.ahead }),
      });
    case 'queueLeft':
      if (memory.state?.kind !== 'queued') return memory;
      return enter(memory, event.reason === 'served' ? { kind: 'human' } : undefined);
    case 'nobodyOnline':
      return enter(
        memory,
        event.keeps ? { kind: 'leave', until: given.now + given.settings.offlineCacheSec * 1000 } : undefined,
      );
    case 'noted':
      return foldNote(memory, extra);
    default:
      return memory;
  }
}

/** The state that still holds. */
export function stateOf(memory: Memory, now: number): State | undefined {
  const { state } = memory;
  return state?.kind === 'leave' && state.until <= now ? undefined : state;
}

export function servingOf(memory: Memory, now: number): Serving {
  const state = stateOf(memory, now);
  return state === undefined ? 'nobody' : servings[state.kind];
}

const servings: Readonly<Record<State['kind'], Serving>> = {
  robot: 'robot',
  human: 'agent',
  queued: 'queue',
  leave: 'nobody',
};

/** The session's own grades, else those of the settings. */
export function ratingOptions(memory: Memory, session: string, settings: QiyuSettings): readonly Option[] {
  const own = memory.grades?.find((grades) => grades.session === session);
  return (
    own?.options ?? settings.defaultRatingList.map(({ name, value }) => ({ id: String(value), label: name }))
  );
}

const keptGrades = 3;
const keptEnds = 5;

function enter(memory: Memory, state: State | undefined): Memory {
  const { state: _left, ...rest } = memory;
  return state === undefined ? rest : { ...rest, state };
}

function withSession(memory: Memory, facts: SessionFacts): Memory {
  const { wantsAgent, ...rest } = withGrades(memory, facts);
  const { session, by, staff } = facts;
  if (by === 'agent') return enter(rest, { kind: 'human', session });
  const robot = enter(rest, { kind: 'robot', session, ...(staff !== undefined && { staff }) });
  return wantsAgent === undefined ? robot : { ...robot, wantsAgent };
}

function withGrades(memory: Memory, { session, options }: SessionFacts): Memory {
  if (options.length === 0) return memory;
  const others = (memory.grades ?? []).filter((grades) => grades.session !== session);
  return { ...memory, grades: [{ session, options }, ...others].slice(0, keptGrades) };
}

/**
 * The end of an older session changes nothing (robot to human: the answer that names the new one may come first). A
 * human session of which only a message told has no id: any human session's end is its end.
 */
function withoutSession(
  memory: Memory,
  event: Extract<VendorEvent, { kind: 'sessionEnded' }>,
  transferredTo: string | undefined,
): Memory {
  const ended = [event.session, ...(memory.ended ?? []).filter((id) => id !== event.session)];
  const noted = { ...memory, ended: ended.slice(0, keptEnds) };
  if (!isPresent(memory.state, event)) return noted;
  if (transferredTo !== undefined) return enter(noted, { kind: 'human', session: transferredTo });
  const { profile: _profile, wantsAgent: _wantsAgent, ...rest } = enter(noted, undefined);
  return event.reason === 'handedOn'
    ? { ...rest, wantsAgent: true }
    : { ...rest, endedAt: Math.max(event.at, memory.endedAt ?? 0) };
}

function isPresent(state: State | undefined, event: Extract<VendorEvent, { kind: 'sessionEnded' }>): boolean {
  if (state?.kind === 'robot') return state.session === event.session;
  if (state?.kind !== 'human') return false;
  if (state.session !== undefined) return state.session === event.session;
  return event.by === 'agent' && event.reason !== 'handedOn';
}

/**
 * An agent's message proves a session with a human. Qiyu does not say whether a message is a robot's; so where a robot
 * may serve, an unmarked one proves nothing, unless it is of another than the robot that is known.
 */
function provesAgent(
  memory: Memory,
  event: Extract<VendorEvent, { kind: 'message' }>,
  given: { readonly settings: QiyuSettings; readonly isHuman: boolean },
): boolean {
  const { state, endedAt } = memory;
  if (event.from.role !== 'agent' || event.automatic || state?.kind === 'human') return false;
  // The end has whole seconds only.
  if (endedAt !== undefined && event.at < endedAt + 1000) return false;
  if (given.isHuman) return true;
  if (state?.kind === 'robot') return state.staff !== undefined && state.staff !== event.from.id;
  return given.settings.route === 'human';
}

function foldNote(memory: Memory, extra: Extra): Memory {
  if (extra.present !== undefined) return withSession(memory, extra.present);
  if (extra.profile !== undefined) return { ...memory, profile: extra.profile };
  if (extra.ahead !== undefined && memory.state?.kind === 'queued') {
    return enter(memory, { kind: 'queued', ahead: extra.ahead });
  }
  return memory;
}

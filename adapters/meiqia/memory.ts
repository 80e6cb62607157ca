import type { Json, Option } from '../../src/model/message.ts';
import type { Serving, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { MeiqiaSettings } from './settings.ts';

/**
 * What is remembered of a visitor. All of it may be lost: his own id finds him again.
 *
 * `state` is left out → `open` | `queued` | `offline` → left out. An answer of `scheduler`, or whoever writes, leads to
 * `open`; the end of the conversation that is remembered, and of no other, leads back.
 */
export interface Memory {
  readonly trackId?: string;
  readonly state?: State;
  /** When somebody was asked for last: the stream is read from a little before the first time. */
  readonly since?: number;
  /** Fingerprint of whom was asked for. */
  readonly route?: string;
  /** The latest conversations that ended: news of them may come after their end. */
  readonly ended?: readonly string[];
  readonly ticket?: Ticket;
  /** Meiqia has the device token and the statistics. */
  readonly registered?: true;
  /** Fingerprint of the profile that Meiqia was given last. */
  readonly profile?: string;
  /** The last message of either side. */
  readonly lastAt?: number;
  /** On Meiqia's block list, as far as it was told; whatever he writes is tried all the same. */
  readonly blocked?: boolean;
  /** When the link to the chat page was given last. */
  readonly linkedAt?: number;
}

/** `offline`: nobody is asked for before `until`; what was told to the visitor still counts after it. */
export type State =
  | ({ readonly kind: 'open' } & Conv)
  | { readonly kind: 'queued'; readonly ahead?: number }
  | { readonly kind: 'offline'; readonly until: number };

/** An open conversation at Meiqia, and who serves in it. */
export interface Conv {
  readonly conv: string;
  readonly isRobot: boolean;
  readonly token?: string;
  readonly name?: string;
}

/** A message that was left, and when words were added last. */
export interface Ticket {
  readonly id: string;
  readonly at: number;
}

/** What an event tells this adapter alone. */
export interface Extra {
  readonly trackId?: string;
  readonly open?: Conv;
  /** Whoever wrote it serves, in this conversation. */
  readonly by?: Conv;
  /** Who serves has another name now. */
  readonly renamed?: Conv;
  readonly since?: number;
  readonly route?: string;
  readonly introduced?: { readonly registered?: true; readonly profile?: string };
  readonly sentAt?: number;
  readonly ticket?: Ticket;
  readonly blocked?: boolean;
  /** Still nobody is online, and the visitor knows it. */
  readonly stillOffline?: true;
  /** This conversation is over, and the visitor knows it, or need not. */
  readonly over?: string;
  /** Nobody human is online, but the robot stays. */
  readonly isServed?: true;
  readonly linkedAt?: number;
}

/** Reads what {@link foldEvent} made. */
export function readMemory(json: Json | undefined): Memory {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Memory) : {}; // only fold makes it
}

/** What {@link readMemory} reads. */
export function writeMemory(memory: Memory): Json {
  return memory as unknown as Json; // texts, numbers, claims, lists and objects only
}

/** For the memory alone. */
export function note(extra: Extra, at: number, keys: readonly string[] = []): VendorEvent {
  return { kind: 'noted', keys, at, extra: writeExtra(extra) };
}

/** The form in which events carry it. */
export function writeExtra(extra: Extra): Json {
  return extra as unknown as Json; // as above
}

/** The memory after an event. Pure. */
export function foldEvent(
  memory: Memory,
  event: VendorEvent,
  given: { readonly settings: MeiqiaSettings; readonly now: number },
): Memory {
  const extra = (event.extra ?? {}) as Extra; // only this adapter's events have it, and none without that form
  switch (event.kind) {
    case 'sessionStarted': {
      const { session: conv, agent } = event;
      const told = {
        conv,
        isRobot: event.by === 'robot',
        ...(agent?.id !== undefined && { token: agent.id }),
        ...(agent?.name !== undefined && { name: agent.name }),
      };
      return open(memory, extra.open ?? told);
    }
    case 'sessionEnded':
      return close(memory, event.session);
    case 'message':
      return foldMessage(memory, { at: event.at, by: extra.by });
    case 'queued':
      return enter(memory, { kind: 'queued', ...(event.ahead !== undefined && { ahead: event.ahead }) });
    case 'queueLeft':
      return memory.state?.kind === 'queued' ? enter(memory, undefined) : memory;
    case 'nobodyOnline':
      if (extra.isServed) return memory;
      return offline(memory, given);
    case 'noted':
      return extra.stillOffline ? offline(memory, given) : foldNote(memory, extra);
    default:
      return memory;
  }
}

/** The state that still holds. */
export function stateOf({ state }: Memory, now: number): State | undefined {
  return state?.kind === 'offline' && state.until <= now ? undefined : state;
}

/** Who serves, as far as it is known. */
export function servingOf(memory: Memory, now: number): Serving {
  const state = stateOf(memory, now);
  switch (state?.kind) {
    case 'open':
      return state.isRobot ? 'robot' : 'agent';
    case 'queued':
      return 'queue';
    default:
      return 'nobody';
  }
}

/** Good, middling and bad (Meiqia, 评价): the option's id is the level. */
export const grades: readonly Option[] = [
  { id: '2', label: '满意' },
  { id: '1', label: '一般' },
  { id: '0', label: '不满意' },
];

const keptEnds = 5;

function enter(memory: Memory, state: State | undefined): Memory {
  const { state: _left, ...rest } = memory;
  return state === undefined ? rest : { ...rest, state };
}

function offline(
  memory: Memory,
  { settings, now }: { readonly settings: MeiqiaSettings; readonly now: number },
): Memory {
  return enter(memory, { kind: 'offline', until: now + settings.offlineCacheSec * 1000 });
}

function open(memory: Memory, conv: Conv): Memory {
  return memory.ended?.includes(conv.conv) ? memory : enter(memory, { kind: 'open', ...conv });
}

/** Another name, and nothing else: of the conversation that is open, and of no other. */
function rename(memory: Memory, { conv, name }: Conv): Memory {
  const { state } = memory;
  if (state?.kind !== 'open' || state.conv !== conv || name === undefined) return memory;
  return enter(memory, { ...state, name });
}

/** The end of an older conversation changes nothing but that it is known. */
function close(memory: Memory, conv: string): Memory {
  const ended = [conv, ...(memory.ended ?? []).filter((id) => id !== conv)].slice(0, keptEnds);
  const noted = { ...memory, ended };
  return memory.state?.kind === 'open' && memory.state.conv === conv ? enter(noted, undefined) : noted;
}

/** Whoever writes serves; a robot that writes late does not take the visitor back from an agent. */
function foldMessage(
  memory: Memory,
  { at, by }: { readonly at: number; readonly by: Conv | undefined },
): Memory {
  const lastAt = Math.max(memory.lastAt ?? 0, at);
  const { state } = memory;
  const isLate = by?.isRobot === true && state?.kind === 'open' && state.conv === by.conv && !state.isRobot;
  return { ...(by === undefined || isLate ? memory : open(memory, by)), lastAt };
}

function foldNote(memory: Memory, extra: Extra): Memory {
  const { trackId, since, route, introduced, sentAt, ticket, blocked, linkedAt } = extra;
  let next = memory;
  if (extra.over !== undefined) next = close(next, extra.over);
  if (extra.renamed !== undefined) next = rename(next, extra.renamed);
  // An answer tells how it is now, whatever was heard of the end of that conversation.
  if (extra.open !== undefined) next = enter(next, { kind: 'open', ...extra.open });
  return {
    ...next,
    ...(trackId !== undefined && { trackId }),
    ...(since !== undefined && { since: next.since ?? since }),
    ...(route !== undefined && { route }),
    ...introduced,
    ...(sentAt !== undefined && { lastAt: Math.max(next.lastAt ?? 0, sentAt) }),
    ...(ticket !== undefined && { ticket }),
    ...(blocked !== undefined && { blocked }),
    ...(linkedAt !== undefined && { linkedAt }),
  };
}

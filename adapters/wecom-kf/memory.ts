import type { Json } from '../../src/model/message.ts';
import type { Serving, VendorEvent } from '../../src/ports/helpdesk.ts';
import { isSameChat } from './accounts.ts';
import { type AppExtra, type AppMemory, foldApp } from './app-memory.ts';
import type { Chat } from './kf-api.ts';
import { madeAtSec } from './ref.ts';

/**
 * What is remembered of a visitor, and (under `app` and `customers`) of the company.
 *
 * A visitor is nobody's, is `offered` a card with a reference, and `kf` once the first customer has come by it: from then
 * on the two are one, and no other customer who comes by the same reference is. `session` follows the states of the kf
 * chat, as far as they are told or were moved by us.
 */
export interface Memory {
  readonly offered?: { readonly ref: string; readonly at: number };
  readonly kf?: Chat & { readonly ref: string };
  readonly session?: Session;
  /** Where the visitor wrote last. */
  readonly spokeIn?: 'mp' | 'kf';
  /** The latest sign of life in the kf chat. */
  readonly livelyAt?: number;
  /** Which messages agents of the kf chat know: up to a sequence, and these behind it. */
  readonly told?: { readonly until: number; readonly besides: readonly number[] };
  readonly app?: AppMemory;
  /** Customers of whom it is known whence they came, or who were asked about, and when. */
  readonly customers?: Readonly<Record<string, number>>;
  /** Customers who are to be asked about. */
  readonly strangers?: readonly string[];
}

/** States of the kf chat: 0 new, 1 the API's, 2 waits in the pool, 3 a servicer's, 4 ended (WeCom, `service_state`). */
export interface Session {
  readonly state: 0 | 1 | 2 | 3 | 4;
  readonly servicer?: string;
  readonly at: number;
  /** The customer was told that somebody comes. */
  readonly isPrompted?: true;
}

/** What an event tells this adapter alone. */
export interface Extra {
  readonly offered?: string;
  readonly entered?: Chat & { readonly ref: string };
  readonly spokeIn?: 'mp' | 'kf';
  readonly session?: Omit<Session, 'at' | 'isPrompted'>;
  readonly prompted?: true;
  /** Somebody spoke in the kf chat. */
  readonly isLively?: true;
  /** Agents have been shown what was said up to this sequence, or this one message. */
  readonly told?: { readonly until: number } | { readonly one: number };
  readonly app?: AppExtra;
  readonly met?: readonly string[];
  readonly stranger?: string;
  /** For `react`. */
  readonly deed?: Deed;
  /** For people: what was not understood, as it came. */
  readonly raw?: string;
}

/** What is to be done about an event of a kf chat; all but `enter` name the customer by whom it is proved. */
export type Deed = Chat &
  /** `code` may be answered once, up to a time. */
  (
    | { readonly kind: 'enter'; readonly ref: string; readonly code?: string; readonly until?: number }
    | { readonly kind: 'route' }
    | { readonly kind: 'mirror'; readonly id: string }
    | { readonly kind: 'greet'; readonly servicer?: string; readonly code?: string }
    | { readonly kind: 'askRating'; readonly code: string }
    | { readonly kind: 'rated' }
  );

/** Reads what {@link foldEvent} made. */
export function readMemory(json: Json | undefined): Memory {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Memory) : {}; // only fold makes it
}

export function writeMemory(memory: Memory): Json {
  return memory as unknown as Json; // texts, numbers, lists and objects only
}

export function extraOf(event: VendorEvent): Extra {
  return (event.extra ?? {}) as Extra; // only this adapter's events have it, and none without that form
}

/** An event that changes nothing but the memory. `visitor` null: the company's. */
export function note(
  extra: Extra,
  given: { readonly at: number; readonly keys?: readonly string[]; readonly visitor?: string | null },
): VendorEvent {
  const { at, keys = [], visitor } = given;
  const json = extra as unknown as Json; // texts, numbers, lists and objects only
  return { kind: 'noted', keys, at, extra: json, ...(visitor !== undefined && { visitor }) };
}

/** Something that happened, for history. */
export function recorded(
  name: string,
  given: { readonly at: number; readonly keys: readonly string[] },
  extra: Extra = {},
): VendorEvent {
  const json = extra as unknown as Json; // texts, numbers, lists and objects only
  return {
    kind: 'recorded',
    from: { role: 'system' },
    parts: [{ kind: 'event', name }],
    ...given,
    extra: json,
  };
}

/** The memory after an event. Pure. */
export function foldEvent(
  memory: Memory,
  event: VendorEvent,
  given: { readonly now: number; readonly idleCloseMs: number; readonly agents: readonly string[] },
): Memory {
  const extra = extraOf(event);
  const steps: readonly ((before: Memory) => Memory)[] = [
    (before) => foldSession(before, event, extra),
    (before) => foldEntry(before, event, extra),
    (before) => foldWords(before, event, extra),
    (before) => foldCustomers(before, event, extra),
    (before) =>
      extra.app === undefined
        ? before
        : { ...before, app: foldApp(before.app, extra.app, { ...given, at: event.at }) },
  ];
  return steps.reduce((before, step) => step(before), memory);
}

export function servingOf(memory: Memory): Serving {
  switch (memory.session?.state) {
    case 2:
      return 'queue';
    case 3:
      return 'agent';
    default:
      return 'nobody';
  }
}

/** A session lives that long after the last word; then WeCom has ended it, told or not. */
export const sessionLivesMs = 48 * 3_600_000;

/** Agents of the kf chat have the visitor, or will. */
export function isHandedOff(memory: Memory, now: number): boolean {
  const { kf, session, livelyAt = 0 } = memory;
  return kf !== undefined && session?.state !== 4 && now - livelyAt < sessionLivesMs;
}

/** The state of the session, if it can still be that. */
export function stateOf({ session }: Memory, now: number): Session | undefined {
  return session !== undefined && now - session.at < sessionLivesMs ? session : undefined;
}

function foldSession(memory: Memory, event: VendorEvent, { session, prompted }: Extra): Memory {
  const { session: before } = memory;
  if (prompted && before !== undefined) return { ...memory, session: { ...before, isPrompted: true } };
  if (session !== undefined) {
    const isPrompted = before?.isPrompted && before.state !== 4;
    return { ...memory, session: { ...session, at: event.at, ...(isPrompted && { isPrompted }) } };
  }
  switch (event.kind) {
    case 'sessionStarted':
      return event.by === 'agent' ? { ...memory, session: { state: 3, at: event.at } } : memory;
    case 'sessionEnded':
      return memory.session === undefined ? memory : { ...memory, session: { state: 4, at: event.at } };
    default:
      return memory;
  }
}

function foldEntry(memory: Memory, { at }: VendorEvent, { offered, entered }: Extra): Memory {
  if (offered !== undefined) return { ...memory, offered: { ref: offered, at } };
  if (entered === undefined) return memory;
  const { kf } = memory;
  if (isSameChat(kf, entered)) return { ...memory, kf: entered, livelyAt: at, spokeIn: 'kf' };
  // The card may have been passed on: whoever comes first by it is the visitor, until one comes by a newer card.
  if (kf !== undefined && madeAtSec(entered.ref) <= madeAtSec(kf.ref)) return memory;
  const { session: _older, ...rest } = memory;
  return { ...rest, kf: entered, livelyAt: at, spokeIn: 'kf' };
}

function foldWords(memory: Memory, { at }: VendorEvent, { spokeIn, told, isLively }: Extra): Memory {
  const known = told === undefined ? memory : { ...memory, told: tell(memory.told, told) };
  const after =
    isLively || spokeIn === 'kf' ? { ...known, livelyAt: Math.max(at, known.livelyAt ?? 0) } : known;
  if (spokeIn === undefined) return after;
  // A new word of the customer's begins the session anew.
  const { session, ...rest } = after;
  const ended = spokeIn === 'kf' && session?.state === 4;
  return {
    ...rest,
    spokeIn,
    ...(session !== undefined && !ended && { session }),
  };
}

const mostBesides = 100;

function tell(
  { until, besides }: NonNullable<Memory['told']> = { until: 0, besides: [] },
  told: NonNullable<Extra['told']>,
): NonNullable<Memory['told']> {
  if ('one' in told) return { until, besides: [...besides, told.one].slice(-mostBesides) };
  const known = Math.max(until, told.until);
  return { until: known, besides: besides.filter((seq) => seq > known) };
}

const mostCustomers = 500;

function foldCustomers(memory: Memory, { at }: VendorEvent, { met, stranger }: Extra): Memory {
  if (stranger !== undefined) {
    const others = (memory.strangers ?? []).filter((one) => one !== stranger);
    return { ...memory, strangers: [...others, stranger].slice(-100) };
  }
  if (met === undefined) return memory;
  const known = { ...memory.customers, ...Object.fromEntries(met.map((external) => [external, at])) };
  const newest = Object.entries(known)
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, mostCustomers);
  const strangers = (memory.strangers ?? []).filter((external) => !met.includes(external));
  return { ...memory, customers: Object.fromEntries(newest), strangers };
}

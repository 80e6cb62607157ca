import { createHash } from 'node:crypto';
import type { Json, Part } from '../../src/model/message.ts';
import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import { customerId } from './accounts.ts';
import type { Chat } from './kf-api.ts';
import type { Extra } from './memory.ts';
import type { WecomKfSettings } from './settings.ts';
import type { Entry } from './wire.ts';

/** What an entry of a page is read with. */
export interface Reading {
  readonly settings: WecomKfSettings;
  /** The kf account whose page it is. */
  readonly openKfid: string;
  readonly now: number;
  /** Names of servicers by userid. */
  readonly names: ReadonlyMap<string, string>;
}

/** Nothing is done about what is old: a lost cursor brings three days back. */
export function isYoung(
  { at }: Pick<Entry, 'at'>,
  { settings, now }: Pick<Reading, 'settings' | 'now'>,
): boolean {
  return now - at < settings.actMaxAgeSec * 1000;
}

/** Something that happened in the kf chat, for history. */
export function record(
  entry: Entry,
  chat: Chat,
  event: { readonly name: string; readonly key?: string },
  extra: Extra = {},
): VendorEvent {
  return {
    kind: 'recorded',
    from: { role: 'system' },
    parts: [{ kind: 'event', ...event }],
    visitor: customerId(chat),
    keys: keysOf(entry),
    at: entry.at,
    extra: json(extra),
  };
}

export function chatIn({ external }: { readonly external: string }, { openKfid }: Reading): Chat {
  return { openKfid, external };
}

const mostRaw = 8192;

export function rawOf({ raw }: Entry): Pick<Extra, 'raw'> {
  return { raw: JSON.stringify(raw).slice(0, mostRaw) };
}

export function rawOfParts(entry: Entry, parts: readonly Part[]): Pick<Extra, 'raw'> {
  return parts.some(({ kind }) => kind === 'unsupported') ? rawOf(entry) : {};
}

export function keysOf(entry: Entry): readonly string[] {
  return [keyOf(entry)];
}

/** Without an id of its own an entry is known by what it says. */
export function keyOf(entry: Entry): string {
  return entry.id ?? createHash('sha256').update(JSON.stringify(entry)).digest('base64url').slice(0, 24);
}

export function json(extra: Extra): Json {
  return extra as unknown as Json; // texts, numbers, lists and objects only
}

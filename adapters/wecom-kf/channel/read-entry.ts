import { createHash } from 'node:crypto';
import { type Fields, textOf, writeJson } from '../../../src/formats/fields.ts';
import type { Part, Sender } from '../../../src/model/message.ts';
import type { PulledAct, VisitorAct } from '../../../src/ports/channel.ts';
import { readContent } from '../content.ts';
import { type Entry, type KfEvent, type KfMessage, readEntry } from '../wire.ts';
import { grantOfMessage, grantOfWelcome } from './grants.ts';
import { keyOfMsgid } from './msgid.ts';
import type { KfChannelSettings } from './settings.ts';

export interface EntryReading {
  readonly settings: KfChannelSettings;
  /** What is older was there before the account was read for the first time. */
  readonly since: number;
  /** Names of servicers by userid. */
  readonly names: ReadonlyMap<string, string>;
}

/** What an entry of a page tells the core; nothing where it is about servicers alone. Pure. */
export function actsOf(fields: Fields, reading: EntryReading): readonly PulledAct[] {
  const raw = writeJson(fields);
  const entry = readEntry(fields);
  const key = entry.id ?? createHash('sha256').update(raw).digest('base64url').slice(0, 24);
  const { what } = entry;
  if (what.kind === 'servicer') return [];
  if (what.kind === 'unknown') {
    return [{ raw, reading: { kind: 'unreadable', key, reason: `unknown entry ${what.type}` } }];
  }
  const act =
    what.kind === 'message' ? readWords({ ...entry, key }, what, reading) : readEvent(entry, what, reading);
  const common = { kind: 'visitor', key, visitor: what.external, writtenAt: entry.at } as const;
  const isPast = entry.at < reading.since ? { isPast: true as const } : {};
  return [{ raw, reading: { ...common, ...act, ...isPast } }];
}

/** The servicers whose names the page wants. */
export function servicersIn(entries: readonly Fields[]): readonly string[] {
  const all = entries.map(readEntry).flatMap(({ what }) => {
    return what.kind === 'message' && what.servicer ? [what.servicer] : [];
  });
  return [...new Set(all)];
}

type Act = Pick<
  VisitorAct,
  'undelivered' | 'parts' | 'opens' | 'grant' | 'ownAgents' | 'from' | 'platformId'
>;

function readWords(
  { id, key, at }: Entry & { readonly key: string },
  message: KfMessage,
  { settings, names }: EntryReading,
): Act {
  const { servicer, type, content } = message;
  const mediaId = textOf(content, 'media_id');
  const parts = readContent(type, content, { id: key, settings }).map((part) => fromChannel(part, mediaId));
  const platformId = id === undefined ? {} : { platformId: id };
  if (servicer === undefined) {
    return { ...platformId, parts, opens: true, grant: grantOfMessage(at, settings) };
  }
  const name = names.get(servicer);
  const from: Sender = {
    role: 'agent',
    ...(servicer !== '' && { id: servicer }),
    ...(name !== undefined && { name }),
  };
  // Nobody but who has the chat can write in it.
  return { ...platformId, parts, opens: false, from, ownAgents: 'took' };
}

/** The media id is no secret: it opens with the token of the company alone. */
function fromChannel(part: Part, channelId: string | undefined): Part {
  if (channelId === undefined) return part;
  switch (part.kind) {
    case 'image':
    case 'voice':
    case 'video':
      return { ...part, media: { ...part.media, from: { channelId } } };
    case 'file':
      return part.media === undefined ? part : { ...part, media: { ...part.media, from: { channelId } } };
    default:
      return part;
  }
}

function readEvent({ at }: Entry, event: Exclude<KfEvent, { kind: 'servicer' }>, reading: EntryReading): Act {
  switch (event.kind) {
    case 'enter':
      return readEntering(event, at, reading);
    case 'session':
      return readSession(event);
    case 'sendFailed':
      return readFailure(event);
    case 'recalled':
      return happened({
        name: event.isServicers ? 'servicer-recalled' : 'visitor-recalled',
        key: event.id,
      });
    case 'blocked':
      return happened({ name: event.isBlocked ? 'visitor-blocked' : 'visitor-unblocked' });
    default:
      return event satisfies never;
  }
}

/** He comes in; whatever waits for him may be said by the code, if he was given one. */
function readEntering(
  { scene, ref, welcomeCode }: Extract<KfEvent, { kind: 'enter' }>,
  at: number,
  { settings }: EntryReading,
): Act {
  const entering: Part = {
    kind: 'event',
    name: 'session-enter',
    ...(scene !== undefined && { key: scene }),
    // The visitor's client says so: a claim.
    ...(ref !== undefined && { context: ref }),
  };
  const granted = welcomeCode === undefined ? {} : { grant: grantOfWelcome(at, welcomeCode, settings) };
  return { parts: [entering], opens: welcomeCode !== undefined, ...granted };
}

/** What had been taken did not arrive (WeCom, `msg_send_fail`). */
function readFailure({ type, msgid = '' }: Extract<KfEvent, { kind: 'sendFailed' }>): Act {
  const key = keyOfMsgid(msgid);
  return {
    ...happened({ name: 'send-failed', key: type }),
    ...(key !== undefined && { undelivered: { key, code: `failed ${type}` } }),
  };
}

const changes = {
  1: { name: 'session-started', ownAgents: 'took' },
  2: { name: 'session-transferred', ownAgents: 'passedOn' },
  3: { name: 'session-ended', ownAgents: 'left' },
  4: { name: 'session-resumed', ownAgents: 'took' },
} as const;

/** What servicers do in the client of WeCom (WeCom, `session_status_change`). */
function readSession({ change, servicer }: Extract<KfEvent, { kind: 'session' }>): Act {
  const { name, ownAgents } = changes[change];
  return { ...happened({ name, ...(servicer !== undefined && { key: servicer }) }), ownAgents };
}

function happened(event: { readonly name: string; readonly key?: string }): Act {
  return { parts: [{ kind: 'event', ...event }], opens: false, from: { role: 'system' } };
}

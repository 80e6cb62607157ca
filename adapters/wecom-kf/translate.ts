import { createHash } from 'node:crypto';
import { textOf } from '../../src/formats/fields.ts';
import type { Json, Part, Sender } from '../../src/model/message.ts';
import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import { customerId } from './accounts.ts';
import { readContent } from './content.ts';
import { ended } from './expiry.ts';
import { failureOf } from './fail-reasons.ts';
import type { Chat } from './kf-api.ts';
import { type Deed, type Extra, note } from './memory.ts';
import { accountOfRef } from './ref.ts';
import type { WecomKfSettings } from './settings.ts';
import type { Entry, KfEvent, KfMessage } from './wire.ts';

export interface Reading {
  readonly settings: WecomKfSettings;
  /** The kf account whose page it is. */
  readonly openKfid: string;
  readonly now: number;
  /** Names of servicers by userid. */
  readonly names: ReadonlyMap<string, string>;
}

/** What an entry of a page tells the core. */
export function eventsOfEntry(entry: Entry, reading: Reading): readonly VendorEvent[] {
  const { what } = entry;
  switch (what.kind) {
    case 'message':
      return eventsOfMessage(entry, what, reading);
    case 'enter':
      return eventsOfEntering(entry, what, reading);
    case 'session':
      return eventsOfSession(entry, what, reading);
    case 'sendFailed':
      return [record(entry, chatIn(what, reading), { name: 'send-failed', key: failureOf(what) })];
    case 'recalled':
      return [
        {
          kind: 'recalled',
          vendorId: what.id,
          visitor: customerId(chatIn(what, reading)),
          keys: keysOf(entry),
          at: entry.at,
        },
      ];
    case 'blocked':
      return [
        record(entry, chatIn(what, reading), {
          name: what.isBlocked ? 'customer-blocked' : 'customer-unblocked',
        }),
      ];
    case 'servicer':
      return [];
    case 'unknown':
      return [
        { kind: 'unsupported', vendorKind: what.type, visitor: null, keys: keysOf(entry), at: entry.at },
      ];
    default:
      return what satisfies never;
  }
}

/** Nothing is done about what is old: a lost cursor brings three days back. */
export function isYoung(
  { at }: Pick<Entry, 'at'>,
  { settings, now }: Pick<Reading, 'settings' | 'now'>,
): boolean {
  return now - at < settings.actMaxAgeSec * 1000;
}

/** The code of an entry lives 20 s; the answer has to travel. */
const welcomeLivesMs = 20_000;
/** So long an end may be answered by the question for a rating. */
const endCodeLivesMs = 20_000;

function eventsOfMessage(entry: Entry, message: KfMessage, reading: Reading): readonly VendorEvent[] {
  const { servicer, type, content } = message;
  const chat = chatIn(message, reading);
  const id = keyOf(entry);
  const parts = readContent(type, content, { id, settings: reading.settings });
  const from = servicer === undefined ? visitorSaid : agentOf(servicer, reading);
  if (servicer === undefined)
    return [customerSaid(entry, { chat, parts, menu: textOf(content, 'menu_id') }, reading)];
  const isMirrored = reading.settings.handoff.mirror !== 'never' && isYoung(entry, reading);
  const deed: Deed = { ...chat, kind: 'mirror', id };
  return [
    {
      kind: 'recorded',
      from,
      parts,
      visitor: customerId(chat),
      keys: keysOf(entry),
      at: entry.at,
      extra: json({ isLively: true, ...(isMirrored && { deed }) }),
      ...(isMirrored && { react: {} }),
    },
  ];
}

const visitorSaid: Sender = { role: 'visitor' };

function agentOf(servicer: string, { names }: Reading): Sender {
  const name = names.get(servicer);
  return { role: 'agent', ...(servicer !== '' && { id: servicer }), ...(name !== undefined && { name }) };
}

/** A click on a grade comes as a message of the customer's: it opens the chat anew, and is to close it again. */
function customerSaid(
  entry: Entry,
  {
    chat,
    parts,
    menu,
  }: { readonly chat: Chat; readonly parts: readonly Part[]; readonly menu: string | undefined },
  reading: Reading,
): VendorEvent {
  const base = {
    kind: 'recorded',
    from: visitorSaid,
    visitor: customerId(chat),
    keys: keysOf(entry),
    at: entry.at,
  } as const;
  const grade = /^rate:[\w-]+:(\d)$/.exec(menu ?? '')?.[1];
  const label = grade === undefined ? undefined : reading.settings.handoff.rating[Number(grade) - 1];
  const acts = isYoung(entry, reading) ? { react: {} } : {};
  if (grade !== undefined) {
    const option = { id: grade, label: label ?? grade };
    const rated = [{ kind: 'choice', of: 'rating', option, session: chat.external }] as const;
    return { ...base, parts: rated, extra: json({ deed: { ...chat, kind: 'rated' } }), ...acts };
  }
  return { ...base, parts, extra: json({ spokeIn: 'kf', deed: { ...chat, kind: 'route' } }), ...acts };
}

/** Who comes by a reference of ours is the visitor to whom it was given; everybody else is a plain customer. */
function eventsOfEntering(
  entry: Entry,
  { external, scene, ref, welcomeCode }: Extract<KfEvent, { kind: 'enter' }>,
  reading: Reading,
): readonly VendorEvent[] {
  const { settings, openKfid } = reading;
  const { at } = entry;
  const chat: Chat = { openKfid, external };
  // A reference was good or not when he came, whenever that is read.
  const isOurs =
    scene === settings.handoff.scene && ref !== undefined && accountOfRef(settings, ref, at) === openKfid;
  const met = note({ met: [customerId(chat)] }, { at, visitor: null, keys: [`met:${keyOf(entry)}`] });
  if (!isOurs) return [met];
  const code = welcomeCode === undefined ? {} : { code: welcomeCode, until: at + welcomeLivesMs };
  return [met, enteredEvent({ ...chat, ref, at, ...code, key: keyOf(entry) })];
}

/** A customer came by a reference, as a page or his own context tells. */
export function enteredEvent({
  key,
  at,
  ...entering
}: Omit<Extract<Deed, { kind: 'enter' }>, 'kind'> & {
  readonly at: number;
  readonly key: string;
}): VendorEvent {
  const deed: Deed = { kind: 'enter', ...entering };
  return {
    ...note({ deed }, { at, visitor: entering.ref, keys: [`entered:${key}`] }),
    react: {},
  };
}

const changes = {
  1: 'session-started',
  2: 'session-transferred',
  3: 'session-ended',
  4: 'session-resumed',
} as const;

/** Sessions are for history: the visitor sees them where he is, in the kf chat. */
function eventsOfSession(
  entry: Entry,
  { external, change, servicer, code }: Extract<KfEvent, { kind: 'session' }>,
  reading: Reading,
): readonly VendorEvent[] {
  const chat: Chat = { openKfid: reading.openKfid, external };
  const state = change === 3 ? 4 : 3;
  const session = { state, ...(servicer !== undefined && { servicer }) } as const;
  const told = record(
    entry,
    chat,
    { name: changes[change], ...(servicer !== undefined && { key: servicer }) },
    { session },
  );
  const { at } = entry;
  const visitor = customerId(chat);
  const over = change === 3 ? [ended(visitor, { at, visitor, keys: [`ended:${keyOf(entry)}`] })] : [];
  if (!isYoung(entry, reading)) return [told, ...over];
  const { prompt, rating, transcriptVia } = reading.settings.handoff;
  const says = prompt !== undefined || transcriptVia.includes('code');
  const greets = (says && code !== undefined) || transcriptVia.includes('app');
  if (change !== 3 && greets) {
    const greeted = {
      ...(servicer !== undefined && { servicer }),
      ...(change === 1 && code !== undefined && { code }),
    };
    return [told, follow(entry, { ...chat, kind: 'greet', ...greeted })];
  }
  if (change === 3 && code !== undefined && rating.length > 0) {
    const asked = follow(entry, { ...chat, kind: 'askRating', code }, at + endCodeLivesMs);
    return [told, ...over, asked];
  }
  return [told, ...over];
}

function follow(entry: Entry, deed: Deed, notAfter?: number): VendorEvent {
  return {
    ...note({ deed }, { at: entry.at, visitor: customerId(deed), keys: [`${deed.kind}:${keyOf(entry)}`] }),
    react: { ...(notAfter !== undefined && { notAfter }) },
  };
}

/** Something that happened in the kf chat, for history. */
function record(
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

function chatIn({ external }: { readonly external: string }, { openKfid }: Reading): Chat {
  return { openKfid, external };
}

function keysOf(entry: Entry): readonly string[] {
  return [keyOf(entry)];
}

/** Without an id of its own an entry is known by what it says. */
function keyOf(entry: Entry): string {
  return entry.id ?? createHash('sha256').update(JSON.stringify(entry)).digest('base64url').slice(0, 24);
}

function json(extra: Extra): Json {
  return extra as unknown as Json; // texts, numbers, lists and objects only
}

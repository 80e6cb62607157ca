import { createHash } from 'node:crypto';
import { textOf } from '../../src/formats/fields.ts';
import type { Json, Part, Sender } from '../../src/model/message.ts';
import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import { readContent } from './content.ts';
import { type Deed, type Extra, note } from './memory.ts';
import { isGoodRef } from './ref.ts';
import type { WecomKfSettings } from './settings.ts';
import type { Entry, KfEvent, KfMessage } from './wire.ts';

export interface Reading {
  readonly settings: WecomKfSettings;
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
      return [record(entry, what.external, { name: 'send-failed', key: what.type })];
    case 'recalled':
      return [
        { kind: 'recalled', vendorId: what.id, visitor: what.external, keys: keysOf(entry), at: entry.at },
      ];
    case 'blocked':
      return [
        record(entry, what.external, { name: what.isBlocked ? 'customer-blocked' : 'customer-unblocked' }),
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
  const { external, servicer, type, content } = message;
  const id = keyOf(entry);
  const parts = readContent(type, content, { id, settings: reading.settings });
  const from = servicer === undefined ? visitorSaid : agentOf(servicer, reading);
  if (servicer === undefined)
    return [customerSaid(entry, { external, parts, menu: textOf(content, 'menu_id') }, reading)];
  const isMirrored = reading.settings.handoff.mirror !== 'never' && isYoung(entry, reading);
  const deed: Deed = { kind: 'mirror', external, id };
  return [
    {
      kind: 'recorded',
      from,
      parts,
      visitor: external,
      keys: keysOf(entry),
      at: entry.at,
      ...(isMirrored ? { extra: json({ deed }), react: {} } : {}),
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
    external,
    parts,
    menu,
  }: { readonly external: string; readonly parts: readonly Part[]; readonly menu: string | undefined },
  reading: Reading,
): VendorEvent {
  const base = {
    kind: 'recorded',
    from: visitorSaid,
    visitor: external,
    keys: keysOf(entry),
    at: entry.at,
  } as const;
  const grade = /^rate:(\d)$/.exec(menu ?? '')?.[1];
  const label = grade === undefined ? undefined : reading.settings.handoff.rating[Number(grade) - 1];
  const acts = isYoung(entry, reading) ? { react: {} } : {};
  if (grade !== undefined) {
    const option = { id: grade, label: label ?? grade };
    const rated = [{ kind: 'choice', of: 'rating', option, session: external }] as const;
    return { ...base, parts: rated, extra: json({ deed: { kind: 'rated', external } }), ...acts };
  }
  return { ...base, parts, extra: json({ spokeIn: 'kf', deed: { kind: 'route', external } }), ...acts };
}

/** Who comes by a reference of ours is the visitor to whom it was given; everybody else is a plain customer. */
function eventsOfEntering(
  entry: Entry,
  { external, scene, ref, welcomeCode }: Extract<KfEvent, { kind: 'enter' }>,
  reading: Reading,
): readonly VendorEvent[] {
  const { settings } = reading;
  const { at } = entry;
  // A reference was good or not when he came, whenever that is read.
  const isOurs = scene === settings.handoff.scene && ref !== undefined && isGoodRef(settings, ref, at);
  const met = note({ met: [external] }, { at, visitor: null, keys: [`met:${keyOf(entry)}`] });
  if (!isOurs) return [met];
  const entered = enteredEvent({ external, ref, at, key: keyOf(entry) });
  if (welcomeCode === undefined || !isYoung(entry, reading)) return [met, entered];
  const deed: Deed = { kind: 'welcome', external, code: welcomeCode };
  const welcome: VendorEvent = {
    ...note({ deed }, { at, visitor: ref, keys: [`welcome:${keyOf(entry)}`] }),
    react: { notAfter: at + welcomeLivesMs },
  };
  return [met, entered, welcome];
}

/** A customer came by a reference, as a page or his own context tells. */
export function enteredEvent(given: {
  readonly external: string;
  readonly ref: string;
  readonly at: number;
  readonly key: string;
}): VendorEvent {
  const { external, ref, at, key } = given;
  const deed: Deed = { kind: 'enter', external, ref };
  return {
    ...note({ entered: { external, ref }, deed }, { at, visitor: ref, keys: [`entered:${key}`] }),
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
  const state = change === 3 ? 4 : 3;
  const session = { state, ...(servicer !== undefined && { servicer }) } as const;
  const told = record(
    entry,
    external,
    { name: changes[change], ...(servicer !== undefined && { key: servicer }) },
    { session },
  );
  if (!isYoung(entry, reading)) return [told];
  const { prompt, rating, transcriptVia } = reading.settings.handoff;
  const greets = (prompt !== undefined && code !== undefined) || transcriptVia.includes('app');
  if (change !== 3 && greets) {
    const greeted = {
      ...(servicer !== undefined && { servicer }),
      ...(change === 1 && code !== undefined && { code }),
    };
    return [told, follow(entry, { kind: 'greet', external, ...greeted })];
  }
  if (change === 3 && code !== undefined && rating.length > 0) {
    const asked = follow(entry, { kind: 'askRating', external, code }, entry.at + endCodeLivesMs);
    return [told, asked];
  }
  return [told];
}

function follow(entry: Entry, deed: Extract<Deed, { external: string }>, notAfter?: number): VendorEvent {
  const { external, kind } = deed;
  return {
    ...note({ deed }, { at: entry.at, visitor: external, keys: [`${kind}:${keyOf(entry)}`] }),
    react: { ...(notAfter !== undefined && { notAfter }) },
  };
}

/** Something that happened in the kf chat, for history. */
function record(
  entry: Entry,
  external: string,
  event: { readonly name: string; readonly key?: string },
  extra: Extra = {},
): VendorEvent {
  return {
    kind: 'recorded',
    from: { role: 'system' },
    parts: [{ kind: 'event', ...event }],
    visitor: external,
    keys: keysOf(entry),
    at: entry.at,
    extra: json(extra),
  };
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

import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import { customerId } from './accounts.ts';
import { isYoung, keyOf, type Reading, record } from './entry.ts';
import { ended } from './expiry.ts';
import type { Chat } from './kf-api.ts';
import { type Deed, note } from './memory.ts';
import { accountOfRef } from './ref.ts';
import type { Entry, KfEvent } from './wire.ts';

/** The code of an entry lives 20 s; the answer has to travel. */
const welcomeLivesMs = 20_000;
/** So long an end may be answered by the question for a rating. */
const endCodeLivesMs = 20_000;

/** Who comes by a reference of ours is the visitor to whom it was given; everybody else is a plain customer. */
export function eventsOfEntering(
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
export function eventsOfSession(
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

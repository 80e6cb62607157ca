import { listOf } from '../../src/formats/fields.ts';
import type { PullFrom, PullPage, VendorEvent } from '../../src/ports/helpdesk.ts';
import { customerId } from './accounts.ts';
import type { Desk } from './desk.ts';
import { isYoung } from './entry.ts';
import { note, readMemory } from './memory.ts';
import { namesOf } from './names.ts';
import { later, passOn, readCursor, stillPauseMs, syncFrom } from './sync.ts';
import { eventsOfEntry } from './translate.ts';
import { type Entry, readEntry } from './wire.ts';

/** A page of the kf chat of all customers: what is new since the cursor, or all that WeCom keeps (three days). */
export async function pullChat(desk: Desk, from: PullFrom, signal: AbortSignal): Promise<PullPage> {
  const { settings, now } = desk;
  const cursor = readCursor(from.cursor);
  const answer = await syncFrom(desk, { ...from, at: cursor.at }, signal);
  if (answer.kind !== 'ok') return later(answer, cursor);
  const entries = listOf(answer.fields, 'msg_list').map(readEntry);
  const names = await namesOf(desk, servicersIn(entries), signal);
  const reading = { settings, openKfid: from.topic, now: now(), names };
  const events = entries.flatMap((entry) => eventsOfEntry(entry, reading));
  const strangers = strangersIn(entries, readMemory(from.memory.helpdesk).customers ?? {}, reading);
  const blocked = entries.some(({ what }) => what.kind === 'blocked' && what.isBlocked);
  return {
    outcome: 'page',
    ...watching(passOn(cursor, answer.fields), desk, from.topic),
    events: [...events, ...strangers],
    ...(strangers.length > 0 && { wakes: [{ name: 'strangers', afterMs: 1 }] }),
    ...(blocked && { alarm: 'a servicer has blocked a customer: nothing reaches him in the kf chat' }),
  };
}

/** Where there is no more, the chat is looked at again in a while: notifications get lost. */
function watching(
  { cursor, more, isStuck }: ReturnType<typeof passOn>,
  { settings }: Desk,
  topic: string,
): Pick<Extract<PullPage, { outcome: 'page' }>, 'cursor' | 'more' | 'watch'> {
  const afterMs = isStuck ? stillPauseMs : settings.pollSec * 1000;
  return { cursor, more, ...(!more && { watch: [{ topic, afterMs }] }) };
}

function servicersIn(entries: readonly Entry[]): readonly string[] {
  const all = entries.flatMap(({ what }) =>
    what.kind === 'message' && what.servicer ? [what.servicer] : [],
  );
  return [...new Set(all)];
}

/** Who wrote and was not seen to come may have come by a card of ours while nobody listened: he is asked about. */
function strangersIn(
  entries: readonly Entry[],
  known: Readonly<Record<string, number>>,
  reading: Parameters<typeof isYoung>[1] & { readonly openKfid: string },
): readonly VendorEvent[] {
  const met = new Set(entries.flatMap(({ what }) => (what.kind === 'enter' ? [what.external] : [])));
  const writers = entries.filter((entry) => entry.what.kind === 'message' && isYoung(entry, reading));
  const strangers = new Map(
    writers.flatMap(({ what, at }) =>
      what.kind === 'message' && what.servicer === undefined && !met.has(what.external)
        ? [[what.external, at] as const]
        : [],
    ),
  );
  return [...strangers]
    .map(([external, at]) => [customerId({ openKfid: reading.openKfid, external }), at] as const)
    .filter(([id, at]) => at - (known[id] ?? 0) >= knownForMs)
    .map(([id, at]) =>
      note({ stranger: id }, { at, visitor: null, keys: [`stranger:${id}:${Math.floor(at / knownForMs)}`] }),
    );
}

/** What was learnt about a customer holds for an hour. */
const knownForMs = 3_600_000;

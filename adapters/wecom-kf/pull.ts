import { z } from 'zod';
import { listOf, numberOf, textOf } from '../../src/formats/fields.ts';
import type { PullFrom, PullPage, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { Answer } from './api.ts';
import type { Desk } from './desk.ts';
import { note, readMemory } from './memory.ts';
import { namesOf } from './names.ts';
import { codes, isSaid, outcomeOfHarmless } from './outcome.ts';
import { eventsOfEntry, isYoung } from './translate.ts';
import { type Entry, readEntry } from './wire.ts';

/** A page of the kf chat of all customers: what is new since the cursor, or all that WeCom keeps (three days). */
export async function pullChat(desk: Desk, from: PullFrom, signal: AbortSignal): Promise<PullPage> {
  const { settings, now } = desk;
  const cursor = readCursor(from.cursor);
  const answer = await syncFrom(desk, { ...from, at: cursor.at }, signal);
  if (answer.kind !== 'ok') return later(answer);
  const entries = listOf(answer.fields, 'msg_list').map(readEntry);
  const names = await namesOf(desk, servicersIn(entries), signal);
  const reading = { settings, now: now(), names };
  const events = entries.flatMap((entry) => eventsOfEntry(entry, reading));
  const strangers = strangersIn(entries, readMemory(from.memory.helpdesk).customers ?? {}, reading);
  const blocked = entries.some(({ what }) => what.kind === 'blocked' && what.isBlocked);
  return {
    outcome: 'page',
    ...goOn(cursor, answer, desk, from.topic),
    events: [...events, ...strangers],
    ...(strangers.length > 0 && { wakes: [{ name: 'strangers', afterMs: 1 }] }),
    ...(blocked && { alarm: 'a servicer has blocked a customer: nothing reaches him in the kf chat' }),
  };
}

/** The place in the chat, and how many pages in a row said that there is more without moving it. */
const cursorShape = z.object({ at: z.string().optional(), still: z.int().optional() }).catch({});

type Cursor = z.output<typeof cursorShape>;

/** Pages that say that there is more and do not move on are a fault of WeCom's: it is given time. */
const mostStill = 3;
const stillPauseMs = 5000;

function readCursor(text: string | null): Cursor {
  try {
    return cursorShape.parse(JSON.parse(text ?? '{}'));
  } catch {
    return {};
  }
}

/** A notification's token that is too old is left out: then WeCom answers less often, but it answers. */
async function syncFrom(
  { api }: Desk,
  { topic, at, note: token }: Pick<PullFrom, 'topic' | 'note'> & { readonly at: string | undefined },
  signal: AbortSignal,
): Promise<Answer> {
  const place = { openKfid: topic, ...(at !== undefined && { cursor: at }) };
  const answer = await api.syncMessages({ ...place, ...(token !== undefined && { token }) }, signal);
  const isTokenOld = token !== undefined && answer.kind !== 'ok' && isSaid(answer, codes.syncTokenInvalid);
  return isTokenOld ? api.syncMessages(place, signal) : answer;
}

/** More is there if `has_more` says so: a page may be empty, or shorter than it could be. */
function goOn(
  cursor: Cursor,
  { fields }: Extract<Answer, { kind: 'ok' }>,
  { settings }: Desk,
  topic: string,
): Pick<Extract<PullPage, { outcome: 'page' }>, 'cursor' | 'more' | 'watch'> {
  const at = textOf(fields, 'next_cursor') ?? cursor.at;
  const hasMore = numberOf(fields, 'has_more') === 1;
  const still = hasMore && at === cursor.at ? (cursor.still ?? 0) + 1 : 0;
  const isStuck = still >= mostStill;
  const next: Cursor = { ...(at !== undefined && { at }), ...(still > 0 && !isStuck && { still }) };
  const more = hasMore && !isStuck;
  const afterMs = isStuck ? stillPauseMs : settings.pollSec * 1000;
  return { cursor: JSON.stringify(next), more, ...(!more && { watch: [{ topic, afterMs }] }) };
}

function later(failure: Exclude<Answer, { kind: 'ok' }>): PullPage {
  const outcome = outcomeOfHarmless(failure, 1);
  return {
    outcome: 'later',
    code: outcome.code,
    ...('afterMs' in outcome && outcome.afterMs !== undefined && { afterMs: outcome.afterMs }),
    ...(outcome.outcome === 'refused' && { afterMs: refusedPauseMs }),
    ...(outcome.alarm !== undefined && { alarm: outcome.alarm }),
  };
}

/** What is refused now is refused the next moment too. */
const refusedPauseMs = 60_000;

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
  reading: Parameters<typeof isYoung>[1],
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
    .filter(([external, at]) => at - (known[external] ?? 0) >= knownForMs)
    .map(([external, at]) =>
      note(
        { stranger: external },
        { at, visitor: null, keys: [`stranger:${external}:${Math.floor(at / knownForMs)}`] },
      ),
    );
}

/** What was learnt about a customer holds for an hour. */
const knownForMs = 3_600_000;

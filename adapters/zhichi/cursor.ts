import { z } from 'zod';
import type { Entry } from './wire.ts';

/** How far a record is known. An entry has no id, and one may come late. */
const cursorShape = z.object({
  /** Of the session that was read last. */
  cid: z.string(),
  /** The time of the latest entry that is known. */
  t: z.number(),
  /** What was written before is not told. */
  from: z.number(),
  /** Keys of what is known of the last minute, also of the session before. */
  keys: z.array(z.string()),
  /** When there was news last. */
  newsAt: z.number().optional(),
  /** The last bell that was judged. */
  bell: z.number().optional(),
});

/** A place in a visitor’s record. */
export type Cursor = z.output<typeof cursorShape>;

/** The cursor that an earlier page gave; at first one that begins at `from`. */
export function readCursor(text: string | null, from: number): Cursor {
  const begin: Cursor = { cid: '', t: from, from, keys: [] };
  if (text === null) return begin;
  try {
    return cursorShape.catch(begin).parse(JSON.parse(text));
  } catch {
    return begin;
  }
}

/** What of a page is new: also what came a little late. */
export function newsIn(entries: readonly Entry[], { t, from, keys }: Cursor): readonly Entry[] {
  const known = new Set(keys);
  const since = Math.max(from, t - lateMs);
  return entries.filter(({ at, key }) => at >= since && !known.has(key));
}

/** The cursor behind these entries, all of which are known now. */
export function moveCursor(cursor: Cursor, entries: readonly Entry[]): Cursor {
  const last = entries.at(-1);
  if (last === undefined) return cursor;
  const { cid } = last;
  const t = Math.max(cursor.t, ...entries.map(({ at }) => at));
  const recent = entries.filter(({ at }) => at >= t - lateMs).map(({ key }) => key);
  // A page is all of a session: what it does not have of the same one is too old to be told.
  const before = cid === cursor.cid ? [] : cursor.keys;
  return { ...cursor, cid, t, keys: [...before, ...recent].slice(-keptKeys) };
}

const lateMs = 60_000;
const keptKeys = 200;

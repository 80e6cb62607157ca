import { z } from 'zod';
import { type Fields, numberOf, textOf } from '../../src/formats/fields.ts';
import type { Answer, KfApi } from './kf-api.ts';
import { codes, isSaid, outcomeOfHarmless } from './outcome.ts';

/**
 * The place in the chat, how many pages in a row said that there is more without moving it, and how many tries since the
 * last page failed.
 */
const cursorShape = z
  .object({ at: z.string().optional(), still: z.int().optional(), failed: z.int().optional() })
  .catch({});

export type Cursor = z.output<typeof cursorShape>;

/** Pages that say that there is more and do not move on are a fault of WeCom's: it is given time. */
const mostStill = 3;
export const stillPauseMs = 5000;

export function readCursor(text: string | null): Cursor {
  try {
    return cursorShape.parse(JSON.parse(text ?? '{}'));
  } catch {
    return {};
  }
}

/** A notification's token that is too old is left out: then WeCom answers less often, but it answers. */
export async function syncFrom(
  { api }: { readonly api: Pick<KfApi, 'syncMessages'> },
  {
    topic,
    at,
    note: token,
  }: { readonly topic: string; readonly note?: string; readonly at: string | undefined },
  signal: AbortSignal,
): Promise<Answer> {
  const place = { openKfid: topic, ...(at !== undefined && { cursor: at }) };
  const answer = await api.syncMessages({ ...place, ...(token !== undefined && { token }) }, signal);
  const isTokenOld = token !== undefined && answer.kind !== 'ok' && isSaid(answer, codes.syncTokenInvalid);
  return isTokenOld ? api.syncMessages(place, signal) : answer;
}

/** More is there if `has_more` says so: a page may be empty, or shorter than it could be. `isStuck`: it no longer moves. */
export function passOn(
  cursor: Cursor,
  fields: Fields,
): { readonly cursor: string; readonly more: boolean; readonly isStuck: boolean } {
  const at = textOf(fields, 'next_cursor') ?? cursor.at;
  const hasMore = numberOf(fields, 'has_more') === 1;
  const still = hasMore && at === cursor.at ? (cursor.still ?? 0) + 1 : 0;
  const isStuck = still >= mostStill;
  const next: Cursor = { ...(at !== undefined && { at }), ...(still > 0 && !isStuck && { still }) };
  return { cursor: JSON.stringify(next), more: hasMore && !isStuck, isStuck };
}

/** Why there is no page, and when to ask again: each time later where that helps. The cursor keeps count. */
export function later(
  failure: Exclude<Answer, { kind: 'ok' }>,
  cursor: Cursor,
): {
  readonly outcome: 'later';
  readonly code: string;
  readonly afterMs?: number;
  readonly alarm?: string;
  readonly cursor: string;
} {
  const failed = (cursor.failed ?? 0) + 1;
  const outcome = outcomeOfHarmless(failure, failed);
  return {
    outcome: 'later',
    code: outcome.code,
    cursor: JSON.stringify({ ...cursor, failed } satisfies Cursor),
    ...('afterMs' in outcome && outcome.afterMs !== undefined && { afterMs: outcome.afterMs }),
    ...(outcome.outcome === 'refused' && { afterMs: refusedPauseMs }),
    ...(outcome.alarm !== undefined && { alarm: outcome.alarm }),
  };
}

/** What is refused now is refused the next moment too. */
const refusedPauseMs = 60_000;

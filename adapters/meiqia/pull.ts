import { z } from 'zod';
import { listOf } from '../../src/formats/fields.ts';
import type { PullFrom, PullPage, VendorEvent } from '../../src/ports/helpdesk.ts';
import { type Answer, mostMessages } from './api.ts';
import { askFor, type Desk, enterpriseOf, type VisitorContext } from './desk.ts';
import { type Entry, readEntry } from './entry.ts';
import { readMemory } from './memory.ts';
import { type Failure, outcomeOfHarmless } from './outcome.ts';
import { nextPollMs } from './poll.ts';
import { readTime, writeTime } from './time.ts';
import { eventsOfEntry, hashOf, isWithdrawn, type Reading, sortEntries } from './translate.ts';

/** A page of what was said to a visitor, in his chats or in answer to messages that he left. */
export async function pullTopic(desk: Desk, from: PullFrom, signal: AbortSignal): Promise<PullPage> {
  const { conversation, memory, topic } = from;
  if (conversation === undefined) return { outcome: 'page', cursor: from.cursor, more: false };
  const context = { key: topic, number: 1, signal, memory, conversation };
  return topic === 'tickets' ? pullTickets(desk, from, context) : pullStream(desk, from, context);
}

/** The messages of an answer, oldest first; that there are none is said by 404. */
export function entriesOf(
  answer: Answer,
  list: 'messages' | 'replies',
):
  | { readonly kind: 'entries'; readonly entries: readonly Entry[] }
  | { readonly kind: 'failed'; readonly failure: Failure } {
  if (answer.kind === 'status' && answer.status === 404) return { kind: 'entries', entries: [] };
  if (answer.kind !== 'ok') return { kind: 'failed', failure: answer };
  return { kind: 'entries', entries: sortEntries(listOf(answer.fields, list).map(readEntry)) };
}

/**
 * Up to where the stream is known: the time of the newest message as Meiqia wrote it, and the ids around it, as each look
 * goes back a little. `isExact`: a full page came, so the next one begins at its end.
 */
const cursorShape = z.object({
  t: z.string(),
  seen: z.array(z.string()).catch([]),
  isExact: z.boolean().optional(),
});

type Cursor = z.output<typeof cursorShape>;

/** What is asked for the first time begins so long before. */
const firstBeforeMs = 5000;
/** The same where nobody remembers when somebody was asked for first. */
const unknownBeforeMs = 300_000;
/** Answers to left messages are looked for so long after the last words. */
const ticketWatchMs = 3 * 86_400_000;
const mostSeen = 500;

async function pullStream(desk: Desk, from: PullFrom, context: VisitorContext): Promise<PullPage> {
  const { settings, api, now } = desk;
  const { since = now() - unknownBeforeMs } = readMemory(from.memory.conversation);
  const cursor = readCursor(from.cursor) ?? { t: writeTime(since - firstBeforeMs), seen: [] };
  const start = startOf(cursor, settings.pullOverlapSec);
  const asked = await askFor(desk, context, (record) => api.stream(record, start, context.signal));
  if (asked.kind === 'failed') return later(asked.outcome);
  const read = entriesOf(asked.answer, 'messages');
  if (read.kind === 'failed') return later(outcomeOfHarmless(read.failure, 1));
  const { entries } = read;
  const events = await titled(desk, context, eventsOf(entries, cursor, { settings, now: now() }));
  const more = entries.length >= mostMessages;
  const next = moveCursor(cursor, entries, { overlapSec: settings.pullOverlapSec, isFull: more });
  return {
    outcome: 'page',
    cursor: JSON.stringify(next),
    more,
    events,
    ...(!more && watchAgain(desk, from, events)),
  };
}

async function pullTickets(desk: Desk, from: PullFrom, context: VisitorContext): Promise<PullPage> {
  const { settings, api, now } = desk;
  const { ticket } = readMemory(from.memory.conversation);
  const first = (ticket?.at ?? now() - settings.pushMaxAgeSec * 1000) - firstBeforeMs;
  const cursor = readCursor(from.cursor) ?? { t: writeTime(first), seen: [] };
  const start = startOf(cursor, settings.pullOverlapSec);
  const asked = await askFor(desk, context, (record) => api.ticketReplies(record, start, context.signal));
  if (asked.kind === 'failed') return later(asked.outcome);
  const read = entriesOf(asked.answer, 'replies');
  if (read.kind === 'failed') return later(outcomeOfHarmless(read.failure, 1));
  const events = eventsOf(read.entries, cursor, { settings, now: now(), isTicket: true });
  const next = moveCursor(cursor, read.entries, { overlapSec: settings.pullOverlapSec, isFull: false });
  const isPending = ticket !== undefined && now() - ticket.at < ticketWatchMs;
  // A bell of an unknown kind may have meant the chat.
  const isUnclear = from.note !== undefined && from.note !== 'reply';
  return {
    outcome: 'page',
    cursor: JSON.stringify(next),
    more: false,
    events,
    watch: [
      ...(isPending ? [{ topic: 'tickets', afterMs: settings.ticketPollSec * 1000 }] : []),
      ...(isUnclear ? [{ topic: 'stream', afterMs: 0 }] : []),
    ],
  };
}

function readCursor(text: string | null): Cursor | undefined {
  if (text === null) return undefined;
  try {
    return cursorShape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function startOf({ t, isExact }: Cursor, overlapSec: number): string {
  const at = readTime(t);
  return isExact || at === undefined || overlapSec === 0 ? t : writeTime(at - overlapSec * 1000);
}

function eventsOf(entries: readonly Entry[], { seen }: Cursor, reading: Reading): readonly VendorEvent[] {
  const known = new Set(seen);
  return entries
    .filter((entry) => !known.has(markOf(entry)))
    .flatMap((entry) => eventsOfEntry(entry, reading));
}

/** A message that was withdrawn after it was seen is news. */
function markOf(entry: Entry): string {
  return `${entry.id ?? hashOf(entry)}${isWithdrawn(entry) ? '-' : ''}`;
}

function moveCursor(
  cursor: Cursor,
  entries: readonly Entry[],
  { overlapSec, isFull }: { readonly overlapSec: number; readonly isFull: boolean },
): Cursor {
  const newest = entries.at(-1)?.createdOn;
  const last = newest !== undefined && newest > cursor.t ? newest : cursor.t;
  const lastAt = readTime(last) ?? 0;
  // A page full of one moment would come again and again.
  const isStuck = isFull && cursor.isExact === true && last === cursor.t;
  const t = isStuck ? writeTime(lastAt + 1) : last;
  const around = entries.filter(({ at = 0 }) => at >= lastAt - overlapSec * 1000).map(markOf);
  // What came on a page before may come again where the pages meet.
  const seen = [...new Set([...(isFull || last === cursor.t ? cursor.seen : []), ...around])];
  return { t, seen: seen.slice(-mostSeen), ...(isFull && { isExact: true }) };
}

/** Questions for a rating have the words of the console. */
async function titled(
  desk: Desk,
  context: VisitorContext,
  events: readonly VendorEvent[],
): Promise<readonly VendorEvent[]> {
  if (!events.some((event) => event.kind === 'ratingAsked' && event.title === undefined)) return events;
  const { ratingTitle } = await enterpriseOf(desk, context);
  if (ratingTitle === undefined) return events;
  return events.map((event) => (event.kind === 'ratingAsked' ? { title: ratingTitle, ...event } : event));
}

function watchAgain(
  desk: Desk,
  { memory }: PullFrom,
  events: readonly VendorEvent[],
): Pick<Extract<PullPage, { outcome: 'page' }>, 'watch'> {
  const { settings, now } = desk;
  if (settings.receive === 'push') return {};
  const spoken = events.flatMap((event) => (event.kind === 'message' ? event.at : []));
  const lastAt = Math.max(readMemory(memory.conversation).lastAt ?? 0, ...spoken);
  const afterMs = nextPollMs(settings, lastAt, now());
  return afterMs === undefined ? {} : { watch: [{ topic: 'stream', afterMs }] };
}

function later({
  code,
  ...rest
}: {
  readonly code: string;
  readonly afterMs?: number | undefined;
  readonly alarm?: string | undefined;
}): PullPage {
  const { afterMs, alarm } = rest;
  return {
    outcome: 'later',
    code,
    ...(afterMs !== undefined && { afterMs }),
    ...(alarm !== undefined && { alarm }),
  };
}

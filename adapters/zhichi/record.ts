import type { Fields } from '../../src/formats/fields.ts';
import type { PullFrom, PullPage, VendorEvent } from '../../src/ports/helpdesk.ts';
import { type Cursor, moveCursor, newsIn, readCursor } from './cursor.ts';
import type { Desk } from './desk.ts';
import { type Memory, note, presentSession, readMemory } from './memory.ts';
import { type Failure, outcomeOfHarmless } from './outcome.ts';
import { recordOf, slowPollMs, topics } from './record-topic.ts';
import { eventOfEntry, fingerprintOf, idsOf, partsOfEntry } from './translate-entry.ts';
import { type Entry, readEntries } from './wire.ts';

/** Reads a visitor's record (Zhichi, 查询客户会话记录) for the sake of one of the {@link topics}. */
export async function pullRecord(desk: Desk, from: PullFrom, signal: AbortSignal): Promise<PullPage> {
  const { conversation, topic } = from;
  const nothing: PullPage = { outcome: 'page', cursor: from.cursor, more: false };
  if (conversation === undefined || !Object.values<string>(topics).includes(topic)) return nothing;
  const memory = readMemory(from.memory.conversation);
  const read = (cid: string | undefined) =>
    desk.api.readRecord(recordOf(desk.settings, conversation, cid), signal);
  const cid = topic === topics.whose ? undefined : sessionToRead(memory);
  const answer = await read(cid);
  if (answer.kind !== 'ok') return later(answer);
  const look = lookAt(desk, { from, memory, items: answer.items });
  switch (topic) {
    case topics.record: {
      if (cid === undefined || !rangInVain(look)) return tellNews(look);
      // An agent may have begun a session of his own.
      const last = await read(undefined);
      return last.kind === 'ok' ? tellNews(lookAt(desk, { from, memory, items: last.items })) : later(last);
    }
    case topics.repair:
      return findUnpushed(look);
    default:
      return nameSession(look);
  }
}

/** The session that stands, or the last one that is known; who queues is about to get another. */
function sessionToRead(memory: Memory): string | undefined {
  switch (memory.state?.kind) {
    case 'human':
      return presentSession(memory);
    case 'queued':
      return undefined;
    default:
      return memory.cid;
  }
}

function later(failure: Failure): PullPage {
  const { code, alarm } = outcomeOfHarmless(failure, { number: 1 });
  return { outcome: 'later', code, ...(alarm !== undefined && { alarm }) };
}

function lookAt(
  desk: Desk,
  { from, memory, items }: Pick<Look, 'from' | 'memory'> & { readonly items: readonly Fields[] },
): Look {
  const cursor = readCursor(from.cursor, beginOf(memory, from, desk.now()));
  return { ...desk, from, memory, entries: readEntries(items), cursor };
}

interface Look extends Desk {
  readonly from: PullFrom;
  readonly memory: Memory;
  readonly entries: readonly Entry[];
  readonly cursor: Cursor;
}

/** Shortly before an agent was asked for, or a push rang for what he wrote, so that no old session is told again. */
function beginOf(memory: Memory, from: PullFrom, now: number): number {
  const { state, queue } = memory;
  if (state?.kind === 'human') return state.since - 5000;
  if (state?.kind === 'queued' && queue !== undefined) return queue.since - 5000;
  return from.noteAt === undefined ? now - 5000 : from.noteAt - 60_000;
}

/** Whose words are told. */
function toldIn({ entries, settings }: Look): readonly Entry[] {
  return entries.filter(({ by }) => by === 'agent' || (by === 'robot' && settings.recordRobot));
}

/** A push rang for something that is not in this session's record. */
function rangInVain(look: Look): boolean {
  const { noteAt } = look.from;
  return (
    noteAt !== undefined && noteAt !== look.cursor.bell && newsIn(toldIn(look), look.cursor).length === 0
  );
}

/** What agents wrote since the last look. */
function tellNews(look: Look): PullPage {
  const { settings, cursor, now } = look;
  const told = toldIn(look);
  const news = newsIn(told, cursor);
  const events = news
    .map((entry) => eventOfEntry(entry, settings))
    .filter((event) => event.kind !== 'message' || event.parts.length > 0);
  const moved = { ...moveCursor(cursor, told), ...(news.length > 0 && { newsAt: now() }) };
  const bell = judgeBell(look, moved);
  // Also where no session was known: an agent who writes has one, and a bell is waited for.
  const isLively = news.length > 0 || bell.isOpen === true;
  const afterMs = isLively ? settings.recordPollSec * 1000 : pauseBeforeNext(look);
  return {
    outcome: 'page',
    cursor: JSON.stringify({ ...moved, ...(bell.isJudged && { bell: look.from.noteAt }) }),
    more: false,
    events: [...events, ...bell.events],
    ...(bell.alarm !== undefined && { alarm: bell.alarm }),
    ...(afterMs !== undefined && { watch: [{ topic: topics.record, afterMs }] }),
  };
}

interface BellVerdict {
  readonly isJudged: boolean;
  /** What it rang for may still come. */
  readonly isOpen?: true;
  readonly events: readonly VendorEvent[];
  readonly alarm?: string;
}

/** A push that rang for a message which the record does not have in time: three in an hour are too many. */
function judgeBell({ from, now }: Look, { newsAt, bell }: Cursor): BellVerdict {
  const { noteAt } = from;
  const at = now();
  if (noteAt === undefined || noteAt === bell) return { isJudged: false, events: [] };
  if (newsAt !== undefined && newsAt >= noteAt - bellMayBeLateMs) return { isJudged: true, events: [] };
  if (at - noteAt < bellPatienceMs) return { isJudged: false, isOpen: true, events: [] };
  const before = readMemory(from.memory.helpdesk).silentBells?.filter((time) => time > at - 3_600_000) ?? [];
  return {
    isJudged: true,
    events: [{ ...note({ silentBell: true }, at), visitor: null }],
    ...(before.length >= 2 && { alarm: 'the record is late behind the pushes: set replies: push' }),
  };
}

const bellPatienceMs = 30_000;
const bellMayBeLateMs = 10_000;

/** What agents wrote and nobody pushed. */
function findUnpushed(look: Look): PullPage {
  const { settings, entries, cursor, now } = look;
  // A push may still be on its way.
  const judged = entries.filter(({ by, at }) => by === 'agent' && at <= now() - pushPatienceMs);
  const missing = newsIn(judged, cursor).filter((entry) => !isPushed(entry, look));
  const moved = moveCursor(cursor, judged);
  const afterMs = pauseBeforeRepair(look);
  const alarm = `the record has ${missing.length} message(s) of agents that Zhichi did not push: is the message address right?`;
  return {
    outcome: 'page',
    cursor: JSON.stringify(moved),
    more: false,
    ...(missing.length > 0 && { alarm }),
    ...(settings.repair === 'deliver' && {
      events: missing.map((entry) => eventOfEntry(entry, settings)),
    }),
    ...(afterMs !== undefined && { watch: [{ topic: topics.repair, afterMs }] }),
  };
}

const pushPatienceMs = 30_000;
const samePushMs = 300_000;

function isPushed(entry: Entry, { memory, settings }: Look): boolean {
  const parts = partsOfEntry(entry, settings);
  if (parts.length === 0) return true;
  const words = fingerprintOf(parts);
  return (memory.pushed ?? []).some(
    (pushed) => pushed.words === words && Math.abs(pushed.at - entry.at) <= samePushMs,
  );
}

/** Learns the session's id, by which the forwarding names its visitor. */
function nameSession({ entries, memory, now }: Look): PullPage {
  const page = { outcome: 'page', cursor: null, more: false } as const;
  const cid = entries.at(-1)?.cid ?? '';
  const isServed = memory.state?.kind === 'human';
  if (cid === '')
    return { ...page, ...(isServed && { watch: [{ topic: topics.whose, afterMs: slowPollMs }] }) };
  const isUnnamed = memory.state?.kind === 'human' && memory.state.cid === undefined;
  return {
    ...page,
    bind: idsOf({ cid }),
    ...(isUnnamed && { events: [note({ present: { cid } }, now())] }),
  };
}

const hourMs = 3_600_000;

/** `undefined`: nothing is to be expected any more, until the visitor writes or a push rings. */
function pauseBeforeNext(look: Look): number | undefined {
  const { memory, settings, now } = look;
  const tailMs = settings.recordTailMinutes * 60_000;
  const { state, endedAt } = memory;
  switch (state?.kind) {
    case 'human': {
      const idleMs = idleOf(look, state.since);
      return idleMs < tailMs ? settings.recordPollSec * 1000 : slowDown(idleMs, slowPollMs);
    }
    case 'queued':
      return slowPollMs;
    default:
      return endedAt !== undefined && now() - endedAt < tailMs ? slowPollMs : undefined;
  }
}

function pauseBeforeRepair(look: Look): number | undefined {
  const { state, endedAt } = look.memory;
  if (state?.kind === 'human') {
    return slowDown(idleOf(look, state.since), look.settings.repairPollSec * 1000);
  }
  // Once more, when all that was written before the end must have been pushed.
  const leftMs = (endedAt ?? Number.NEGATIVE_INFINITY) + pushPatienceMs - look.now();
  return leftMs > 0 ? leftMs : undefined;
}

/** For how long nobody has said anything. */
function idleOf({ entries, now }: Look, since: number): number {
  return now() - Math.max(since, entries.at(-1)?.at ?? 0);
}

/** An end that nobody told is seen by the silence alone: such sessions must not use up the calls of a day. */
function slowDown(idleMs: number, pollMs: number): number | undefined {
  if (idleMs < 2 * hourMs) return pollMs;
  return idleMs < 24 * hourMs ? Math.max(pollMs, hourMs / 12) : undefined;
}

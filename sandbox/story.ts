import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { MessageTable } from '../src/store/tables.ts';
import { NEVER } from '../src/store/tables.ts';
import { type Attempt, type Attempts, countFailures } from './attempts.ts';
import { deskOfHelpdesk } from './routing.ts';
import type { HeldBecause, Journey, VisitorState } from './state.ts';
import { openBoundedMap } from './vendors/bounded-map.ts';
import { isRecord, type JsonRecord, readJsonRecord } from './vendors/json.ts';

/** What the bridge wrote down, read from its own file. */
export interface Story {
  /** Changes when the bridge has written something. */
  revision(): number;
  journeys(): readonly Journey[];
  /** Why replies wait for the visitor, by the vendor's ids of them. */
  held(): ReadonlyMap<string, HeldBecause>;
  /** Replies that were held for too long, by the vendor's ids of them. */
  expired(): ReadonlySet<string>;
  /** Whose each visitor's conversation is, where there is something to choose; `now` tells whether it stays there. */
  owners(now: number): ReadonlyMap<string, NonNullable<VisitorState['owner']>>;
  /** What the bridge tried with this row, alone or in company. */
  attempts(row: MessageRow): readonly Attempt[];
  row(id: string): MessageRow | undefined;
  /** The bytes of the push or callback that this row came by. */
  rawBody(row: MessageRow): string | undefined;
  close(): void;
}

export type MessageRow = MessageTable & { readonly visitor: string };

const keptJourneys = 300;

export interface StorySources {
  readonly attempts: Attempts;
  /** When WeChat pushed this body: what it says itself names the second only. */
  pushedAt(body: string): number | undefined;
}

/** The file may not be there yet. Nothing here can disturb the bridge: the connection only reads. */
export function openStory(path: string, sources: StorySources): Story {
  let database: DatabaseSync | undefined;
  let rows: readonly MessageRow[] = [];
  let readAt = -1;

  function open(): DatabaseSync | undefined {
    if (database !== undefined || !existsSync(path)) return database;
    const opened = new DatabaseSync(path, { readOnly: true, timeout: 1000 });
    // The file is there before its tables are.
    const isMade = opened.prepare(`select 1 from sqlite_schema where name = 'media_due'`).get() !== undefined;
    if (isMade) database = opened;
    else opened.close();
    return database;
  }
  const revision = () => Number(open()?.prepare('pragma data_version').get()?.data_version ?? 0);
  function newest(): readonly MessageRow[] {
    const current = revision();
    if (current !== readAt) {
      const found = open()?.prepare(newestRows).all(keptJourneys) ?? [];
      rows = (found as unknown as readonly MessageRow[]).toReversed().filter(isShown); // columns of the two tables
      readAt = current;
    }
    return rows;
  }
  /** The log names the first row of a send. */
  function attemptsOf(row: MessageRow): readonly Attempt[] {
    const { send_id: send, received_at: since } = row;
    const company = send === null ? [] : newest().filter(({ send_id }) => send_id === send);
    const [first = row] = company.toSorted((one, other) => one.seq - other.seq);
    return sources.attempts.of(first.id).filter(({ startedAt }) => startedAt >= since);
  }

  function rawBody({ raw }: MessageRow): string | undefined {
    const found = raw === null ? undefined : open()?.prepare('select request from raw where id = ?').get(raw);
    const request = readJsonRecord(String(found?.request ?? ''));
    return typeof request?.body === 'string' ? request.body : undefined;
  }
  const pushTimes = openBoundedMap<number>({ maxCount: keptJourneys });
  function pushedAt(row: MessageRow): number | undefined {
    if (row.direction !== 'forward') return undefined;
    const known = pushTimes.get(row.id);
    if (known !== undefined) return known;
    const body = rawBody(row);
    const at = body === undefined ? undefined : sources.pushedAt(body);
    if (at !== undefined) pushTimes.set(row.id, at);
    return at;
  }

  return {
    revision,
    journeys: () =>
      newest().map((row) => describeRow(row, { tried: attemptsOf(row), pushedAt: pushedAt(row) })),
    held: () =>
      new Map(
        newest().flatMap((row) => {
          const because = heldBecause(row);
          return because === undefined || row.vendor_id === null ? [] : [[row.vendor_id, because]];
        }),
      ),
    expired: () =>
      new Set(
        newest().flatMap(({ state, vendor_id }) =>
          state === 'expired' && vendor_id !== null ? [vendor_id] : [],
        ),
      ),
    owners(now) {
      const routes = open()?.prepare(allRoutes).all() ?? [];
      return new Map(
        routes.flatMap(({ visitor, helpdesk, held_until: until }) => {
          const desk = deskOfHelpdesk(helpdesk);
          return desk === undefined ? [] : [[String(visitor), { desk, isHeld: Number(until) > now }]];
        }),
      );
    },
    attempts: attemptsOf,
    row(id) {
      const row = open()?.prepare(oneRow).get(id);
      return row as unknown as MessageRow | undefined; // as above
    },
    rawBody,
    close: () => database?.close(),
  };
}

const allRows =
  'select message.*, conversation.visitor from message join conversation on conversation.id = message.conversation';
const newestRows = `${allRows} order by message.id desc limit ?`;
const oneRow = `${allRows} where message.id = ?`;

const allRoutes =
  'select conversation.visitor, route.* from route join conversation on conversation.id = route.conversation';

/** Calls beside the messages (a profile, a note for the agent) are the bridge's own business; moves are told of apart. */
function isShown({ lane, event }: MessageRow): boolean {
  return lane !== 'react' && readJsonRecord(event ?? '')?.kind !== 'moved';
}

function heldBecause({ state, code, reason }: MessageRow): HeldBecause | undefined {
  if (state !== 'held') return undefined;
  // Until the bridge has looked again, it stands there as WeChat said it.
  return code === 'window' || reason === 'window' ? 'window' : 'allowance';
}

function describeRow(
  row: MessageRow,
  { tried, pushedAt }: { readonly tried: readonly Attempt[]; readonly pushedAt: number | undefined },
): Journey {
  const [part = {}] = readParts(row.parts);
  const kind = String(part.kind ?? 'unsupported');
  const sender = readJsonRecord(row.sender);
  const held = heldBecause(row);
  const desk = deskOfHelpdesk(row.helpdesk);
  // One that waits anew may go with others the next time.
  const send = ['sending', 'sent', 'dead'].includes(row.state) ? row.send_id : null;
  return {
    id: row.id,
    visitor: row.visitor,
    direction: row.direction,
    seq: row.seq,
    from: String(sender?.role ?? 'system'),
    kind,
    text: describePart(part),
    ...(desk !== undefined && { desk }),
    state: row.state,
    isOpen: row.finished_at === null,
    isAutomatic: row.automatic === 1,
    attempts: row.attempts,
    failures: countFailures(tried),
    ...(row.code !== null && { code: row.code }),
    ...(held !== undefined && { held }),
    ...(send !== null && { send }),
    ...(row.due !== null && row.due !== NEVER && { dueAt: row.due }),
    stations: {
      writtenAt: pushedAt ?? row.written_at,
      storedAt: row.received_at,
      ...(row.started_at !== null && { startedAt: row.started_at }),
      ...(row.finished_at !== null && { finishedAt: row.finished_at }),
    },
  };
}

function readParts(json: string): readonly JsonRecord[] {
  const parts: unknown = JSON.parse(json);
  return Array.isArray(parts) ? parts.filter(isRecord) : [];
}

function describePart({ kind, text, name, title, option }: JsonRecord): string {
  if (kind === 'choice') return isRecord(option) ? String(option.label ?? '') : '';
  const word = [text, name, title].find((each) => typeof each === 'string');
  return String(word ?? '');
}

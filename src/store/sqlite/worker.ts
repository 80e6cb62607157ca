import { readlinkSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { constants, getPriority, setPriority } from 'node:os';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Checkpoints, checkpointPages } from './checkpoints.ts';
import { GroupCommit, type Prepared, prepare } from './commit.ts';
import { migrate } from './migrate.ts';
import type { FromWorker, ToWorker, WorkerStart } from './protocol.ts';
import { describeError, isBusy } from './sqlite-error.ts';
import { packAnswer, unpackBatches } from './wire.ts';
import { WriteAheadLog } from './write-ahead-log.ts';

/**
 * The thread that owns the file. All batches that arrived while the last commit ran go into the next one (group commit),
 * and so does what is still to come of their round. It ends when it is told to close, or could not open.
 */

/** Another program that writes (a person's shell) or recovers is waited for this long. */
const busyTimeoutMs = 5000;
/**
 * SQLite's own copy of the file's pages. Small, as the system holds them too, so a page that is missing costs a system call; and at
 * the end of a commit that divides pages (a page of index has its number changed to one beyond the file's end while they are put
 * in order) SQLite looks through all of it for what lies behind the end. With four times as much the intake was no quicker
 * at 1,000,000 messages waiting, and to look through it took 6 of 100 parts of this thread's time.
 */
const cacheKibibytes = 4000;
/** A long read lets the log grow; afterwards the file is cut to this. */
const logLimitBytes = 128 * 1024 * 1024;
/** So much nicer than the thread that answers: what waits meanwhile goes into one commit, so to yield costs nothing. */
const nicer = 10;

const port = parentPort;
if (!port) throw new Error('expected to run as a worker thread');
const start = workerData as WorkerStart; // the engine beside this file makes it

yieldCores();
const statements: Prepared[] = [];
const opened = open();
if (opened) {
  const group = new GroupCommit(opened.db, statements);
  let busyMs = 0;
  tell({ kind: 'open' });
  flushCompileCache(); // for the next start, also where the process is killed
  port.on('message', (first: ToWorker) => {
    const startedAt = performance.now();
    const messages = takeAll(first);
    for (const [place, sql] of messages.flatMap((message) => message.prepare)) {
      statements[place] = prepare(opened.db, sql);
    }
    group.run(messages.flatMap(({ batches }) => unpackBatches(batches)));
    const ended = messages.filter(({ more }) => !more).length;
    const answers = ended > 0 ? group.commit().map(packAnswer) : [];
    busyMs += performance.now() - startedAt;
    if (ended === 0) return;
    tell({ kind: 'answers', answers, messages: ended, tookMs: busyMs });
    busyMs = 0;
    if (messages.some(({ close }) => close)) void close(opened);
    else opened.checkpoints?.meet();
  });
}

interface Opened {
  readonly lock: DatabaseSync;
  readonly db: DatabaseSync;
  /** Left out: SQLite moves the log within a commit, and meanwhile all wait. */
  readonly checkpoints?: Checkpoints;
}

/** A message, and all that lie ready behind it. */
function takeAll(first: ToWorker): readonly ToWorker[] {
  const messages = [first];
  for (let more = receiveMessageOnPort(port as never); more; more = receiveMessageOnPort(port as never)) {
    messages.push(more.message as ToWorker); // only the engine writes to this port
  }
  return messages;
}

/** Where both want one core. Linux alone has priorities of threads. */
function yieldCores(): void {
  try {
    const thread = Number(basename(readlinkSync('/proc/thread-self')));
    setPriority(thread, Math.min(getPriority(thread) + nicer, constants.priority.PRIORITY_LOW));
  } catch {
    // It works as well without, only less at a time.
  }
}

function open(): Opened | undefined {
  const lock = tryTo(takeLock);
  return lock && tryTo(() => ({ lock, ...openStore() }));
}

// An open transaction on a small file beside the store: a second process is refused, readers stay welcome. The system
// frees it when the process dies, however it dies.
function takeLock(): DatabaseSync {
  const lock = new DatabaseSync(`${start.path}.lock`);
  lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  return lock;
}

function openStore(): Omit<Opened, 'lock'> {
  const db = new DatabaseSync(start.path, { timeout: busyTimeoutMs });
  const mode = db.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode;
  if (mode !== 'wal') throw new Error('the file system cannot hold a write-ahead log');
  const isWatched = WriteAheadLog.canBeLookedAt(db);
  // Of a log that is watched SQLite is to move only what grows beyond all measure.
  const pages = isWatched ? 2 * checkpointPages : checkpointPages;
  db.exec(
    `PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${pages}; PRAGMA cache_size = -${cacheKibibytes}; PRAGMA journal_size_limit = ${logLimitBytes}`,
  );
  migrate(db, start.migrations);
  if (!isWatched) return { db };
  const onRefused = (error: unknown) => tell({ kind: 'logKept', message: describeError(error) });
  return { db, checkpoints: new Checkpoints(new WriteAheadLog(db), start.path, { onRefused }) };
}

function tryTo<Value>(run: () => Value): Value | undefined {
  try {
    return run();
  } catch (error) {
    const code = isBusy(error) ? 'storeLocked' : 'storeUnavailable';
    const cause = error instanceof Error && error.cause ? ` (${describeError(error.cause)})` : '';
    tell({ kind: 'failed', code, message: `${start.path}: ${describeError(error)}${cause}` });
    return undefined;
  }
}

/** The connection to the store is the last one, so that SQLite leaves no log behind. */
async function close({ lock, db, checkpoints }: Opened): Promise<void> {
  await checkpoints?.close();
  db.close();
  lock.close();
  port?.close();
}

function tell(message: FromWorker): void {
  port?.postMessage(message);
}

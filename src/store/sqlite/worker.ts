import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { BatchAnswer, BatchWire, FromWorker, ToWorker, WorkerStart } from './protocol.ts';

/**
 * The thread that owns the file. All batches that arrived while the last commit ran go into the next one (group commit);
 * each runs under a savepoint of its own, so that one that fails fails alone.
 */

const port = parentPort;
if (!port) throw new Error('expected to run as a worker thread');
const { path, migrations } = workerData as WorkerStart; // the engine beside this file makes it

const lock = new DatabaseSync(`${path}.lock`);
const opened = openOrExplain();
const statements: { readonly run: StatementSync; readonly gives: boolean }[] = [];
if (opened) {
  tell({ kind: 'open' });
  port.on('message', (first: ToWorker) => work(opened, first));
}

function work(db: DatabaseSync, first: ToWorker): void {
  const messages = [first];
  for (let more = receiveMessageOnPort(port as never); more; more = receiveMessageOnPort(port as never)) {
    messages.push(more.message as ToWorker); // only the engine writes to this port
  }
  for (const [place, text] of messages.flatMap((message) => message.prepare)) {
    const run = db.prepare(text);
    statements[place] = { run, gives: run.columns().length > 0 };
  }
  const batches = messages.flatMap((message) => message.batches);
  if (batches.length > 0) tell({ kind: 'answers', answers: commit(db, batches) });
  if (messages.some((message) => message.close)) close(db);
}

function commit(db: DatabaseSync, batches: readonly BatchWire[]): readonly BatchAnswer[] {
  try {
    db.exec('BEGIN IMMEDIATE');
    const answers = batches.map((batch) => runBatch(db, batch));
    db.exec('COMMIT');
    return answers;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    return batches.map(() => ({ failed: describe(error) }));
  }
}

function runBatch(db: DatabaseSync, batch: BatchWire): BatchAnswer {
  db.exec('SAVEPOINT batch');
  const rows: (readonly unknown[])[] = [];
  for (const [index, [place, values, expect]] of batch.entries()) {
    const touched = runStep(place, values);
    if (expect >= 0 && touched.count !== expect) {
      db.exec('ROLLBACK TO batch');
      db.exec('RELEASE batch');
      return { missed: index };
    }
    rows.push(touched.rows);
  }
  db.exec('RELEASE batch');
  return { rows };
}

function runStep(place: number, values: BatchWire[number][1]): { count: number; rows: readonly unknown[] } {
  const statement = statements[place];
  if (!statement) throw new Error(`expected statement ${place} to be prepared`);
  if (!statement.gives) return { count: Number(statement.run.run(...values).changes), rows: [] };
  const rows = statement.run.all(...values);
  return { count: rows.length, rows };
}

function openOrExplain(): DatabaseSync | undefined {
  try {
    // An open transaction on a small file beside the store: a second process is refused, readers stay welcome.
    lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    tell({ kind: 'failed', code: 'storeLocked', message: describe(error) });
    return undefined;
  }
  try {
    const db = new DatabaseSync(path);
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000',
    );
    migrate(db);
    return db;
  } catch (error) {
    tell({ kind: 'failed', code: 'storeUnavailable', message: describe(error) });
    return undefined;
  }
}

function migrate(db: DatabaseSync): void {
  db.exec('CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID');
  const done = new Set(
    db
      .prepare('SELECT name FROM migration')
      .all()
      .map((row) => row.name),
  );
  for (const migration of migrations.filter(({ name }) => !done.has(name))) {
    db.exec('BEGIN IMMEDIATE');
    for (const text of migration.sql) db.exec(text);
    db.prepare('INSERT INTO migration (name, at) VALUES (?, ?)').run(migration.name, Date.now());
    db.exec('COMMIT');
  }
}

function close(db: DatabaseSync): void {
  db.close();
  lock.exec('ROLLBACK');
  lock.close();
  tell({ kind: 'closed' });
  port?.close();
}

function tell(message: FromWorker): void {
  port?.postMessage(message);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BatchAnswer, BatchWire } from './protocol.ts';
import { describeError, isOwnFault } from './sqlite-error.ts';

/** Statements by their places. One that SQLite refused to prepare fails whoever asks for it. */
export type Prepared =
  | { readonly kind: 'ready'; readonly run: StatementSync; readonly gives: boolean }
  | { readonly kind: 'refused'; readonly problem: unknown };

export function prepare(db: DatabaseSync, sql: string): Prepared {
  try {
    const run = db.prepare(sql);
    return { kind: 'ready', run, gives: run.columns().length > 0 };
  } catch (problem) {
    return { kind: 'refused', problem };
  }
}

/**
 * Runs batches in one transaction, each under a savepoint of its own: one that misses or throws fails alone. Where the
 * transaction itself cannot be had or kept, all fail.
 */
export function commitBatches(
  db: DatabaseSync,
  statements: readonly Prepared[],
  batches: readonly BatchWire[],
): readonly BatchAnswer[] {
  try {
    db.exec('BEGIN IMMEDIATE');
    const answers = batches.map((batch) => runBatch(db, statements, batch));
    db.exec('COMMIT');
    return answers;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    return batches.map(() => ({ failed: 'storeUnavailable', message: describeError(error) }));
  }
}

function runBatch(db: DatabaseSync, statements: readonly Prepared[], batch: BatchWire): BatchAnswer {
  db.exec('SAVEPOINT batch');
  const answer = runSteps(db, statements, batch);
  if (!('rows' in answer)) db.exec('ROLLBACK TO batch');
  db.exec('RELEASE batch');
  return answer;
}

function runSteps(db: DatabaseSync, statements: readonly Prepared[], batch: BatchWire): BatchAnswer {
  const rows: (readonly unknown[])[] = [];
  try {
    for (const [index, [place, values, expect]] of batch.entries()) {
      const touched = runStep(statements[place], values);
      if (expect >= 0 && touched.count !== expect) return { missed: index };
      rows.push(touched.rows);
    }
    return { rows };
  } catch (error) {
    // SQLite may have given up the whole transaction (disk full, I/O): then no batch of it stands.
    if (!db.isTransaction) throw error;
    return { failed: isOwnFault(error) ? 'bug' : 'storeUnavailable', message: describeError(error) };
  }
}

function runStep(
  statement: Prepared | undefined,
  values: BatchWire[number][1],
): { readonly count: number; readonly rows: readonly unknown[] } {
  if (!statement) throw new Error('expected the statement to be prepared');
  if (statement.kind === 'refused') throw statement.problem;
  if (!statement.gives) return { count: Number(statement.run.run(...values).changes), rows: [] };
  const rows = statement.run.all(...values);
  return { count: rows.length, rows };
}

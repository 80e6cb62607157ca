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
 * Runs batches in one transaction; one that misses or throws fails alone. Where the transaction itself cannot be had or
 * kept, all fail.
 */
export function commitBatches(
  db: DatabaseSync,
  statements: readonly Prepared[],
  batches: readonly BatchWire[],
): readonly BatchAnswer[] {
  try {
    db.exec('BEGIN IMMEDIATE');
    const answers = runTogether(db, statements, batches) ?? runApart(db, statements, batches);
    db.exec('COMMIT');
    return answers;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    return batches.map(() => ({ failed: 'storeUnavailable', message: describeError(error) }));
  }
}

/**
 * `undefined`, with nothing changed: a batch must be undone without the others. That is rare, and a savepoint for each
 * batch would make SQLite copy every page that each of them touches.
 */
function runTogether(
  db: DatabaseSync,
  statements: readonly Prepared[],
  batches: readonly BatchWire[],
): readonly BatchAnswer[] | undefined {
  const answers: BatchAnswer[] = [];
  for (const batch of batches) {
    const { answer, isUntouched } = runSteps(db, statements, batch);
    if (!('rows' in answer || isUntouched)) {
      db.exec('ROLLBACK');
      db.exec('BEGIN IMMEDIATE');
      return undefined;
    }
    answers.push(answer);
  }
  return answers;
}

function runApart(
  db: DatabaseSync,
  statements: readonly Prepared[],
  batches: readonly BatchWire[],
): readonly BatchAnswer[] {
  return batches.map((batch) => {
    db.exec('SAVEPOINT batch');
    const { answer } = runSteps(db, statements, batch);
    if (!('rows' in answer)) db.exec('ROLLBACK TO batch');
    db.exec('RELEASE batch');
    return answer;
  });
}

interface Ran {
  readonly answer: BatchAnswer;
  /** No step met a row, so there is nothing to undo. */
  readonly isUntouched: boolean;
}

function runSteps(db: DatabaseSync, statements: readonly Prepared[], batch: BatchWire): Ran {
  const rows: (readonly unknown[])[] = [];
  let isUntouched = true;
  try {
    for (const [index, [place, values, expect]] of batch.entries()) {
      const touched = runStep(statements[place], values);
      if (touched.count > 0) isUntouched = false;
      if (expect >= 0 && touched.count !== expect) return { answer: { missed: index }, isUntouched };
      rows.push(touched.rows);
    }
    return { answer: { rows }, isUntouched };
  } catch (error) {
    // SQLite may have given up the whole transaction (disk full, I/O): then no batch of it stands.
    if (!db.isTransaction) throw error;
    const failed = isOwnFault(error) ? 'bug' : 'storeUnavailable';
    return { answer: { failed, message: describeError(error) }, isUntouched };
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

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
 * Batches that are committed together, in one transaction that begins with the first of them. One that misses or throws
 * fails alone. Where the transaction itself cannot be had or kept, all fail.
 */
export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #statements: readonly Prepared[];
  #batches: readonly BatchWire[] = [];
  #answers: readonly BatchAnswer[] = [];
  /** One had to be undone without the others: each has a savepoint of its own from then on. */
  #isApart = false;
  #failure: { readonly cause: unknown } | undefined;

  constructor(db: DatabaseSync, statements: readonly Prepared[]) {
    this.#db = db;
    this.#statements = statements;
  }

  /** Runs batches; what became of them is known once they are committed. */
  run(batches: readonly BatchWire[]): void {
    this.#batches = [...this.#batches, ...batches];
    if (this.#failure) return;
    try {
      if (!this.#db.isTransaction) this.#db.exec('BEGIN IMMEDIATE');
      this.#runNext(batches);
    } catch (cause) {
      this.#fail(cause);
    }
  }

  /** Commits what was run, and begins anew: what became of each batch, in their order. */
  commit(): readonly BatchAnswer[] {
    try {
      if (this.#db.isTransaction) this.#db.exec('COMMIT');
    } catch (cause) {
      this.#fail(cause);
    }
    const message = this.#failure && describeError(this.#failure.cause);
    const answers =
      message === undefined
        ? this.#answers
        : this.#batches.map(() => ({ failed: 'storeUnavailable', message }) as const);
    this.#batches = [];
    this.#answers = [];
    this.#isApart = false;
    this.#failure = undefined;
    return answers;
  }

  #runNext(batches: readonly BatchWire[]): void {
    const answers = this.#isApart ? this.#runApart(batches) : this.#runTogether(batches);
    if (answers) {
      this.#answers = [...this.#answers, ...answers];
      return;
    }
    this.#isApart = true;
    this.#db.exec('ROLLBACK');
    this.#db.exec('BEGIN IMMEDIATE');
    this.#answers = this.#runApart(this.#batches);
  }

  /**
   * `undefined`: a batch must be undone without the others. That is rare, and a savepoint for each batch would make SQLite
   * copy every page that each of them touches.
   */
  #runTogether(batches: readonly BatchWire[]): readonly BatchAnswer[] | undefined {
    const answers: BatchAnswer[] = [];
    for (const batch of batches) {
      const { answer, isUntouched } = runSteps(this.#db, this.#statements, batch);
      if (!('rows' in answer || isUntouched)) return undefined;
      answers.push(answer);
    }
    return answers;
  }

  #runApart(batches: readonly BatchWire[]): readonly BatchAnswer[] {
    return batches.map((batch) => {
      this.#db.exec('SAVEPOINT batch');
      const { answer } = runSteps(this.#db, this.#statements, batch);
      if (!('rows' in answer)) this.#db.exec('ROLLBACK TO batch');
      this.#db.exec('RELEASE batch');
      return answer;
    });
  }

  #fail(cause: unknown): void {
    this.#failure = { cause };
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
  }
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

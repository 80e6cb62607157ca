import type { Client, QueryResult } from 'pg';
import { StepMissed } from '../../ports/errors.ts';
import type { SqlValue } from '../../ports/store.ts';

/** One step: a statement by its name, which the connection prepares once, its values, and the rows it must touch, or -1. */
export interface PlannedStep {
  readonly name: string;
  readonly text: string;
  readonly values: readonly SqlValue[];
  readonly expect: number;
}

export interface BatchPlan {
  readonly steps: readonly PlannedStep[];
  /** No step changes anything. */
  readonly reads: boolean;
  /** What it is about, sorted: other batches about the same wait, on whichever instance. */
  readonly names: readonly string[];
}

export type BatchRows = readonly (readonly unknown[])[];

/** Free when the transaction ends, however it ends. Taken before anything is read, so that all is read as it is then. */
const lockNames = {
  name: 'batch.lockNames',
  text: 'select pg_advisory_xact_lock(hashtextextended(name, 0)) from unnest($1::text[]) as name',
};

/**
 * Runs a batch in one transaction; all its steps are sent at once. Rejects with `StepMissed`, or with what PostgreSQL or
 * the connection said first; nothing of it stands then, unless the connection broke while it was being committed.
 */
export async function runBatch(client: Client, { steps, reads, names }: BatchPlan): Promise<BatchRows> {
  const alone = reads && steps.length <= 1;
  const { stream } = client.connection;
  stream.cork();
  const opening = alone ? [] : begin(client, { reads, names });
  const running = steps.map(({ name, text, values }) => client.query({ name, text, values: [...values] }));
  // What can miss nothing is committed with the same message; what only reads has nothing to undo.
  const isSure = !alone && (reads || steps.every(({ expect }) => expect < 0));
  const closing = isSure ? [client.query('commit')] : [];
  stream.uncork();
  const ends = await Promise.allSettled([...opening, ...running, ...closing]);
  const [failed] = ends.filter(({ status }) => status === 'rejected');
  const answers = ends.slice(opening.length, opening.length + steps.length);
  const missed = answers.findIndex((end, index) => isMiss(end, steps[index]));
  if (failed === undefined && missed === -1) {
    if (!alone && !isSure) await client.query('commit');
    return answers.map(rowsOf);
  }
  if (!alone && !isSure) await client.query('rollback');
  if (missed !== -1 && isFirst(ends, opening.length + missed)) throw new StepMissed(missed);
  throw (failed as PromiseRejectedResult).reason; // without a miss something was rejected
}

type End = PromiseSettledResult<QueryResult>;

function begin(client: Client, { reads, names }: Omit<BatchPlan, 'steps'>): readonly Promise<QueryResult>[] {
  if (reads) return [client.query('begin isolation level repeatable read, read only')];
  const begun = client.query('begin');
  return names.length > 0 ? [begun, client.query({ ...lockNames, values: [names] })] : [begun];
}

function isMiss(end: End, step: PlannedStep | undefined): boolean {
  const expect = step?.expect ?? -1;
  return end.status === 'fulfilled' && expect >= 0 && (end.value.rowCount ?? 0) !== expect;
}

/** Whether everything before it went well: what comes after the first failure is a consequence. */
function isFirst(ends: readonly End[], place: number): boolean {
  return ends.slice(0, place).every(({ status }) => status === 'fulfilled');
}

function rowsOf(end: End): readonly unknown[] {
  return end.status === 'fulfilled' ? end.value.rows : [];
}

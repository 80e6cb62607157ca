import { setTimeout as pause } from 'node:timers/promises';
import { type Client, DatabaseError } from 'pg';
import type { CompiledMigration } from '../migrations/compile.ts';
import { type Mark, pendingMigrations } from '../migrations/pending.ts';
import { holdLock, MIGRATING } from './locks.ts';
import { faultOf } from './postgres-error.ts';

/** A table that instances at work are using is waited for so long: behind who waits for it, they wait too. */
const lockTimeoutMs = 1000;
const againMs = 500;
const mostTries = 40;
const LOCK_NOT_AVAILABLE = '55P03';
/** An instance that hangs in the middle of a migration lets the others go on after so long. */
const hangingTimeoutMs = 10_000;
const whileMigrating = [
  `set local idle_in_transaction_session_timeout = ${hangingTimeoutMs}`,
  'set local statement_timeout = 0', // an index takes as long as it takes
];

/**
 * Brings the tables up to date: each migration in one transaction with its mark, so that one that fails leaves nothing.
 * Of instances that start together one does it, and the others wait; those of an older version go on meanwhile. Rejects
 * where a newer version has taken away what this one uses.
 */
export async function migrate(client: Client, migrations: readonly CompiledMigration[]): Promise<void> {
  await inTurn(client, () => makeMarks(client));
  let isDone = false;
  while (!isDone) isDone = await inTurn(client, () => applyNext(client, migrations));
}

const hasNeeds = `select 1 from information_schema.columns
  where table_schema = current_schema() and table_name = 'migration' and column_name = 'needs'`;

/** Touches no table that is as it should be: a backup holds all of them for as long as it takes. */
async function makeMarks(client: Client): Promise<void> {
  const { rows } = await client.query(hasNeeds);
  if (rows.length > 0) return;
  await client.query(
    'create table if not exists migration (name text primary key, at bigint not null, needs text)',
  );
  await client.query('alter table migration add column if not exists needs text'); // it came later than the rest
}

/** Resolves with whether nothing was left to be done. */
async function applyNext(client: Client, migrations: readonly CompiledMigration[]): Promise<boolean> {
  const { rows } = await client.query<Mark>('select name, needs from migration');
  const [next] = pendingMigrations(migrations, rows);
  if (next === undefined) return true;
  const { name, needs, steps } = next;
  const mark = 'insert into migration (name, at, needs) values ($1, $2, $3)';
  try {
    await client.query(`set local lock_timeout = ${lockTimeoutMs}`);
    for (const [text, values] of steps) await client.query(text, [...values]);
    await client.query(mark, [name, Date.now(), needs ?? null]);
  } catch (error) {
    if (isHeldUp(error)) throw error;
    throw new Error(`migration ${name} failed and was undone`, { cause: error });
  }
  return false;
}

/** Runs something in a transaction while no other instance does; again where those at work were in its way. */
async function inTurn<Result>(client: Client, run: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      await client.query(['begin', ...whileMigrating].join('; '));
      await holdLock(client, MIGRATING);
      const result = await run();
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => {}); // the connection may be what failed
      if (!isHeldUp(error) || tries === mostTries) throw error;
      await pause(againMs);
    }
  }
}

/** Others had a table, or waited for each other: nothing of it stands, and it may be tried again. */
function isHeldUp(error: unknown): boolean {
  const isTimeout = error instanceof DatabaseError && error.code === LOCK_NOT_AVAILABLE;
  return isTimeout || faultOf(error) === 'conflict';
}

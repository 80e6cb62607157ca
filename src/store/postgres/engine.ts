import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, Pool, PoolClient } from 'pg';
import { BridgeError, StepMissed } from '../../ports/errors.ts';
import { Order } from '../../ports/order.ts';
import type { Statement, Step, Store } from '../../ports/store.ts';
import { valuesOf } from '../compiled.ts';
import { OWNER } from '../facts.ts';
import { compileMigrations } from '../migrations/compile.ts';
import type { Migration } from '../migrations/index.ts';
import { withoutNul } from '../without-nul.ts';
import { BridgeLock } from './bridge-lock.ts';
import { type CompiledForPostgres, compileStatement, schemaQueries } from './compile.ts';
import { connectAlone, createPool, hangUp } from './connect.ts';
import { migrate } from './migrate.ts';
import { type NamingStep, namesOf } from './names.ts';
import { describeError, faultOf, hasBroken } from './postgres-error.ts';
import { proveServer } from './prove-server.ts';
import { type BatchPlan, type BatchRows, type PlannedStep, runBatch } from './run-batch.ts';

export interface PostgresOptions {
  /** `postgres://…` */
  readonly url: string;
  /** Connections at most, beside the one that holds the lock. */
  readonly connections: number;
  /** Whether other processes are refused as long as this one has the store; it is refused where bridges are at work. */
  readonly alone: boolean;
  /** Another process had the store meanwhile; told once. Nothing is taken any more. */
  readonly onFailure: (cause: unknown) => void;
  /** Those that this version knows. Default: all that are here. */
  readonly migrations?: readonly Migration[];
}

/**
 * Opens the store in a database, and makes its tables where they are missing. Fails with `storeLocked` when another
 * process has it, with `storeUnavailable` when it can't be used. When the database goes away later, batches reject with
 * `storeUnavailable` until it is back.
 */
export async function openPostgres(options: PostgresOptions): Promise<Store> {
  const owner = randomUUID();
  const lock = options.alone ? createLock(options, owner) : undefined;
  try {
    await lock?.take();
    await prepare(options, lock && owner);
  } catch (error) {
    await lock?.release();
    if (error instanceof BridgeError) throw error;
    const cause = error instanceof Error && error.cause ? ` (${describeError(error.cause)})` : '';
    throw new BridgeError('storeUnavailable', `${describeError(error)}${cause}`);
  }
  return new PostgresEngine(createPool(options.url, options.connections), lock);
}

function createLock({ url, onFailure }: PostgresOptions, owner: string): BridgeLock {
  const isStillOurs = async (client: Client) => {
    const { rows } = await client.query<{ value: string }>('select value from fact where name = $1', [OWNER]);
    return rows[0]?.value === owner;
  };
  return new BridgeLock({ url, isStillOurs, onTaken: onFailure });
}

async function prepare({ url, migrations }: PostgresOptions, owner: string | undefined): Promise<void> {
  const client = await connectAlone(url);
  try {
    await proveServer(client);
    await migrate(client, compileMigrations('postgres', schemaQueries, migrations));
    const own = `insert into fact (name, value) values ($1, $2)
      on conflict (name) do update set value = excluded.value`;
    if (owner === undefined) return;
    await proveUnused(client);
    await client.query(own, [OWNER, owner]);
  } finally {
    await client.end();
  }
}

/** Bridges that share the store hold no lock, but nobody can join them while there is one. */
async function proveUnused(client: Client): Promise<void> {
  const { rows } = await client.query(
    'select 1 from instance where until > extract(epoch from clock_timestamp()) * 1000 limit 1',
  );
  if (rows.length > 0) throw new BridgeError('storeLocked', 'a bridge process has this store open');
}

/** A batch that others' batches undid is tried again so often; nobody meets so many. */
const mostTries = 50;
const longestPauseMs = 50;
const closePatienceMs = 3000;

class PostgresEngine implements Store {
  readonly #pool: Pool;
  readonly #lock: BridgeLock | undefined;
  readonly #order = new Order();
  readonly #running = new Set<Promise<unknown>>();
  readonly #compiled = new Map<string, CompiledForPostgres>();
  #closing: Promise<void> | undefined;

  constructor(pool: Pool, lock: BridgeLock | undefined) {
    this.#pool = pool;
    this.#lock = lock;
  }

  async batch<const Steps extends readonly Step[]>(steps: Steps): Promise<never> {
    if (this.#closing) throw new BridgeError('storeUnavailable', 'the store is closed');
    const plan = this.#plan(steps);
    const running = this.#order.run(plan.names, () => this.#run(plan));
    this.#running.add(running);
    try {
      return (await running) as never; // the statements say what their rows look like
    } finally {
      this.#running.delete(running);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const finished = Promise.allSettled(this.#running);
    // A database that says nothing any more must not hold up the stop.
    await Promise.race([finished, pause(closePatienceMs, undefined, { ref: false })]);
    await hangUp(this.#pool);
    await this.#lock?.release();
  }

  #plan(steps: readonly Step[]): BatchPlan {
    const compiled = steps.map((step) => this.#compile(step.statement));
    const planned = steps.map((step, index): PlannedStep => {
      const { sql, places } = compiled[index] ?? this.#compile(step.statement);
      const values = valuesOf({ sql, places }, step).map((value) =>
        typeof value === 'string' ? withoutNul(value) : value,
      );
      return { name: step.statement.id, text: sql, values, expect: step.expect ?? -1 };
    });
    return {
      steps: planned,
      reads: compiled.every(({ reads }) => reads),
      names: namesOf(steps.map((step, index) => naming(step, compiled[index]))).map(withoutNul),
    };
  }

  #compile(statement: Statement): CompiledForPostgres {
    const known = this.#compiled.get(statement.id) ?? compileStatement(statement);
    this.#compiled.set(statement.id, known);
    return known;
  }

  async #run(plan: BatchPlan): Promise<BatchRows> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#runOnce(plan);
      } catch (error) {
        if (error instanceof BridgeError) throw error;
        const fault = faultOf(error);
        const again = fault === 'conflict' && tries < mostTries;
        if (!again) throw new BridgeError(fault === 'bug' ? 'bug' : 'storeUnavailable', describeError(error));
      }
      await pause(Math.random() * Math.min(longestPauseMs, tries * 2));
    }
  }

  async #runOnce(plan: BatchPlan): Promise<BatchRows> {
    if (this.#lock && !this.#lock.isHeld) throw new BridgeError('storeUnavailable', 'the database is away');
    const client = await this.#pool.connect();
    try {
      const rows = await runBatch(client, plan);
      client.release();
      return rows;
    } catch (error) {
      this.#giveBack(client, error);
      throw error;
    }
  }

  #giveBack(client: PoolClient, error: unknown): void {
    client.release(!(error instanceof StepMissed) && hasBroken(error));
  }
}

function naming({ args, expect }: Step, compiled: CompiledForPostgres | undefined): NamingStep {
  return { args, isLook: compiled?.reads === true && expect === undefined };
}

import { sql } from 'kysely';
import type { Client } from 'pg';

/** Advisory locks of the bridge, one of each a schema: the first number is ours, the second the schema's. */
export const ONE_BRIDGE = 0x6b656675;
export const MIGRATING = ONE_BRIDGE + 1;

/** Locks by name: the second number is the schema's and the name's. Two names that share one only wait for each other. */
const NAMED = ONE_BRIDGE + 7;

const place = 'hashtext(current_schema())';
const namedPlace = "hashtext(current_schema() || ' ' || $2)";

/** Takes a lock that the connection holds until it ends; `false` if another connection has it. */
export async function tryLock(client: Client, lock: number): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(
    `select pg_try_advisory_lock($1, ${place}) as taken`,
    [lock],
  );
  return rows[0]?.taken === true;
}

/** The same for a lock by a name. A connection that has it gets it again: then it has to give it back as often. */
export async function tryLockNamed(client: Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(
    `select pg_try_advisory_lock($1, ${namedPlace}) as taken`,
    [NAMED, name],
  );
  return rows[0]?.taken === true;
}

export async function unlockNamed(client: Client, name: string): Promise<void> {
  await client.query(`select pg_advisory_unlock($1, ${namedPlace})`, [NAMED, name]);
}

/** Takes a lock that is free when the transaction ends, however it ends; waits for whoever has it. */
export async function holdLock(client: Client, lock: number): Promise<void> {
  await client.query(`select pg_advisory_xact_lock($1, ${place})`, [lock]);
}

/** Whether nobody has the store for himself; and nobody gets it before this transaction ends. */
export const freeOfCopies = sql<boolean>`pg_try_advisory_xact_lock_shared(${sql.lit(ONE_BRIDGE)}, hashtext(current_schema()))`;

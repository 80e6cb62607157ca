import type { Client } from 'pg';
import { type CompiledMigration, compileMigrations } from '../migrations/compile.ts';
import { pendingMigrations } from '../migrations/pending.ts';
import { schemaQueries } from './compile.ts';
import { MIGRATING, underLock } from './locks.ts';

/**
 * Brings the tables up to date: each migration in one transaction with its mark, so that one that fails leaves nothing.
 * Of instances that start together one does it, and the others wait. Refuses a database that knows migrations we don't:
 * a newer version made it.
 */
export function migrate(client: Client): Promise<void> {
  return underLock(client, MIGRATING, async () => {
    await client.query('create table if not exists migration (name text primary key, at bigint not null)');
    const { rows } = await client.query<{ name: string }>('select name from migration');
    const all = compileMigrations('postgres', schemaQueries);
    const done = rows.map(({ name }) => name);
    for (const migration of pendingMigrations(all, done)) await apply(client, migration);
  });
}

async function apply(client: Client, { name, steps }: CompiledMigration): Promise<void> {
  await client.query('begin');
  try {
    for (const [text, values] of steps) await client.query(text, [...values]);
    await client.query('insert into migration (name, at) values ($1, $2)', [name, Date.now()]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {}); // the connection may be what failed
    throw new Error(`migration ${name} failed and was undone`, { cause: error });
  }
}

/** Fails where the database cannot keep every text as it is. */
export async function proveEncoding(client: Client): Promise<void> {
  const { rows } = await client.query<{ server_encoding: string }>('show server_encoding');
  const encoding = rows[0]?.server_encoding;
  if (encoding !== 'UTF8') throw new Error(`expected a database whose encoding is UTF8, got ${encoding}`);
}

import { Client, Pool } from 'pg';
import { inject } from 'vitest';

/** A place of its own in the tests' PostgreSQL: a schema that nothing is in. */
export interface PostgresPlace {
  readonly schema: string;
  readonly url: string;
  /** Runs a query there, beside the engine, always on the same connection. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  remove(): Promise<void>;
}

let places = 0;

export async function makePostgresPlace(): Promise<PostgresPlace> {
  places += 1;
  const schema = `p${process.pid}_${places}`;
  const url = new URL(inject('postgresUrl'));
  url.searchParams.set('options', `-c search_path=${schema}`);
  url.searchParams.set('application_name', schema);
  let client: Client | undefined;
  const connected = async () => {
    if (client) return client;
    client = new Client({ connectionString: url.href });
    await client.connect();
    return client;
  };
  const hangUp = async () => {
    await client?.end();
    client = undefined;
  };
  await (await connected()).query(`create schema ${schema}`);
  await hangUp();
  return {
    schema,
    url: url.href,
    query: async (text, values = []) => (await (await connected()).query(text, [...values])).rows,
    async remove() {
      await hangUp(); // with whatever it has begun
      const last = await connected();
      await last.query(`set client_min_messages = error; drop schema ${schema} cascade`);
      await hangUp();
    },
  };
}

/** Schemas whose tables are there and empty: making them anew would take most of a test's time. */
const kept: PostgresPlace[] = [];
let keeper: Pool | undefined;

/** A place for a store as this version makes it; a later test has it after this one. */
export async function borrowPostgresPlace(): Promise<PostgresPlace> {
  const place = kept.pop() ?? (await makePostgresPlace());
  return {
    ...place,
    async remove() {
      keeper ??= createKeeper();
      await empty(keeper, place.schema);
      kept.push(place);
    },
  };
}

function createKeeper(): Pool {
  const pool = new Pool({ connectionString: inject('postgresUrl'), max: 1, allowExitOnIdle: true });
  pool.on('error', () => {}); // the server has stopped, after the last test
  return pool;
}

async function empty(pool: Pool, schema: string): Promise<void> {
  // Whoever was killed there has ended before anything is deleted.
  await pool.query(
    'select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = $1',
    [schema],
  );
  const { rows } = await pool.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = $1 and tablename <> 'migration'`,
    [schema],
  );
  await pool.query(rows.map(({ name }) => `delete from ${schema}.${name}`).join(';'));
}

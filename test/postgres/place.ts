import { Client, Pool } from 'pg';
import { inject } from 'vitest';
import { openStore } from '../../src/store/engines/open.ts';
import type { SpareStore } from '../store/spare-stores.ts';

/** A place of its own in the tests' PostgreSQL: a schema that nobody else has. */
export interface PostgresPlace {
  readonly schema: string;
  readonly url: string;
  /** Runs a query there, beside the engine, always on the same connection. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  remove(): Promise<void>;
}

/** Of rows that say whose they are by a process of the server: whether it is one of the same place. */
export const isOfThisPlace =
  "pid in (select pid from pg_stat_activity where application_name = current_setting('application_name'))";

let places = 0;

/** An empty schema. What is made in it goes with the server, which is quicker than to take it away. */
export async function makePostgresPlace(): Promise<PostgresPlace> {
  places += 1;
  const schema = `p${process.pid}_${places}`;
  await keep().query(`create schema ${schema}`);
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
  return {
    schema,
    url: url.href,
    query: async (text, values = []) => (await (await connected()).query(text, [...values])).rows,
    async remove() {
      await client?.end(); // with whatever it has begun
      client = undefined;
    },
  };
}

/** Schemas whose tables are there and empty: making them anew would take most of a test's time. */
const kept: PostgresPlace[] = [];

/** A place for a store as this version makes it; a later test has it after this one. */
export async function borrowPostgresPlace(): Promise<PostgresPlace> {
  const place = kept.pop() ?? (await makePostgresPlace());
  return {
    ...place,
    async remove() {
      await place.remove();
      await endConnections(place.schema);
      await emptyTables(place.schema);
      kept.push(place);
    },
  };
}

/** A store to hand on, with its connections, in a place of its own. */
export async function makeSparePostgres(onFailure: () => void): Promise<SpareStore> {
  const { schema, url } = await makePostgresPlace();
  const engine = await openStore({ kind: 'postgres', url, connections: 4 }, onFailure);
  return { engine, empty: () => emptyTables(schema) };
}

let keeper: Pool | undefined;

function keep(): Pool {
  keeper ??= createKeeper();
  return keeper;
}

function createKeeper(): Pool {
  const pool = new Pool({ connectionString: inject('postgresUrl'), max: 1, allowExitOnIdle: true });
  pool.on('error', () => {}); // the server has stopped, after the last test
  return pool;
}

/** Whoever was killed there has ended before anything is deleted. */
async function endConnections(schema: string): Promise<void> {
  const end = 'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1';
  // Asked again, as PostgreSQL's own wait for one takes a tenth of a second at least.
  while ((await keep().query(end, [schema])).rows.length > 0);
}

const emptiers = new Map<string, string>();

async function emptyTables(schema: string): Promise<void> {
  const text = emptiers.get(schema) ?? (await writeEmptier(schema));
  if (text === undefined) return;
  emptiers.set(schema, text);
  await keep().query({ name: `empty ${schema}`, text });
}

/** One statement for all tables, which is planned once; `undefined` where nobody has made them yet. */
async function writeEmptier(schema: string): Promise<string | undefined> {
  const { rows } = await keep().query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = $1 and tablename <> 'migration'`,
    [schema],
  );
  const deletes = rows.map(({ name }) => `"${name}" as (delete from ${schema}."${name}")`);
  return deletes.length > 0 ? `with ${deletes.join()} select` : undefined;
}

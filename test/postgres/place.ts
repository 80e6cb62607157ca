import { Client } from 'pg';
import { inject } from 'vitest';

/** A place of its own in the tests' PostgreSQL: a schema that nothing is in. */
export interface PostgresPlace {
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

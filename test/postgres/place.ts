import { Client } from 'pg';
import { inject } from 'vitest';

/** A place of its own in the tests' PostgreSQL: a schema that nothing is in. */
export interface PostgresPlace {
  readonly url: string;
  /** Runs a query there, beside the engine. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  remove(): Promise<void>;
}

let places = 0;

export async function makePostgresPlace(server = inject('postgresUrl')): Promise<PostgresPlace> {
  places += 1;
  const schema = `p${process.pid}_${places}`;
  const url = inSchema(server, schema);
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`create schema ${schema}`);
  return {
    url,
    query: async (text, values = []) => (await client.query(text, [...values])).rows,
    async remove() {
      await client.query(`set client_min_messages = error; drop schema ${schema} cascade`);
      await client.end();
    },
  };
}

/** The same server's URL for another schema. */
export function inSchema(url: string, schema: string): string {
  const place = new URL(url);
  place.searchParams.set('options', `-c search_path=${schema}`);
  return place.href;
}

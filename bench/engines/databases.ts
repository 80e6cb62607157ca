import { Client } from 'pg';
import { startServer, type TestServer } from '../../test/postgres/server.ts';

/** A PostgreSQL as one would run it: what is acknowledged is on the disk. */
export function startDurableServer(): Promise<TestServer> {
  return startServer(['shared_buffers=512MB', 'max_wal_size=4GB']);
}

let databases = 0;

/** A database that nothing is in; its URL. */
export async function makeDatabase(server: TestServer): Promise<string> {
  databases += 1;
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(`create database bench_${databases}`);
  await client.end();
  const url = new URL(server.url);
  url.pathname = `/bench_${databases}`;
  return url.href;
}

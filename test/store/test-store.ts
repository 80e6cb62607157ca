import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import type { Step, Store, StorePlace } from '../../src/ports/store.ts';
import { openStore } from '../../src/store/engines/open.ts';
import { openPostgres } from '../../src/store/postgres/engine.ts';
import { openSqliteReader } from '../../src/store/sqlite/reader.ts';
import { borrowPostgresPlace, makeSparePostgres, type PostgresPlace } from '../postgres/place.ts';
import { run } from './rows.ts';
import { makeSpareSqlite, sparesVariable } from './spare-sqlite.ts';
import { createSpareStores, type SpareStores } from './spare-stores.ts';

/** Whether the tests whose store may be of either engine have it in PostgreSQL (`TEST_STORE=postgres`). */
export const isOnPostgres = process.env.TEST_STORE === 'postgres';

/** The places of tests' folders, as SQLite's file has its place in one. */
const places = new Map<string, Promise<PostgresPlace>>();

/** PostgreSQL's place for the store of a test's folder, the same each time. */
export function postgresPlaceOf(folder: string): Promise<PostgresPlace> {
  const place = places.get(folder) ?? borrowPostgresPlace();
  places.set(folder, place);
  return place;
}

/** Where the store of a test's folder is: its file, or its place in PostgreSQL. */
export async function storePlaceOf(folder: string, file = 'bridge.db'): Promise<StorePlace> {
  if (!isOnPostgres) return { kind: 'sqlite', path: join(folder, file) };
  return { kind: 'postgres', url: (await postgresPlaceOf(folder)).url, connections: 4 };
}

/** What a configuration says of it. What a bridge that was killed had in hand is free when its lease is over: the shortest. */
export function storeSettings(place: StorePlace): { readonly store: string; readonly leaseSec?: number } {
  if (place.kind === 'sqlite') return { store: `sqlite:${place.path}` };
  return { store: place.url, leaseSec: 3 };
}

let spares: SpareStores | undefined;

/** The store of a test's folder; opened again, it has what was written. */
export async function openTestStore(folder: string, onFailure = () => {}): Promise<Store> {
  spares ??= makeSpares();
  return spares ? spares.open(folder, onFailure) : openStore(await storePlaceOf(folder), onFailure);
}

function makeSpares(): SpareStores | undefined {
  if (isOnPostgres) return createSpareStores(makeSparePostgres);
  // Outside a run of tests, in a benchmark say, nobody opens so many.
  const place = process.env[sparesVariable];
  if (place === undefined) return undefined;
  return createSpareStores((onFailure) => makeSpareSqlite(place, onFailure));
}

/** Reads from a store beside the bridge that has it. */
export async function readBeside<Row>(place: StorePlace, step: Step<Row>): Promise<readonly Row[]> {
  if (place.kind === 'sqlite') {
    const reader = openSqliteReader(place.path);
    try {
      return reader.read(step);
    } finally {
      reader.close();
    }
  }
  const { url } = place;
  const store = await openPostgres({ url, connections: 1, alone: false, onFailure: () => {} });
  try {
    return await run(store, step);
  } finally {
    await store.close();
  }
}

/** Lets nobody write until the returned function is called. */
export async function holdStore(place: StorePlace): Promise<() => Promise<void>> {
  if (place.kind === 'sqlite') {
    const file = new DatabaseSync(place.path, { timeout: 5000 });
    file.exec('BEGIN IMMEDIATE');
    return async () => file.close();
  }
  const client = new Client({ connectionString: place.url });
  await client.connect();
  await client.query('begin; lock table seen in exclusive mode');
  return () => client.end();
}

/** To be called when the folder goes, after the store was closed. */
export async function forgetTestStore(folder: string): Promise<void> {
  await spares?.giveBack(folder);
  await (await places.get(folder))?.remove();
  places.delete(folder);
}

import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { BridgeError } from '../../src/ports/errors.ts';
import type { Store } from '../../src/ports/store.ts';
import { openStore } from '../../src/store/engines/open.ts';

/**
 * SQLite stores that tests hand on, emptied: to start the thread of one costs more time than most tests take. A test has
 * one as its own for as long as it has its folder; closed and opened again it has what was written to it.
 */

/** The environment's name for the folder of such stores, where `global-setup.ts` has made one. */
export const sparesVariable = 'TEST_SPARE_STORES';

interface SpareStore {
  readonly engine: Store;
  /** Puts it back to what it was when it was new. */
  readonly empty: () => void;
  onFailure: () => void;
  /** The user that has it open. */
  open: Store | undefined;
}

const spare: SpareStore[] = [];
const lent = new Map<string, SpareStore>();

/** The store of a test's folder, which nobody else has open. `place` is where a new one is made. */
export async function openSpareStore(place: string, folder: string, onFailure: () => void): Promise<Store> {
  const store = lent.get(folder) ?? spare.pop() ?? (await makeStore(place));
  if (store.open) throw new BridgeError('storeUnavailable', 'expected the store to be closed before');
  lent.set(folder, store);
  store.onFailure = onFailure;
  store.open = use(store);
  return store.open;
}

/** To be called when the folder goes, after the store was closed. */
export function giveBackStore(folder: string): void {
  const store = lent.get(folder);
  if (!store) return;
  if (store.open) throw new Error('expected the store to be closed before its folder goes');
  lent.delete(folder);
  store.empty();
  spare.push(store);
}

/** Ends as the engine does: what was begun is done, and nothing more is taken. */
function use(store: SpareStore): Store {
  const running = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;
  const finish = async () => {
    while (running.size > 0) await Promise.allSettled(running);
    store.open = undefined;
  };
  const batch: Store['batch'] = (steps) => {
    if (closing) return Promise.reject(new BridgeError('storeUnavailable', 'the store is closed'));
    const answer = store.engine.batch(steps);
    const ended: Promise<unknown> = Promise.allSettled([answer]).finally(() => running.delete(ended));
    running.add(ended);
    return answer;
  };
  return {
    batch,
    close() {
      closing ??= finish();
      return closing;
    },
  };
}

async function makeStore(place: string): Promise<SpareStore> {
  const path = join(mkdtempSync(join(place, 'store-')), 'bridge.db');
  const engine = await openStore({ kind: 'sqlite', path }, () => store.onFailure());
  const store: SpareStore = { engine, empty: emptierOf(path), onFailure() {}, open: undefined };
  return store;
}

type Row = Readonly<Record<string, SQLInputValue>>;

/** Knows what rows the new file has, and leaves no others. */
function emptierOf(path: string): () => void {
  const file = new DatabaseSync(path, { timeout: 5000, enableForeignKeyConstraints: false });
  const tables = file
    .prepare("select name from sqlite_schema where type = 'table'")
    .all()
    .map(({ name }) => `"${name}"`);
  const first = tables.flatMap(
    (table) =>
      file
        .prepare(`select * from ${table}`)
        .all()
        .map((row) => ({ table, row: row as Row })), // of nothing but SQLite's own kinds of value
  );
  return () => {
    file.exec('begin immediate');
    for (const table of tables) file.exec(`delete from ${table}`);
    for (const { table, row } of first) {
      const places = Object.keys(row).map(() => '?');
      file.prepare(`insert into ${table} values (${places.join()})`).run(...Object.values(row));
    }
    file.exec('commit');
  };
}

import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { openStore } from '../../src/store/engines/open.ts';
import type { SpareStore } from './spare-stores.ts';

/** The environment's name for the folder of spare stores, where `global-setup.ts` has made one. */
export const sparesVariable = 'TEST_SPARE_STORES';

/** A store to hand on, in a file of its own within `place`. */
export async function makeSpareSqlite(place: string, onFailure: () => void): Promise<SpareStore> {
  const path = join(mkdtempSync(join(place, 'store-')), 'bridge.db');
  const engine = await openStore({ kind: 'sqlite', path }, onFailure);
  const empty = emptierOf(path);
  return { engine, empty: async () => empty() };
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

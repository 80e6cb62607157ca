import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqlite } from '../../src/store/sqlite/engine.ts';
import { storeContract } from '../contract/store.ts';

storeContract('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'store-'));
  const path = join(folder, 'data', 'bridge.db');
  return {
    open: () =>
      openSqlite(path, (cause) => {
        throw cause;
      }),
    empty: async () => emptyTables(path),
    remove: () => rm(folder, { recursive: true }),
  };
});

function emptyTables(path: string): void {
  const db = new DatabaseSync(path, { timeout: 5000 }); // the thread may still be at its last commit
  const tables = db
    .prepare(`select name from sqlite_schema where type = 'table' and name <> 'migration'`)
    .all();
  db.exec(['begin', ...tables.map(({ name }) => `delete from ${name}`), 'commit'].join(';'));
  db.close();
}

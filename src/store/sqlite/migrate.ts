import type { DatabaseSync } from 'node:sqlite';
import type { CompiledMigration } from '../migrations/compile.ts';
import { pendingMigrations } from '../migrations/pending.ts';

/**
 * Brings the tables up to date: each migration in one transaction with its mark, so that one that fails leaves nothing.
 * Refuses a file that knows migrations we don't: a newer version made it.
 */
export function migrate(db: DatabaseSync, migrations: readonly CompiledMigration[]): void {
  db.exec('CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID');
  const rows = db.prepare('SELECT name FROM migration').all();
  const done = rows.map(({ name }) => String(name));
  for (const migration of pendingMigrations(migrations, done)) apply(db, migration);
}

function apply(db: DatabaseSync, { name, steps }: CompiledMigration): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const [sql, values] of steps) db.prepare(sql).run(...values);
    db.prepare('INSERT INTO migration (name, at) VALUES (?, ?)').run(name, Date.now());
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw new Error(`migration ${name} failed and was undone`, { cause: error });
  }
}

import type { DatabaseSync } from 'node:sqlite';
import type { CompiledMigration } from '../migrations/compile.ts';
import { type Mark, pendingMigrations } from '../migrations/pending.ts';

/**
 * Brings the tables up to date: each migration in one transaction with its mark, so that one that fails leaves nothing.
 * Throws where a newer version has taken away what this one uses.
 */
export function migrate(db: DatabaseSync, migrations: readonly CompiledMigration[]): void {
  db.exec(
    'CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, at INTEGER NOT NULL, needs TEXT) WITHOUT ROWID',
  );
  // It came later than the rest.
  const hasNeeds = db.prepare(`SELECT 1 FROM pragma_table_info('migration') WHERE name = 'needs'`).get();
  if (!hasNeeds) db.exec('ALTER TABLE migration ADD COLUMN needs TEXT');
  const marks = db.prepare('SELECT name, needs FROM migration').all() as unknown as readonly Mark[];
  for (const migration of pendingMigrations(migrations, marks)) apply(db, migration);
}

function apply(db: DatabaseSync, { name, needs, steps }: CompiledMigration): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const [sql, values] of steps) db.prepare(sql).run(...values);
    db.prepare('INSERT INTO migration (name, at, needs) VALUES (?, ?, ?)').run(
      name,
      Date.now(),
      needs ?? null,
    );
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw new Error(`migration ${name} failed and was undone`, { cause: error });
  }
}

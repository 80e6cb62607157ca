import type { Kysely } from 'kysely';
import type { SqlValue } from '../../ports/store.ts';
import { migrations } from './index.ts';

/** A migration in an engine's words: each step with its values. */
export interface CompiledMigration {
  readonly name: string;
  readonly steps: readonly (readonly [sql: string, values: readonly SqlValue[]])[];
}

/** All migrations, in order; `db` builds for that engine. */
export function compileMigrations(
  engine: 'sqlite' | 'postgres',
  db: Kysely<unknown>,
): readonly CompiledMigration[] {
  return migrations.map(({ name, up }) => ({
    name,
    steps: up(db, engine).map((query) => {
      const { sql, parameters } = query.compile();
      return [sql, parameters as readonly SqlValue[]]; // a migration's constants are of the SQL's own kinds
    }),
  }));
}

/**
 * Those of `all` that a store has not seen; `done` are the names it has. Throws where it has others: a newer version
 * made it.
 */
export function pendingMigrations<Known extends { readonly name: string }>(
  all: readonly Known[],
  done: readonly string[],
): readonly Known[] {
  const unknown = done.filter((name) => all.every((migration) => migration.name !== name));
  if (unknown.length > 0) {
    throw new Error(`a newer version made this store (${unknown.join(', ')}): start that version`);
  }
  return all.filter(({ name }) => !done.includes(name));
}

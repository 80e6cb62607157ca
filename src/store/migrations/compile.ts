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

import type { Kysely } from 'kysely';
import type { SqlValue } from '../../ports/store.ts';
import { type Migration, migrations } from './index.ts';

/** A migration in an engine's words: each step with its values. */
export interface CompiledMigration extends Pick<Migration, 'name' | 'needs'> {
  readonly steps: readonly (readonly [sql: string, values: readonly SqlValue[]])[];
}

/** Migrations, in order; `db` builds for that engine. Default: all of this version. */
export function compileMigrations(
  engine: 'sqlite' | 'postgres',
  db: Kysely<unknown>,
  all: readonly Migration[] = migrations,
): readonly CompiledMigration[] {
  return all.map(({ up, ...mark }) => ({
    ...mark,
    steps: up(db, engine).map((query) => {
      const { sql, parameters } = query.compile();
      return [sql, parameters as readonly SqlValue[]]; // a migration's constants are of the SQL's own kinds
    }),
  }));
}

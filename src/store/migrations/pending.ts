import type { Migration } from './index.ts';

/** That a store has seen a migration. */
export interface Mark {
  readonly name: string;
  /** See {@link Migration.needs}. */
  readonly needs: string | null;
}

/**
 * Those of `all` that a store has not seen. What a newer version has added to it is no obstacle; throws where that one
 * has taken away what this version uses.
 */
export function pendingMigrations<Known extends Pick<Migration, 'name'>>(
  all: readonly Known[],
  marks: readonly Mark[],
): readonly Known[] {
  const known = new Set(all.map(({ name }) => name));
  const tooNew = marks.find(({ name, needs }) => !known.has(name) && needs !== null && !known.has(needs));
  if (tooNew) throw new Error(`a newer version made this store (${tooNew.name}): start that version`);
  const done = new Set(marks.map(({ name }) => name));
  return all.filter(({ name }) => !done.has(name));
}

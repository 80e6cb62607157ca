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

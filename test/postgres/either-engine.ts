import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Tests whose store may be of either engine: all of them are run on SQLite and again on PostgreSQL. */

const root = resolve(import.meta.dirname, '../..');
/** Whoever opens a store for a test does it by this module, which knows the engine. */
const opener = join(root, 'test/store/test-store.ts');

/** Tests beside `test/store/` that are about SQLite alone, by file or folder, with the reason. */
export const onSqliteAlone: Readonly<Record<string, string>> = {
  'test/relay/interleavings':
    'thousands of courses on tables in the memory of the test’s own thread, which only SQLite has',
  'test/relay/lanes-contract.test.ts':
    'test/relay/postgres-lanes.test.ts holds the other kind of lanes to the same contract',
  'test/structure/operating-guide.test.ts': 'the guide’s query is written for the shell of SQLite',
};

/** All test files that lead to the opener by what they import. */
export function onEitherEngine(): readonly string[] {
  const known = new Map<string, readonly string[]>();
  return globSync('test/**/*.test.ts', { cwd: root, exclude: ['test/browser/**'] })
    .filter((file) => !isOnSqliteAlone(file) && leadsToOpener(join(root, file), known))
    .sort();
}

export function isOnSqliteAlone(file: string): boolean {
  return Object.keys(onSqliteAlone).some((place) => file === place || file.startsWith(`${place}/`));
}

function leadsToOpener(file: string, known: Map<string, readonly string[]>): boolean {
  const met = new Set([file]);
  for (const each of met) {
    if (each === opener) return true;
    const imports = known.get(each) ?? importsOf(each);
    known.set(each, imports);
    for (const next of imports) met.add(next);
  }
  return false;
}

/** What it loads: not what it knows the types of. */
function importsOf(file: string): readonly string[] {
  const found = readFileSync(file, 'utf8').matchAll(
    /^(?:import|export)(?! type)[^;]*?'(\.[^']+)';|\bimport\('(\.[^']+)'\)/gm,
  );
  return [...found]
    .map(([, path = '', later = '']) => resolve(dirname(file), path || later))
    .filter((path) => existsSync(path));
}

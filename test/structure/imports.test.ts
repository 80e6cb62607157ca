import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Imports run against the river: a file may use areas of a lower rank and its own, never a neighbour of equal rank. */
const ranks: Readonly<Record<string, number>> = {
  'src/model': 0,
  'src/formats': 1,
  'src/ports': 1,
  'src/store': 2,
  'src/wechat': 2,
  'src/observe': 2,
  'src/config': 2,
  'src/http': 2,
  'src/profile': 2,
  adapters: 2,
  'src/cache': 3,
  'src/media': 3,
  'src/pace': 3,
  'src/relay': 3,
  'src/support': 3,
  'src/agency': 3.5,
  'src/intake': 4,
  'src/settings.ts': 5,
  'src/build.ts': 5,
  'src/media-sources.ts': 5,
  'src/open-media.ts': 5,
  'src/share-store.ts': 5,
  'src/keep-up.ts': 5,
  'src/join-parts.ts': 6,
  'src/app.ts': 7,
  'src/check.ts': 7,
  'src/early-stop.ts': 6,
  'src/lean-heap.ts': 7,
  'src/migrate-store.ts': 7,
  'src/quota.ts': 7,
  'src/start.ts': 8,
  'src/main.ts': 9,
  'src/cli.ts': 9,
};
const areaOf = (file: string) =>
  Object.keys(ranks).find((area) => file === area || file.startsWith(`${area}/`));

function importsOf(file: string): readonly string[] {
  const found = readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport) ?\(?'(\.[^']+)'/g);
  return [...found].map(([, path = '']) => join(dirname(file), path));
}

/** What a file loads when it is loaded itself: its imports but for types, and theirs. */
function loadedBy(file: string, known = new Set<string>()): ReadonlySet<string> {
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(
    /^(?:import|export)(?! type)[^;]*?'([^']+)';/gm,
  )) {
    const loaded = path.startsWith('.') ? join(dirname(file), path) : path;
    if (known.has(loaded)) continue;
    known.add(loaded);
    if (path.startsWith('.')) loadedBy(loaded, known);
  }
  return known;
}

const files = globSync('{src,adapters}/**/*.ts');

describe('imports', () => {
  test.each(files)('%s uses lower ranks only', (file) => {
    const from = areaOf(file) ?? '';
    expect(ranks, `${file} lies in no known area`).toHaveProperty([from]);
    for (const imported of importsOf(file)) {
      const to = areaOf(imported) ?? '';
      const isAllowed = to === from || (ranks[to] ?? 99) < (ranks[from] ?? 0);
      expect(isAllowed, `${file} must not import ${imported}`).toBe(true);
    }
  });

  test.each(files.filter((file) => /^adapters\/[^/]+\//.test(file)))(
    '%s leaves other adapters alone',
    (file) => {
      const own = file.split('/').slice(0, 2).join('/');
      const foreign = importsOf(file).filter(
        (path) => path.startsWith('adapters/') && !path.startsWith(`${own}/`),
      );
      expect(foreign).toEqual([]);
    },
  );

  test.each(files.filter((file) => file.startsWith('src/relay/')))(
    '%s sees the outside through ports',
    (file) => {
      const concrete = importsOf(file).filter((path) =>
        /^src\/(wechat|http|cache|observe|config|media|pace)\//.test(path),
      );
      expect(concrete).toEqual([]);
    },
  );
});

describe('the threads of the store', () => {
  test.each([
    ['worker.ts', 'migrate.ts'],
    ['checkpointer.ts', 'write-ahead-log.ts'],
  ])('%s loads no packages: each store that is opened would wait for them', (thread, used) => {
    const loaded = [...loadedBy(`src/store/sqlite/${thread}`)];
    expect(loaded).toContain(`src/store/sqlite/${used}`);
    expect(loaded.filter((path) => !path.startsWith('src/') && !path.startsWith('node:'))).toEqual([]);
  });
});

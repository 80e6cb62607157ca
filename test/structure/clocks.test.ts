import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/**
 * The files that ask the machine for the time themselves, and why they may. All others are given a `Clock`: its `now()` for
 * times that are written down or shown, its `monotonic()` for how long something takes or lasts.
 */
const reasons: Readonly<Record<string, string>> = {
  'src/ports/clock.ts': 'is the clock that the others are given',
  'src/observe/log.ts': 'stamps lines of the process before anything else is there',
  'src/model/ids.ts':
    'wants ids in the order in which they are made, which it keeps where the clock goes back',
  'src/media/folder-files.ts': 'compares with times of files, which the machine has set',
  'src/media/convert-picture.ts': 'limits how long the processor works, which no test moves',
  'src/media/encode-picture.ts': 'keeps the limit that convert-picture.ts has set',
  'src/store/postgres/instance-locks.ts': 'waits for a database with patience, on its own connection',
  'src/store/postgres/migrate.ts': 'marks for people when a migration was applied',
  'src/store/sqlite/migrate.ts': 'marks for people when a migration was applied',
  'src/store/sqlite/worker.ts': 'measures a commit, on a thread that is given no clock',
};

const asking = /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bhrtime\b/;
const asks = (text: string) => asking.test(text);

describe('the time of the machine', () => {
  test('is asked for only where a reason is given: all else goes by the clock it is given', () => {
    const files = globSync('{src,adapters}/**/*.ts');
    expect(files.length).toBeGreaterThan(300);
    const found = files.filter((file) => asks(readFileSync(file, 'utf8')));
    expect(found.toSorted()).toEqual(Object.keys(reasons).toSorted());
  });

  test.each(['Date.now()', 'now = Date.now', 'new Date()', 'performance.now()', 'process.hrtime.bigint()'])(
    'would be found in %s',
    (text) => expect(asks(text)).toBe(true),
  );

  test.each(['clock.now()', 'new Date(due)', 'clock.monotonic()'])('is not asked for by %s', (text) => {
    expect(asks(text)).toBe(false);
  });
});

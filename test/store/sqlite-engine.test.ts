import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextRound } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { keepRaw } from '../../src/store/raws.ts';
import { rawsAfter } from '../../src/store/retention.ts';
import { statement } from '../../src/store/statement.ts';
import { useStoreFolder } from './folder.ts';
import { run } from './rows.ts';

const folder = useStoreFolder();
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
});

interface Child {
  readonly lines: string[];
  /** Once it has printed so many lines. */
  printed(count: number): Promise<void>;
  kill(): void;
  readonly ended: Promise<unknown>;
}

/** Runs a script of this folder in a process of its own; `limitKiB` is the greatest size of a file it may write. */
function start(
  script: string,
  options: { readonly args?: readonly string[]; readonly limitKiB?: number } = {},
): Child {
  const limit = options.limitKiB === undefined ? 'unlimited' : String(options.limitKiB);
  const file = fileURLToPath(new URL(script, import.meta.url));
  // `ulimit -f` counts in blocks of 1 KiB in bash.
  const command = ['-c', `ulimit -f ${limit}; exec "$0" "$@"`, process.execPath, file, folder.path];
  const child = spawn('bash', [...command, ...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: string[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    child.emit('printed');
  });
  return {
    lines,
    async printed(count) {
      while (lines.length < count) await once(child, 'printed');
    },
    kill: () => child.kill('SIGKILL'),
    ended: once(child, 'close'),
  };
}

const raw = (id: string) =>
  keepRaw({ id, tenant: 'shop', source: 'wechat', at: 0, problem: null, request: '{}' }, 1);
const nowhere = statement('test.nowhere', () => sql`insert into nowhere (id) values (1)`);

describe('a second process on the same file', () => {
  test('is refused', async () => {
    await folder.open();
    const child = start('child-open.ts');
    await child.ended;
    expect(child.lines).toEqual(['storeLocked']);
  });

  test('is refused also within the first', async () => {
    await folder.open();
    await expect(folder.open()).rejects.toMatchObject({ code: 'storeLocked' });
    expect(folder.failures).toEqual([]);
  });

  test('is welcome once the first has closed', async () => {
    const store = await folder.open();
    await store.close();
    const child = start('child-open.ts');
    await child.ended;
    expect(child.lines).toEqual(['open']);
  });

  test('may read meanwhile', async () => {
    const store = await folder.open();
    await store.batch([raw('a_1')]);
    const reader = new DatabaseSync(folder.path, { readOnly: true });
    expect(reader.prepare('select id from raw').all()).toEqual([{ id: 'a_1' }]);
    await store.batch([raw('a_2')]);
    expect(reader.prepare('select id from raw').all()).toHaveLength(2);
    reader.close();
  });
});

describe('a process that is killed', () => {
  test('leaves all that resolved, and a store that is free', async () => {
    const child = start('child-write.ts');
    await child.printed(300);
    child.kill();
    await child.ended;
    const store = await folder.open();
    const kept = new Set((await run(store, rawsAfter({ after: '', most: 1_000_000 }))).map(({ id }) => id));
    expect(child.lines.length).toBeGreaterThanOrEqual(300);
    expect(child.lines.filter((id) => !kept.has(id))).toEqual([]);
  });
});

describe('a disk that is full', () => {
  test('is told as such, and what resolved before stays', async () => {
    const child = start('child-write.ts', { args: ['20000'], limitKiB: 3000 });
    await child.ended;
    expect(child.lines.at(-1)).toBe('storeUnavailable');
    const resolved = child.lines.slice(0, -1);
    const store = await folder.open();
    const kept = await run(store, rawsAfter({ after: '', most: 1_000_000 }));
    expect(resolved.length).toBeGreaterThan(0);
    expect(kept.map(({ id }) => id)).toEqual(expect.arrayContaining(resolved));
    await expect(store.batch([raw('a_later')])).resolves.toEqual([[]]);
  });
});

describe('batches', () => {
  /** A store that has made its statements ready. */
  async function openReady() {
    const store = await folder.open();
    await store.batch([raw('a_0')]);
    folder.commits.length = 0;
    return store;
  }

  const manyOf = (store: Store, count: number) =>
    Promise.all(Array.from({ length: count }, (_, each) => store.batch([raw(`a_${each + 1}`)])));
  const sizes = () => folder.commits.map(({ batches }) => batches);
  const all = () => sizes().reduce((sum, batches) => sum + batches, 0);

  /** What comes while a commit of one batch runs: so many rounds of so many. Resolves when all are committed. */
  async function giveMeanwhile(store: Store, rounds: number, each: number): Promise<void> {
    // As long as somebody else writes, the commit cannot begin.
    const other = new DatabaseSync(folder.path);
    other.exec('begin immediate');
    const taken = [store.batch([raw('b')])];
    for (let round = 0; round < rounds; round += 1) {
      await nextRound();
      for (let place = 0; place < each; place += 1) taken.push(store.batch([raw(`b_${round}_${place}`)]));
    }
    await nextRound();
    other.exec('rollback');
    other.close();
    await Promise.all(taken);
  }

  test('that come while a commit runs go into the next one together', async () => {
    await giveMeanwhile(await openReady(), 20, 20);
    // Of the first batch, of the message that lay ready behind it, and of all that waited for the thread.
    expect(sizes().length).toBeLessThanOrEqual(3);
    expect(all()).toBe(401);
  });

  test('that are few wait for the commit that runs, and are one together', async () => {
    await giveMeanwhile(await openReady(), 5, 2);
    expect(sizes()).toEqual([1, 10]);
  });

  test('that are many in one round are not kept waiting for its end', async () => {
    await manyOf(await openReady(), 192);
    // Two times 40 are all that the thread was asked for.
    expect(sizes()[0]).toBeLessThanOrEqual(80);
    expect(all()).toBe(192);
  });

  test('of one round that are not many are one commit', async () => {
    await manyOf(await openReady(), 39);
    expect(sizes()).toEqual([39]);
  });

  test('that ask for what is not there fail alone, and every time', async () => {
    const store = await folder.open();
    const ends = await Promise.allSettled([
      store.batch([raw('a_1')]),
      store.batch([raw('a_2'), nowhere({})]),
      store.batch([raw('a_3')]),
    ]);
    expect(ends).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'bug', message: expect.stringContaining('nowhere') } },
      { status: 'fulfilled' },
    ]);
    await expect(store.batch([nowhere({})])).rejects.toMatchObject({ code: 'bug' });
    const kept = await run(store, rawsAfter({ after: '', most: 9 }));
    expect(kept.map(({ id }) => id)).toEqual(['a_1', 'a_3']);
    expect(folder.failures).toEqual([]);
  });
});

describe('a store that cannot be opened', () => {
  test('because its path is a folder', async () => {
    mkdirSync(folder.path, { recursive: true });
    await expect(folder.open()).rejects.toMatchObject({ code: 'storeUnavailable' });
  });

  test('because its folder is a file', async () => {
    mkdirSync(dirname(dirname(folder.path)), { recursive: true });
    writeFileSync(dirname(folder.path), '');
    await expect(folder.open()).rejects.toMatchObject({ code: 'storeUnavailable' });
  });

  test('because it is no store: the file stays as it is', async () => {
    mkdirSync(dirname(folder.path), { recursive: true });
    const bytes = 'a letter to somebody\n'.repeat(1000);
    writeFileSync(folder.path, bytes);
    await expect(folder.open()).rejects.toMatchObject({
      code: 'storeUnavailable',
      message: expect.stringContaining('not a database'),
    });
    expect(readFileSync(folder.path, 'utf8')).toBe(bytes);
  });

  test('because it was cut off', async () => {
    const store = await folder.open();
    await store.batch([raw('a_1')]);
    await store.close();
    writeFileSync(folder.path, readFileSync(folder.path).subarray(0, 5000));
    await expect(folder.open()).rejects.toMatchObject({ code: 'storeUnavailable' });
  });

  test('tells nobody that it failed later, and is free again', async () => {
    mkdirSync(dirname(folder.path), { recursive: true });
    writeFileSync(folder.path, 'no store, but as long as one'.repeat(1000));
    await expect(folder.open()).rejects.toThrow();
    writeFileSync(folder.path, '');
    const store = await folder.open();
    await store.batch([raw('a_1')]);
    expect(folder.failures).toEqual([]);
  });
});

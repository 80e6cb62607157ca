import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { keepRaw } from '../../src/store/raws.ts';
import { readSeen } from '../../src/store/seen.ts';
import { Checkpoints, checkpointPages } from '../../src/store/sqlite/checkpoints.ts';
import { WriteAheadLog } from '../../src/store/sqlite/write-ahead-log.ts';
import { useStoreFolder } from './folder.ts';

const threads = vi.hoisted((): { readonly worker: Worker; readonly words: unknown[] }[] => []);

vi.mock('node:worker_threads', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:worker_threads')>();
  class SeenWorker extends original.Worker {
    readonly words: unknown[] = [];
    constructor(...args: ConstructorParameters<typeof original.Worker>) {
      super(...args);
      threads.push({ worker: this, words: this.words });
    }
    override postMessage(word: unknown): void {
      this.words.push(word);
      super.postMessage(word);
    }
  }
  return { ...original, Worker: SeenWorker };
});

const pages = 80;
const options = { pages, onRefused: (error: unknown) => refusals.push(error) };

let folder: string;
let path: string;
let db: DatabaseSync;
let log: WriteAheadLog;
let checkpoints: Checkpoints;
let refusals: unknown[];

beforeEach(() => {
  threads.length = 0;
  folder = mkdtempSync(join(tmpdir(), 'store-'));
  path = join(folder, 'plain.db');
  db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (body TEXT)');
  log = new WriteAheadLog(db);
  refusals = [];
  checkpoints = new Checkpoints(log, path, options);
});

afterEach(async () => {
  await checkpoints.close();
  db.close();
  rmSync(folder, { recursive: true });
});

/** Commits a row of a few pages at a time until the log has so many. */
function commitUntil(length: number): void {
  while (log.look().log < length) {
    db.exec(`INSERT INTO t VALUES ('${'x'.repeat(8000)}')`);
    checkpoints.meet();
  }
}

/** Commits until the thread has been told so often to move the log. */
function commitUntilTold(times: number): void {
  for (let commits = 0; (threads[0]?.words.length ?? 0) < times; commits += 1) {
    // Without an end of its own it would fill the disk, and no time limit could stop it.
    if (commits > 10 * pages)
      throw new Error(`expected the thread to be told ${times} times in ${commits} commits`);
    commit();
  }
}

const commit = () => {
  db.exec("INSERT INTO t VALUES ('y')");
  checkpoints.meet();
};

describe('a log', () => {
  test('that is short is left alone', () => {
    commitUntil(pages - 10);
    expect(threads).toHaveLength(0);
    expect(log.look().checkpointed).toBe(0);
  });

  test('that is long is moved by another thread while commits go on, and begins anew', async () => {
    commitUntil(pages);
    const moved = once(threads[0]?.worker as Worker, 'message');
    commitUntil(2 * pages);
    await moved;
    expect(log.look().checkpointed).toBeGreaterThanOrEqual(pages);
    commit(); // behind it the rest is moved
    expect(log.look().checkpointed).toBe(log.look().log);
    copyFileSync(path, join(folder, 'without-log.db'));
    commit();
    expect(log.look().log).toBeLessThan(pages);

    const file = new DatabaseSync(join(folder, 'without-log.db'));
    const count = (at: DatabaseSync) => at.prepare('SELECT count(*) AS count FROM t').get()?.count;
    expect(count(file)).toBe(Number(count(db)) - 1);
    file.close();
  });

  test('is moved by the same thread the next time', async () => {
    for (let time = 0; time < 3; time += 1) {
      commitUntil(pages);
      await once(threads[0]?.worker as Worker, 'message');
      commit();
      commit();
    }
    expect(threads.map(({ words }) => words)).toEqual([['move', 'move', 'move']]);
  });

  test('that a reader keeps is moved on now and then, not after each commit', async () => {
    const reader = new DatabaseSync(path, { readOnly: true });
    reader.exec('BEGIN; SELECT count(*) FROM t');
    const lengths: number[] = [];
    for (let time = 1; time <= 3; time += 1) {
      commitUntilTold(time);
      lengths.push(log.look().log);
      await once(threads[0]?.worker as Worker, 'message');
      commit();
    }
    const [first = 0, second = 0, third = 0] = lengths;
    expect(first).toBeGreaterThanOrEqual(pages);
    expect(second - first).toBeGreaterThanOrEqual(pages / 8);
    expect(third - second).toBeGreaterThanOrEqual(pages / 8);

    reader.exec('COMMIT');
    reader.close();
    commitUntilTold(4);
    await once(threads[0]?.worker as Worker, 'message');
    commit();
    commit();
    expect(log.look().log).toBeLessThan(pages);
  });

  test('waits for another thread when one died', async () => {
    commitUntil(pages);
    await threads[0]?.worker.terminate();
    commitUntil(pages + pages / 8 + 5);
    expect(threads).toHaveLength(2);
    await once(threads[1]?.worker as Worker, 'message');
    commit();
    commit();
    expect(log.look().log).toBeLessThan(pages);
  });

  test('that another thread cannot move stays, and it is said why', async () => {
    checkpoints = new Checkpoints(log, join(folder, 'none', 'plain.db'), options);
    commitUntil(pages);
    await new Promise((resolve) => threads[0]?.worker.once('exit', resolve)); // 'once' would fail with its error
    expect(refusals).toEqual([expect.objectContaining({ message: 'unable to open database file' })]);
    expect(log.look().checkpointed).toBe(0);
    commitUntil(pages + pages / 4);
    expect(threads.map(({ words }) => words)).toEqual([['move'], ['move']]);
    await new Promise((resolve) => threads[1]?.worker.once('exit', resolve));
  });

  test('that the disk does not take stays, and is tried again', async () => {
    const full = {
      look: () => log.look(),
      move: () => {
        throw new Error('disk full');
      },
    };
    checkpoints = new Checkpoints(full, path, options);
    commitUntil(pages);
    await once(threads[0]?.worker as Worker, 'message');
    commit();
    commitUntil(pages + pages / 4);
    expect(threads.map(({ words }) => words)).toEqual([['move', 'move']]);
    expect(refusals).toEqual([new Error('disk full')]);
  });
});

describe('SQLite', () => {
  test.each([
    ['3.53.4', true],
    ['3.51.0', true],
    ['3.50.4', false],
    ['4.0.1', true],
  ])('%s can be asked about its log: %s', (version, can) => {
    const asked = { prepare: () => ({ get: () => ({ version }) }) } as unknown as DatabaseSync;
    expect(WriteAheadLog.canBeLookedAt(asked)).toBe(can);
  });
});

describe('the store', () => {
  const stores = useStoreFolder();
  const write = (store: Store, id: string, length: number) =>
    store.batch([
      keepRaw({ id, tenant: 'shop', source: 'wechat', at: 0, problem: null, request: 'x'.repeat(length) }, 1),
    ]);
  const read = readSeen({ tenant: 'shop', source: 'push', key: 'none' });
  /** How often the log began anew: its header says so, at the third word. */
  const logNumber = () => {
    const header = Buffer.alloc(32);
    const file = openSync(`${stores.path}-wal`, 'r');
    readSync(file, header);
    closeSync(file);
    return header.readUInt32BE(12);
  };

  test('begins its log anew before it is twice as long as it should be, and leaves none', async () => {
    const store = await stores.open();
    const first = logNumber();
    for (let big = 0; big < 100; big += 1) await write(store, `big_${big}`, 1_000_000);
    // Reads give the other thread time, and write nothing.
    for (let small = 0; logNumber() === first; small += 1) {
      for (let time = 0; time < 50; time += 1) await store.batch([read]);
      await write(store, `small_${small}`, 100);
    }
    expect(statSync(`${stores.path}-wal`).size).toBeLessThan(1.5 * checkpointPages * 4096);
    await store.close();
    expect(existsSync(`${stores.path}-wal`)).toBe(false);
    expect(stores.failures).toEqual([]);
  });

  test('goes on when its log cannot be moved, and says why', async () => {
    const store = await stores.open();
    const first = logNumber();
    renameSync(stores.path, `${stores.path}.away`); // it stays open: only who opens it anew finds none
    mkdirSync(stores.path);
    for (let big = 0; big < 100; big += 1) await write(store, `big_${big}`, 1_000_000);
    while (stores.keptLogs.length === 0) await store.batch([read]);
    expect(stores.keptLogs).toEqual(['unable to open database file']);
    await write(store, 'small', 100);
    expect(logNumber()).toBe(first);
    expect(stores.failures).toEqual([]);
  });
});

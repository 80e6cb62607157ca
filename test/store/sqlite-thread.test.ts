import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { keepRaw } from '../../src/store/raws.ts';
import { useStoreFolder } from './folder.ts';

const threads = vi.hoisted((): Worker[] => []);

vi.mock('node:worker_threads', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:worker_threads')>();
  class SeenWorker extends original.Worker {
    constructor(...args: ConstructorParameters<typeof original.Worker>) {
      super(...args);
      threads.push(this);
    }
  }
  return { ...original, Worker: SeenWorker };
});

const folder = useStoreFolder();

afterEach(() => {
  threads.length = 0;
});

const raw = (id: string) =>
  keepRaw({ id, tenant: 'shop', source: 'wechat', at: 0, problem: null, request: '{}' }, 1);

describe('the thread', () => {
  test.runIf(process.platform === 'linux')('yields to the one that answers', async () => {
    await folder.open();
    const tasks = readdirSync('/proc/self/task');
    const mine = tasks.filter((task) => readFileSync(`/proc/self/task/${task}/comm`, 'utf8') === 'store\n');
    expect(mine.map((task) => getPriority(Number(task)))).toEqual([Math.min(getPriority() + 10, 19)]);
  });
});

describe('a thread that dies', () => {
  test('rejects what was under way, and all that comes', async () => {
    const store = await folder.open();
    const taken = Array.from({ length: 5 }, (_, index) => store.batch([raw(`a_${index}`)]));
    const [ends] = await Promise.all([Promise.allSettled(taken), threads[0]?.terminate()]);
    const failed = { status: 'rejected', reason: { code: 'storeUnavailable' } };
    expect(ends).toMatchObject(ends.map(() => failed));
    await expect(store.batch([raw('b')])).rejects.toMatchObject({ code: 'storeUnavailable' });
    await store.close();
  });

  test('is told once, and leaves the file to the next', async () => {
    await folder.open();
    await threads[0]?.terminate();
    expect(folder.failures).toHaveLength(1);
    const next = await folder.open();
    await expect(next.batch([raw('a_1')])).resolves.toEqual([[]]);
  });

  test('of an error of its own gives the reason', async () => {
    const store = await folder.open();
    threads[0]?.postMessage(null); // which the engine never sends
    await expect(store.batch([raw('a_1')])).rejects.toMatchObject({
      code: 'storeUnavailable',
      cause: expect.any(Error),
    });
    expect(folder.failures).toEqual([expect.any(Error)]);
  });
});

describe('a close', () => {
  test('ends the thread, and is no failure', async () => {
    const store = await folder.open();
    const ended = new Promise((resolve) => threads[0]?.once('exit', resolve));
    await store.batch([raw('a_1')]);
    await store.close();
    expect(await ended).toBe(0);
    expect(folder.failures).toEqual([]);
  });

  test('does not wait for ever for a thread that dies meanwhile', async () => {
    const store = await folder.open();
    const taken = store.batch([raw('a_1')]);
    const [end] = await Promise.all([Promise.allSettled([taken]), store.close(), threads[0]?.terminate()]);
    // Whether it was committed before is not known; that it ended is.
    expect(end).toHaveLength(1);
  });
});

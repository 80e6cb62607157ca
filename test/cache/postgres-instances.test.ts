import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openCache } from '../../src/cache/open.ts';
import { TooSoon } from '../../src/ports/errors.ts';
import { openPostgres } from '../../src/store/postgres/engine.ts';
import { cacheContract } from '../contract/cache.ts';
import { type Line, openLine } from '../postgres/line.ts';
import { borrowPostgresPlace, type PostgresPlace } from '../postgres/place.ts';
import { type Instance, type InstanceOptions, openInstance } from './instances.ts';
import { HOUR, START, tokens } from './open-cache.ts';

let place: PostgresPlace;
const opened: Instance[] = [];
const lines: Line[] = [];

beforeEach(async () => {
  place = await borrowPostgresPlace();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((instance) => instance.close()));
  await Promise.all(lines.splice(0).map((line) => line.close()));
  await place.remove();
});

async function open(options: Partial<InstanceOptions> = {}): Promise<Instance> {
  const instance = await openInstance({ url: place.url, ...options });
  opened.push(instance);
  return instance;
}

/** Bridges beside each other, with one clock. */
async function openThree() {
  const clock = { time: START, now: () => clock.time };
  const instances = [await open({ clock }), await open({ clock }), await open({ clock })] as const;
  return { clock, instances };
}

async function openOverLine() {
  const line = await openLine(place.url);
  lines.push(line);
  return { line, instance: await open({ url: line.url }) };
}

/** Ends when the test says so. */
function slow(value: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const load = vi.fn(() => promise.then(() => ({ value, goodUntil: Date.now() + HOUR })));
  return { load, resolve };
}
const quick = (value: string) => vi.fn(async () => ({ value, goodUntil: Date.now() + HOUR }));
const rejected = async (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

cacheContract('PostgreSQL', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  const options = { url: place.url, connections: 2, alone: false, onFailure: () => {} };
  const stores = await Promise.all([openPostgres(options), openPostgres(options)]);
  let next = 0;
  return {
    open() {
      const store = stores[next++ % stores.length];
      if (!store) throw new Error('expected a store');
      return openCache({ kind: 'store' }, { store, now: () => Date.now() });
    },
    isShared: true,
    pass: (ms) => vi.setSystemTime(Date.now() + ms),
    async close() {
      vi.useRealTimers();
      await Promise.all(stores.map((store) => store.close()));
    },
  };
});

describe('a value that several bridges want', () => {
  test('is loaded once, however many ask on each', async () => {
    const { clock, instances } = await openThree();
    const load = tokens(clock);
    const asked = Array.from({ length: 30 }, (_, index) => instances[index % 3]?.cached('k', load));
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['T1']));
    expect(load).toHaveBeenCalledTimes(1);
  });

  test('would be loaded by each without the lock', async () => {
    const clock = { now: () => START };
    const free = () => open({ clock, alone: (_name, run) => run() });
    const instances = [await free(), await free(), await free()];
    const { load, resolve } = slow('T');
    const asked = instances.map(({ cached }) => cached('k', load));
    await vi.waitFor(() => expect(load).toHaveBeenCalledTimes(3), { timeout: 10_000 });
    resolve();
    expect(await Promise.all(asked)).toEqual(['T', 'T', 'T']);
  });

  test('is loaded once when all find it refused, and counted once', async () => {
    const { clock, instances } = await openThree();
    const load = tokens(clock);
    await Promise.all(instances.map(({ cached }) => cached('k', load)));
    const replaced = Array.from({ length: 30 }, async (_, index) => {
      await instances[index % 3]?.forget('k', 'T1');
      return instances[index % 3]?.cached('k', load);
    });
    expect(new Set(await Promise.all(replaced))).toEqual(new Set(['T2']));
    expect(load).toHaveBeenCalledTimes(2);
    const told = instances.flatMap((instance) => instance.lines);
    expect(told).toEqual([`token.forgotten {"key":"k","earlyByMs":${HOUR},"times":1}`]);
  });

  test('is used by one that has it in hand until it finds it refused; then it takes what the others have', async () => {
    const { clock, instances } = await openThree();
    const [one, other] = instances;
    const load = tokens(clock);
    await Promise.all([one.cached('k', load), other.cached('k', load)]);
    await one.forget('k', 'T1', load);
    expect([await one.cached('k', load), await other.cached('k', load)]).toEqual(['T2', 'T1']);
    expect(await other.forget('k', 'T1', load)).toBeUndefined();
    expect(await other.cached('k', load)).toBe('T2');
    expect(load).toHaveBeenCalledTimes(2);
  });

  test('that dies early again and again is a fight, told once, whoever meets it', async () => {
    const { clock, instances } = await openThree();
    const load = tokens(clock);
    const ends: unknown[] = [];
    for (let number = 1; number <= 6; number += 1) {
      const instance = instances[number % 3];
      const value = (await instance?.cached('k', load)) ?? '';
      ends.push(await instance?.forget('k', value));
      clock.time += 600_000;
    }
    expect(ends).toEqual([1, 2, 3, 4, 5, 6].map((times) => ({ times, isFight: times === 3 })));
  });

  test('is loaded no more often than may be, whoever loads', async () => {
    const { clock, instances } = await openThree();
    const [one, other] = instances;
    const ask = ({ cached }: Instance) => cached('k', tokens(clock), { leastIntervalMs: 10_000 });
    await ask(one);
    await one.forget('k', 'T1');
    clock.time += 4000;
    expect(await rejected(ask(other))).toMatchObject({ waitMs: 6000 });
    clock.time += 6000;
    expect(await ask(other)).toBe('T1');
  });

  test('costs the database nothing while it is in hand', async () => {
    const { line, instance } = await openOverLine();
    await instance.cached('k', quick('T'));
    await line.cut();
    expect(await instance.cached('k', quick('other'))).toBe('T');
    expect(instance.lines).toEqual([]);
  });
});

/** Another bridge, which has begun to load. */
async function startLoading({ silenceMs }: { readonly silenceMs: number }) {
  const args = ['test/cache/child-load.ts', place.url, String(silenceMs)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return {
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    async end() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe('a bridge in the middle of a load', () => {
  test('that is killed lets another load at once', async () => {
    const child = await startLoading({ silenceMs: 15_000 });
    const instance = await open();
    const load = quick('T');
    const asked = instance.cached('k', load);
    await pause(100);
    expect(load).not.toHaveBeenCalled();
    const killedAt = performance.now();
    await child.end();
    expect(await asked).toBe('T');
    expect(performance.now() - killedAt).toBeLessThan(10_000);
  });

  test('that hangs lets another load after a while', async () => {
    const instance = await open();
    const load = quick('T');
    const child = await startLoading({ silenceMs: 4000 });
    child.kill('SIGSTOP');
    try {
      const asked = instance.cached('k', load);
      await pause(100);
      expect(load).not.toHaveBeenCalled();
      expect(await asked).toBe('T');
    } finally {
      await child.end();
    }
  });

  test('that gets no answer lets another load after a while, and takes what that one has', async () => {
    const one = await open({ longestHoldMs: 200 });
    const other = await open();
    const { load, resolve } = slow('late');
    const late = one.cached('k', load);
    await vi.waitFor(() => expect(load).toHaveBeenCalled(), { timeout: 10_000 });
    expect(await other.cached('k', quick('T'))).toBe('T');
    resolve();
    expect(await late).toBe('T');
    expect(await (await open()).cached('k', quick('third'))).toBe('T');
  });

  test('keeps others from loading no longer than they have patience', async () => {
    const one = await open();
    const other = await open({ patienceMs: 100 });
    const { load, resolve } = slow('T');
    const asked = one.cached('k', load);
    await vi.waitFor(() => expect(load).toHaveBeenCalled(), { timeout: 10_000 });
    expect(await rejected(other.cached('k', quick('other')))).toBeInstanceOf(TooSoon);
    resolve();
    expect(await asked).toBe('T');
    expect(await other.cached('k', quick('other'))).toBe('T');
  });

  test('keeps nobody from loading something else', async () => {
    const [one, other] = [await open(), await open()];
    const { load, resolve } = slow('T');
    const asked = one.cached('k', load);
    await vi.waitFor(() => expect(load).toHaveBeenCalled(), { timeout: 10_000 });
    expect(await other.cached('other', quick('T2'))).toBe('T2');
    resolve();
    await asked;
  });

  test('whose connection breaks ends its load, and has what it loaded', async () => {
    const { line, instance } = await openOverLine();
    const { load, resolve } = slow('T');
    const asked = instance.cached('k', load);
    await vi.waitFor(() => expect(load).toHaveBeenCalled(), { timeout: 10_000 });
    await line.cut();
    const other = await open();
    expect(await other.cached('k', quick('T2'))).toBe('T2');
    resolve();
    expect(await asked).toBe('T');
    expect(await instance.cached('k', quick('T3'))).toBe('T');
  });
});

describe('while the database is away', () => {
  test('nothing new is loaded, and all goes on when it is back', async () => {
    const { line, instance } = await openOverLine();
    await instance.cached('in hand', quick('T'));
    await line.cut();
    const load = quick('T1');
    expect(await rejected(instance.cached('k', load))).toMatchObject({ code: 'storeUnavailable' });
    expect(await rejected(instance.forget('in hand', 'T'))).toMatchObject({ code: 'storeUnavailable' });
    expect(load).not.toHaveBeenCalled();
    await line.mend();
    expect(await instance.cached('k', load)).toBe('T1');
  });
});

describe('names', () => {
  test('that one bridge asks for at once are had one after the other, in order', async () => {
    const { alone } = await open();
    const order: string[] = [];
    const run = (name: string) =>
      alone('same', async () => {
        order.push(`${name} begins`);
        await pause(5);
        order.push(`${name} ends`);
      });
    await Promise.all([run('a'), run('b')]);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  test('may be asked for while another is had', async () => {
    const { alone } = await open();
    expect(await alone('account', () => alone('platform', async () => 'T'))).toBe('T');
  });

  test('are free again after a failure', async () => {
    const [one, other] = [await open(), await open()];
    await rejected(one.alone('k', () => Promise.reject(new Error('no'))));
    expect(await other.alone('k', async () => 'free')).toBe('free');
  });
});

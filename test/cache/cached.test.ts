import { Keyv } from 'keyv';
import { describe, expect, test, vi } from 'vitest';
import { TooSoon } from '../../src/ports/errors.ts';
import { HOUR, openCache, START, tokens } from './open-cache.ts';

/** A load that ends when the test says so. */
function slowLoad() {
  const { promise, resolve, reject } = Promise.withResolvers<{ value: string; goodUntil: number }>();
  return { load: vi.fn(() => promise), resolve, reject };
}

const rejected = async (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

describe('a value', () => {
  test('is loaded once however many ask', async () => {
    const { cached } = openCache();
    const { load, resolve } = slowLoad();
    const asked = Array.from({ length: 10 }, () => cached('k', load));
    resolve({ value: 'T', goodUntil: START + 1 });
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['T']));
    expect(load).toHaveBeenCalledTimes(1);
  });

  test('is kept until its end, and not a moment longer', async () => {
    const { cached, clock } = openCache();
    const load = tokens(clock);
    await cached('k', load);
    clock.time = START + HOUR - 1;
    expect(await cached('k', load)).toBe('T1');
    clock.time = START + HOUR;
    expect(await cached('k', load)).toBe('T2');
  });

  test('ends by the clock that is given, whatever the clock of the cache says', async () => {
    const { cached, clock } = openCache();
    vi.useFakeTimers({ toFake: ['Date'], now: START });
    try {
      const load = tokens(clock);
      await cached('k', load);
      vi.setSystemTime(START + 2 * HOUR);
      expect(await cached('k', load)).toBe('T1');
      clock.time = START + 2 * HOUR;
      expect(await cached('k', load)).toBe('T2');
    } finally {
      vi.useRealTimers();
    }
  });

  test('that nobody asks for any more is not kept for ever', async () => {
    const kept = new Map();
    const { cached, clock } = openCache(new Keyv({ store: kept }));
    vi.useFakeTimers({ toFake: ['Date'], now: START });
    const meet = async (from: number, to: number) => {
      const goodUntil = clock.time + HOUR;
      for (let visitor = from; visitor < to; visitor++) {
        await cached(`visitor ${visitor}`, async () => ({ value: 'keys', goodUntil }));
      }
    };
    try {
      await meet(0, 900);
      clock.time += 2 * HOUR;
      vi.setSystemTime(clock.time);
      await meet(900, 1100);
      expect(kept.size).toBe(200);
    } finally {
      vi.useRealTimers();
    }
  });

  test('that was over when it came is given once and loaded anew', async () => {
    const { cached } = openCache();
    const load = vi.fn(async () => ({ value: 'T', goodUntil: START }));
    expect([await cached('k', load), await cached('k', load)]).toEqual(['T', 'T']);
    expect(load).toHaveBeenCalledTimes(2);
  });

  test('is shared by all who use the same cache', async () => {
    const keyv = new Keyv();
    const [one, other] = [openCache(keyv), openCache(keyv)];
    expect(await one.cached('k', tokens(one.clock))).toBe('T1');
    const load = tokens(other.clock);
    expect(await other.cached('k', load)).toBe('T1');
    expect(load).not.toHaveBeenCalled();
  });

  test('waits for no value of another name', async () => {
    const { cached, clock } = openCache();
    const { load, resolve } = slowLoad();
    const waiting = cached('slow', load);
    expect(await cached('k', tokens(clock))).toBe('T1');
    resolve({ value: 'late', goodUntil: START + 1 });
    expect(await waiting).toBe('late');
  });
});

describe('a load that fails', () => {
  test('fails for all who wait, and is not kept', async () => {
    const { cached, clock } = openCache();
    const { load, reject } = slowLoad();
    const asked = Array.from({ length: 3 }, () => rejected(cached('k', load)));
    const error = new Error('no');
    reject(error);
    expect(await Promise.all(asked)).toEqual([error, error, error]);
    expect(await cached('k', tokens(clock))).toBe('T1');
  });

  test('at once fails like any other', async () => {
    const { cached, clock } = openCache();
    const error = new Error('no');
    const load = () => {
      throw error;
    };
    expect(await rejected(cached('k', load))).toBe(error);
    expect(await cached('k', tokens(clock))).toBe('T1');
  });
});

describe('between two loads', () => {
  test('passes at least the time that is asked for', async () => {
    const { cached, forget, clock } = openCache();
    const load = tokens(clock);
    const ask = () => cached('k', load, { leastIntervalMs: 10_000 });
    await ask();
    await forget('k', 'T1');
    clock.time = START + 4000;
    const error = await rejected(ask());
    expect(error).toBeInstanceOf(TooSoon);
    expect(error).toMatchObject({ code: 'callFailed', waitMs: 6000 });
    clock.time = START + 10_000;
    expect(await ask()).toBe('T2');
  });

  test('of which the first failed, too', async () => {
    const { cached, clock } = openCache();
    const ask = (load: Parameters<typeof cached>[1]) => cached('k', load, { leastIntervalMs: 10_000 });
    await rejected(ask(() => Promise.reject(new Error('no'))));
    expect(await rejected(ask(tokens(clock)))).toMatchObject({ waitMs: 10_000 });
    clock.time += 10_000;
    expect(await ask(tokens(clock))).toBe('T1');
  });

  test('of different names passes no time', async () => {
    const { cached, clock } = openCache();
    const load = tokens(clock);
    expect(await cached('a', load, { leastIntervalMs: 10_000 })).toBe('T1');
    expect(await cached('b', load, { leastIntervalMs: 10_000 })).toBe('T2');
  });

  test('a clock that was set back keeps nobody waiting', async () => {
    const { cached, forget, clock } = openCache();
    const load = tokens(clock);
    await cached('k', load, { leastIntervalMs: 10_000 });
    await forget('k', 'T1');
    clock.time = START - HOUR;
    expect(await cached('k', load, { leastIntervalMs: 10_000 })).toBe('T2');
  });
});

describe('a value that is forgotten', () => {
  test('is loaded anew', async () => {
    const { cached, forget, clock } = openCache();
    const load = tokens(clock);
    await forget('k', 'T1');
    await cached('k', load);
    await forget('k', 'T1');
    expect(await cached('k', load)).toBe('T2');
  });

  test('must still be the one that is kept', async () => {
    const { cached, forget, clock, lines } = openCache();
    const load = tokens(clock);
    await cached('k', load);
    await forget('k', 'T0');
    expect(await cached('k', load)).toBe('T1');
    expect(lines).toEqual([]);
  });

  test('takes none with it that is being loaded', async () => {
    const { cached, forget, clock } = openCache();
    await cached('k', tokens(clock));
    clock.time = START + HOUR;
    const { load, resolve } = slowLoad();
    const loading = cached('k', load);
    const forgotten = forget('k', 'T1');
    resolve({ value: 'new', goodUntil: clock.time + HOUR });
    await Promise.all([loading, forgotten]);
    expect(await cached('k', tokens(clock))).toBe('new');
  });

  test('may be given again by its source', async () => {
    const { cached, forget } = openCache();
    const load = vi.fn(async () => ({ value: 'same', goodUntil: START + HOUR }));
    await cached('k', load);
    await forget('k', 'same');
    expect([await cached('k', load), await cached('k', load)]).toEqual(['same', 'same']);
    expect(load).toHaveBeenCalledTimes(2);
  });

  test('before its time is logged and counted, once for all who met it', async () => {
    const { cached, forget, clock, lines } = openCache();
    const load = tokens(clock);
    await cached('k', load);
    clock.time += 1000;
    await Promise.all(Array.from({ length: 5 }, () => forget('k', 'T1')));
    await cached('k', load);
    await forget('k', 'T2');
    expect(lines).toEqual([
      { event: 'token.forgotten', fields: { key: 'k', earlyByMs: HOUR - 1000, times: 1 } },
      { event: 'token.forgotten', fields: { key: 'k', earlyByMs: HOUR, times: 2 } },
    ]);
    expect(JSON.stringify(lines)).not.toContain('T1');
  });

  test('after its time is not counted', async () => {
    const { cached, forget, clock, lines } = openCache();
    await cached('k', tokens(clock));
    clock.time += HOUR;
    await forget('k', 'T1');
    expect(lines).toEqual([]);
  });
});

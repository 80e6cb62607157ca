import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { qiyu } from '../../adapters/qiyu/index.ts';
import { mostWithin, quantile } from '../../bench/numbers.ts';
import { limitFetch } from '../../src/pace/limited.ts';
import type { CallLimit } from '../../src/ports/helpdesk.ts';
import type { HttpResult } from '../../src/ports/http.ts';
import type { LeaseDesk } from '../../src/ports/leases.ts';
import { createTestClock } from '../clock.ts';
import { createTestDesk } from './lease-desk.ts';

const START = 1_700_000_000_000;
const keys = { appKey: 'k', appSecret: 's' };
const each: CallLimit = { name: '', calls: 5, perMs: 1000, scope: 'each' };
const all: CallLimit = { name: '', calls: 20, perMs: 1000, scope: 'all' };
/** Calls that are spaced, as Qiyu's: each window has one slot, and a call needs that of two. */
const spaced: readonly CallLimit[] = [
  { name: '', calls: 1, perMs: 30, scope: 'each' },
  { name: '', calls: 1, perMs: 18, scope: 'all' },
];

interface Times {
  /** A call is on its way for so long; the vendor counts when it arrives. */
  readonly tookMs?: () => number;
  /** Either way of an ask to the store takes so long. */
  readonly askMs?: () => number;
}

/** Instances that call one vendor. */
function openInstances(
  number: number,
  limits: readonly CallLimit[],
  { tookMs = () => 3, askMs = () => 0 }: Times = {},
) {
  const clock = createTestClock(START);
  const desk = createTestDesk(clock.now);
  const arrived: { readonly name: string; readonly at: number }[] = [];
  const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));
  let isAway = false;
  const dead = new Set<number>();
  const deskOf = (instance: number): LeaseDesk => ({
    ...desk,
    exchange: async (asks) => {
      if (isAway) throw new Error('away');
      if (dead.has(instance)) return new Promise(() => {});
      await wait(askMs());
      const answers = await desk.exchange(asks);
      await wait(askMs());
      return answers;
    },
  });
  const fetches = Array.from({ length: number }, (_, index) =>
    limitFetch(
      ({ name }) =>
        new Promise<HttpResult>((resolve) => {
          clock.after(tookMs(), () => {
            arrived.push({ name, at: clock.now() - START });
            resolve({ kind: 'answer', status: 200, headers: {}, body: Buffer.from(name) });
          });
        }),
      limits,
      // Their clocks differ, and so does the time that they have run.
      {
        ...clock,
        now: () => clock.now() + index * 7777,
        monotonic: () => clock.monotonic() + index * 1234,
      },
      { shared: { desk: deskOf(index), name: 'helpdesk main' } },
    ),
  );
  const call = (instance: number, name: string, change: { priority?: number; signal?: AbortSignal } = {}) =>
    fetches[instance]?.({ method: 'POST', url: 'http://desk.example/', name, ...change });
  const timesOf = (name?: string) =>
    arrived.filter((one) => name === undefined || one.name === name).map(({ at }) => at);
  return {
    clock,
    desk,
    arrived,
    call,
    timesOf,
    setAway(value: boolean) {
      isAway = value;
    },
    /** The store hears nothing more of it. */
    kill: (instance: number) => dead.add(instance),
  };
}

const times = (number: number, run: (index: number) => unknown) => {
  for (let index = 0; index < number; index += 1) run(index);
};

describe('a vendor’s limits that instances share', () => {
  test('are used whole by one, and by several together, and never exceeded', async () => {
    for (const number of [1, 3]) {
      const { clock, call, timesOf } = openInstances(number, [each, all]);
      times(number, (instance) =>
        times(240 / number, (index) => call(instance, 'abcdefgh'[index % 8] ?? '')),
      );
      await clock.advance(11_000);
      expect(timesOf().filter((at) => at < 10_000).length).toBeGreaterThanOrEqual(20 * 10 * 0.95);
      expect(mostWithin(timesOf(), 1000)).toBe(20);
      for (const name of 'abcdefgh') expect(mostWithin(timesOf(name), 1000)).toBeLessThanOrEqual(5);
      await clock.advance(20_000);
      expect(timesOf()).toHaveLength(240);
      expect(clock.timers()).toEqual([]);
    }
  }, 60_000);

  test('let calls of one interface pass that another has filled', async () => {
    const { clock, call, timesOf } = openInstances(2, [each, all]);
    times(50, () => call(0, 'a', { priority: 9 }));
    void call(1, 'b');
    await clock.advance(300);
    expect([timesOf('a').length, timesOf('b').length]).toEqual([5, 1]);
    await clock.advance(20_000);
  });

  test.each([1, 2, 3])('far wider than what is said cost %i of them no wait', async (number) => {
    const settings = qiyu.settings.parse({ ...keys, qps: { perInterface: 1000, perTenant: 1000 } });
    // As slow as calls are where the machine is busy: one follows before the other is answered.
    const slow = { tookMs: () => 25, askMs: () => 3 };
    const { clock, call, timesOf } = openInstances(number, qiyu.limits?.(settings) ?? [], slow);
    const waits: number[] = [];
    for (let spoken = 0; spoken < 300; spoken += 1) {
      const from = clock.now();
      void call(spoken % number, 'send')?.then(() => waits.push(clock.now() - from - slow.tookMs()));
      await clock.advance(20);
    }
    await clock.advance(5000);
    expect(waits).toHaveLength(300);
    expect(quantile(waits, 0.9)).toBe(0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(20);
    expect(mostWithin(timesOf(), 1000)).toBeGreaterThan(40);
    expect(clock.timers()).toEqual([]);
  });

  test('of one call at a time come to each in turn, though a call needs two of them', async () => {
    for (const number of [1, 2, 3, 4]) {
      const { clock, call, timesOf } = openInstances(number, spaced);
      let longestMs = 0;
      const keepCalling = async (instance: number, name: string) => {
        while (clock.now() < START + 20_000) {
          const from = clock.now();
          await call(instance, name);
          longestMs = Math.max(longestMs, clock.now() - from);
        }
      };
      times(number * 4, (lane) => void keepCalling(lane % number, lane < number * 3 ? 'a' : 'b'));
      for (let second = 0; second < 25; second += 1) await clock.advance(1000);
      expect(longestMs).toBeLessThan((number + 1) * 1000);
      expect([mostWithin(timesOf('a'), 30), mostWithin(timesOf(), 18)]).toEqual([1, 1]);
      expect(timesOf('a').filter((at) => at < 20_000).length).toBeGreaterThanOrEqual((20_000 / 33) * 0.7);
      expect(clock.timers()).toEqual([]);
    }
  }, 60_000);

  test('of one call at a time are not kept by who has nothing to say', async () => {
    const { clock, call, timesOf } = openInstances(3, spaced);
    for (let number = 0; number < 60; number += 1) {
      void call(number % 3, 'a');
      await clock.advance(300);
      expect(timesOf()).toHaveLength(number + 1);
    }
    await clock.advance(1000);
    expect(clock.timers()).toEqual([]);
  });

  test('of one call at a time are soon the others’ when one dies', async () => {
    const { clock, call, kill, timesOf } = openInstances(3, spaced);
    times(10, () => call(0, 'a'));
    await clock.advance(50);
    kill(0);
    await clock.advance(3000);
    const before = timesOf().length;
    times(30, (index) => call(1 + (index % 2), 'a'));
    await clock.advance(4000);
    expect(timesOf().length).toBe(before + 30);
    expect(mostWithin(timesOf(), 30)).toBe(1);
  });

  test('of one call at a time are never exceeded, and nobody waits much longer than his turn is away', async () => {
    const arrival = fc.record({
      afterMs: fc.oneof(fc.constant(0), fc.nat(100), fc.nat(2000)),
      instance: fc.nat(2),
      name: fc.constantFrom('a', 'b', 'c'),
    });
    const delays = fc.array(fc.oneof(fc.nat(10), fc.nat(100)), { minLength: 3, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(arrival, { minLength: 20, maxLength: 60 }),
        delays,
        async (arrivals, delaysMs) => {
          let number = 0;
          const next = () => delaysMs[number++ % delaysMs.length] ?? 0;
          const times = { tookMs: () => 3 + (number === 0 ? 0 : next()), askMs: next };
          const { clock, call, timesOf } = openInstances(3, spaced, times);
          const waits: number[] = [];
          for (const { afterMs, instance, name } of arrivals) {
            await clock.advance(afterMs);
            const from = clock.now();
            void call(instance, name)?.then(() => waits.push(clock.now() - from));
          }
          await clock.advance(20_000);
          expect(waits).toHaveLength(arrivals.length);
          expect(Math.max(...waits)).toBeLessThan(10_000);
          expect(mostWithin(timesOf(), 18)).toBe(1);
          for (const name of 'abc') expect(mostWithin(timesOf(name), 30)).toBeLessThanOrEqual(1);
          expect(clock.timers()).toEqual([]);
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);

  test('are counted for each vendor’s account on its own', async () => {
    const { clock, call, arrived } = openInstances(1, []);
    times(40, () => call(0, 'a'));
    await clock.advance(100);
    expect(arrived).toHaveLength(40);
  });

  test('let nobody through while the store is away, and say so', async () => {
    const { clock, call, setAway, arrived } = openInstances(1, [all]);
    setAway(true);
    const result = call(0, 'a');
    await clock.advance(200);
    expect(await result).toEqual({ kind: 'notSent', code: 'notCounted' });
    await clock.advance(1000);
    expect([arrived, clock.timers()]).toEqual([[], []]);
    setAway(false);
    const next = call(0, 'a');
    await clock.advance(500);
    expect(await next).toMatchObject({ kind: 'answer' });
    await clock.advance(5000);
  });

  test('are never exceeded whatever comes where, and no call is forgotten', async () => {
    const arrival = fc.record({
      afterMs: fc.oneof(fc.constant(0), fc.nat(400)),
      instance: fc.nat(2),
      name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      priority: fc.nat(2),
      isGivenUp: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(arrival, { minLength: 20, maxLength: 120 }),
        fc.array(fc.oneof(fc.nat(20), fc.nat(600)), { minLength: 3, maxLength: 20 }),
        async (arrivals, slower) => {
          let calls = 0;
          const tookMs = () => {
            calls += 1;
            return 1 + (calls === 1 ? 0 : (slower[calls % slower.length] ?? 0));
          };
          const { clock, call, timesOf } = openInstances(3, [each, all], { tookMs });
          const results: (Promise<HttpResult> | undefined)[] = [];
          for (const { afterMs, instance, name, priority, isGivenUp } of arrivals) {
            await clock.advance(afterMs);
            const control = new AbortController();
            results.push(call(instance, name, { priority, signal: control.signal }));
            if (isGivenUp) control.abort();
          }
          await clock.advance(60_000);
          const kinds = (await Promise.all(results)).map((result) => result?.kind);
          expect(kinds.filter((kind) => kind === 'answer')).toHaveLength(timesOf().length);
          expect(clock.timers()).toEqual([]);
          expect(mostWithin(timesOf(), 1000)).toBeLessThanOrEqual(20);
          for (const name of 'abcdef') expect(mostWithin(timesOf(name), 1000)).toBeLessThanOrEqual(5);
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);
});

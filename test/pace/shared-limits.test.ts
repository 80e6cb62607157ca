import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mostWithin } from '../../bench/numbers.ts';
import { limitFetch } from '../../src/pace/limited.ts';
import type { CallLimit } from '../../src/ports/helpdesk.ts';
import type { HttpResult } from '../../src/ports/http.ts';
import type { LeaseDesk } from '../../src/ports/leases.ts';
import { createTestClock } from '../clock.ts';
import { createTestDesk } from './lease-desk.ts';

const START = 1_700_000_000_000;
const each: CallLimit = { name: '', calls: 5, perMs: 1000, scope: 'each' };
const all: CallLimit = { name: '', calls: 20, perMs: 1000, scope: 'all' };

/** Instances whose calls of one vendor are on their way for `tookMs`; the vendor counts when they arrive. */
function openInstances(number: number, limits: readonly CallLimit[], tookMs: () => number = () => 3) {
  const clock = createTestClock(START);
  const desk = createTestDesk(clock.now);
  const arrived: { readonly name: string; readonly at: number }[] = [];
  let isAway = false;
  const sharedDesk: LeaseDesk = {
    ...desk,
    exchange: async (asks) => {
      if (isAway) throw new Error('away');
      return desk.exchange(asks);
    },
  };
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
      { ...clock, now: () => clock.now() + index * 7777 },
      {
        shared: {
          desk: sharedDesk,
          name: 'helpdesk main',
          elapsedMs: () => clock.now() - START + index * 1234,
        },
      },
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
          const { clock, call, timesOf } = openInstances(3, [each, all], () => {
            calls += 1;
            return 1 + (calls === 1 ? 0 : (slower[calls % slower.length] ?? 0));
          });
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

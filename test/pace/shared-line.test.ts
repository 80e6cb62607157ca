import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mostWithin, quantile } from '../../bench/numbers.ts';
import type { ApiLimits } from '../../src/ports/pace.ts';
import { createTestClock } from '../clock.ts';
import { type Instance, openFleet, type Ways } from './fleet.ts';
import { createTestDesk } from './lease-desk.ts';

const START = 1_700_000_000_000;
const quick: Ways = { there: () => 4, back: () => 4, askThere: () => 2, askBack: () => 2 };

function openScene(limits: ApiLimits = { perSecond: 20 }) {
  const clock = createTestClock(START);
  const desk = createTestDesk(clock.now);
  const fleet = openFleet(clock, desk, limits);
  /** So many arrived in that time since the start. */
  const countOf = (fromMs: number, toMs: number) =>
    fleet.arrived.filter((at) => at >= START + fromMs && at < START + toMs).length;
  const stopAll = (instances: readonly Instance[]) =>
    Promise.all([...instances.map((instance) => instance.stop()), clock.advance(10_000)]);
  return { clock, desk, ...fleet, countOf, stopAll };
}

describe('a limit that instances share', () => {
  test.each([1, 2, 3, 4])('is used whole by %i of them, and never exceeded', async (number) => {
    const { clock, start, arrived, countOf, stopAll } = openScene();
    const instances = Array.from({ length: number }, () => start(quick));
    for (const instance of instances) instance.backlog(32);
    await clock.advance(20_000);
    expect(mostWithin(arrived, 980)).toBe(20);
    expect(countOf(0, 20_000)).toBeGreaterThanOrEqual(20 * 20 * 0.98);
    await stopAll(instances);
    expect(clock.timers()).toEqual([]);
  });

  test.each([1, 2])(
    'far wider than what is said costs %i of them no wait, however slow the store is',
    async (number) => {
      const { clock, start, arrived, stopAll } = openScene({ perSecond: 10_000, perMinute: 1_000_000 });
      const slow: Ways = { there: () => 8, back: () => 8, askThere: () => 40, askBack: () => 40 };
      const instances = Array.from({ length: number }, () => start(slow));
      const said: number[] = [];
      for (let spoken = 0; spoken < 250; spoken += 1) {
        said.push(clock.now());
        instances[spoken % number]?.call(1);
        await clock.advance(20);
      }
      await clock.advance(1000);
      expect(arrived).toHaveLength(250);
      const waits = arrived
        .toSorted((one, other) => one - other)
        .map((at, place) => at - slow.there() - (said[place] ?? 0));
      expect(quantile(waits, 0.75)).toBe(0);
      expect(Math.max(...waits)).toBeLessThan(250);
      await stopAll(instances);
      expect(clock.timers()).toEqual([]);
    },
  );

  test('is used whole by the one that has all the work, whoever else is there', async () => {
    const { clock, start, arrived, countOf, stopAll } = openScene();
    const [busy, ...others] = [start(quick), start(quick), start(quick), start(quick)];
    for (const other of others) other.call(5);
    await clock.advance(5000);
    busy.backlog(32);
    await clock.advance(20_000);
    expect(countOf(5000, 25_000)).toBeGreaterThanOrEqual(20 * 20 * 0.98);
    expect(mostWithin(arrived, 980)).toBe(20);
    await stopAll([busy, ...others]);
  });

  test('is used whole when one joins, and one that joins has its share soon', async () => {
    const { clock, start, arrived, countOf, stopAll } = openScene();
    const first = start(quick);
    first.backlog(32);
    await clock.advance(5000);
    const before = arrived.length;
    const second = start({ ...quick, there: () => 30, back: () => 30 });
    second.backlog(32);
    await clock.advance(15_000);
    expect(countOf(5000, 20_000)).toBeGreaterThanOrEqual(20 * 15 * 0.95);
    expect(mostWithin(arrived, 980)).toBe(20);
    first.kill();
    const alone = arrived.length;
    await clock.advance(1000);
    expect(before).toBeGreaterThanOrEqual(95);
    expect(arrived.length - alone).toBeGreaterThanOrEqual(9);
    await stopAll([second]);
  });

  test('is shared alike by those that have enough to do', async () => {
    const clock = createTestClock(START);
    const desk = createTestDesk(clock.now);
    const fleets = Array.from({ length: 3 }, () => openFleet(clock, desk, { perSecond: 9 }));
    const instances = fleets.map(({ start }) => start(quick));
    for (const instance of instances) instance.backlog(20);
    await clock.advance(30_000);
    for (const { arrived } of fleets) expect(arrived.length / 30).toBeCloseTo(3, 0);
    await Promise.all([...instances.map((instance) => instance.stop()), clock.advance(10_000)]);
  });

  test('of one call a second comes to each in turn', async () => {
    const clock = createTestClock(START);
    const desk = createTestDesk(clock.now);
    const fleets = Array.from({ length: 3 }, () => openFleet(clock, desk, { perSecond: 1 }));
    const instances = fleets.map(({ start }) => start(quick));
    for (const instance of instances) instance.backlog(4);
    await clock.advance(60_000);
    const all = fleets.flatMap(({ arrived }) => arrived);
    expect(mostWithin(all, 980)).toBe(1);
    expect(all.length).toBeGreaterThanOrEqual(60 * 0.9);
    for (const { arrived } of fleets) expect(arrived.length).toBeGreaterThanOrEqual(12);
    await Promise.all([...instances.map((instance) => instance.stop()), clock.advance(10_000)]);
  });

  test('of a minute is used whole, and by those who come late as well', async () => {
    const { clock, start, arrived, countOf, stopAll } = openScene({ perSecond: 20, perMinute: 300 });
    const [first, second] = [start(quick), start(quick)];
    first.backlog(32);
    await clock.advance(30_000);
    second.backlog(32);
    await clock.advance(210_000);
    expect(mostWithin(arrived, 60_000)).toBe(300);
    expect(countOf(0, 240_000)).toBeGreaterThanOrEqual(300 * 4 * 0.95);
    await stopAll([first, second]);
  }, 60_000);
});

describe('an instance', () => {
  test('that is idle holds nothing, and asks nothing', async () => {
    const { clock, desk, start } = openScene();
    const [idle, other] = [start(quick), start(quick)];
    idle.call(3);
    await clock.advance(3000);
    expect(clock.timers()).toEqual([]);
    expect(desk.held('line 980')).toBeLessThanOrEqual(3);
    other.call(20);
    await clock.advance(1100);
    expect(desk.held('line 980')).toBeGreaterThanOrEqual(20);
    await Promise.all([idle.stop(), other.stop(), clock.advance(10_000)]);
  });

  test('that dies holds what it had until that is void, and no longer', async () => {
    const { clock, start, arrived, countOf } = openScene();
    const dead = start(quick);
    dead.backlog(32);
    await clock.advance(3000);
    dead.kill();
    const heir = start(quick);
    heir.backlog(32);
    await clock.advance(9000);
    expect(mostWithin(arrived, 980)).toBe(20);
    expect(countOf(3100, 4000)).toBe(0);
    expect(countOf(7000, 12_000)).toBeGreaterThanOrEqual(97);
    heir.kill();
  });

  test('that wakes after its leases ended uses none of them', async () => {
    const { clock, start, arrived, countOf } = openScene();
    const [sleeper, other] = [start(quick), start(quick)];
    sleeper.backlog(32);
    await clock.advance(3000);
    sleeper.freeze();
    other.backlog(32);
    await clock.advance(9000);
    sleeper.thaw();
    await clock.advance(9000);
    expect(mostWithin(arrived, 980)).toBe(20);
    expect(countOf(12_000, 20_000)).toBeGreaterThanOrEqual(20 * 8 * 0.95);
    sleeper.kill();
    other.kill();
  });

  test('that stops gives all back at once, to one whose calls are quicker on their way as well', async () => {
    const { clock, start, arrived, countOf, stopAll } = openScene();
    const [first, second] = [start({ ...quick, there: () => 80, back: () => 80 }), start(quick)];
    first.backlog(32);
    await clock.advance(3000);
    second.backlog(32);
    await clock.advance(5000);
    await Promise.all([first.stop(), clock.advance(1000)]);
    await clock.advance(9000);
    expect(countOf(9500, 18_000)).toBeGreaterThanOrEqual(20 * 8.5 * 0.97);
    expect(mostWithin(arrived, 980)).toBe(20);
    await stopAll([second]);
  });
});

/** What may happen to instances, each by its place among those that there are. */
const event = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 4000 })),
  what: fc.constantFrom('start', 'call', 'call', 'backlog', 'freeze', 'thaw', 'kill', 'stop'),
  which: fc.nat(3),
  calls: fc.integer({ min: 1, max: 12 }),
  baseMs: fc.integer({ min: 1, max: 60 }),
});

/** Ways whose least is `baseMs` each; all are slower by what comes next. */
function waysOf(baseMs: number, slower: readonly number[]): Ways {
  let calls = 0;
  let asks = 0;
  const next = (index: number) => slower[index % slower.length] ?? 0;
  return {
    there: () => baseMs + Math.min(1900, next(calls++)),
    back: () => baseMs,
    askThere: () => next(asks++),
    askBack: () => next(asks++ * 7),
  };
}

test('no window is ever too full, whoever comes, hangs, wakes, stops and dies when', async () => {
  const slower = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.nat(10) },
      { weight: 2, arbitrary: fc.nat(100) },
      { weight: 1, arbitrary: fc.nat(3000) },
    ),
    { minLength: 5, maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 8 }),
      fc.array(event, { minLength: 5, maxLength: 40 }),
      slower,
      async (perSecond, events, delays) => {
        const { clock, start, arrived } = openScene({ perSecond, perMinute: perSecond * 30 });
        const instances: Instance[] = [];
        const alive = () => instances.filter((instance) => !gone.has(instance));
        const gone = new Set<Instance>();
        for (const { afterMs, what, which, calls, baseMs } of events) {
          await clock.advance(afterMs);
          const one = alive()[which % Math.max(1, alive().length)];
          if (what === 'start' || !one) {
            if (alive().length < 4) instances.push(start(waysOf(baseMs, delays)));
          } else if (what === 'call') one.call(calls);
          else if (what === 'backlog') one.backlog(Math.min(4, calls));
          else if (what === 'freeze') one.freeze();
          else if (what === 'thaw') one.thaw();
          else {
            gone.add(one);
            if (what === 'kill') one.kill();
            else void one.stop();
          }
        }
        for (const instance of instances) instance.thaw();
        await clock.advance(5000);
        expect(mostWithin(arrived, 980)).toBeLessThanOrEqual(perSecond);
        expect(mostWithin(arrived, 60_000)).toBeLessThanOrEqual(perSecond * 30);
        for (const instance of instances) instance.kill();
      },
    ),
    { numRuns: Number(process.env.SHARED_LINE_RUNS ?? 50) },
  );
}, 120_000);

import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { mostWithin } from '../../bench/numbers.ts';
import { Line } from '../../src/pace/line.ts';
import type { ApiLimits, PaceEntry } from '../../src/ports/pace.ts';
import { createTestClock, type TestClock } from '../clock.ts';

const START = 1_700_000_000_000;
let clock: TestClock;

/**
 * A line whose calls take `tookMs` there and back, and are prepared for `preparedMs` after they may leave; the clock on the
 * wall may be set, the time that passes may not.
 */
function openLine(
  limits: ApiLimits,
  tookMs: (call: string) => number = () => 0,
  preparedMs: (call: string) => number = () => 0,
) {
  clock = createTestClock(START);
  let wallOffsetMs = 0;
  const line = new Line({
    clock: {
      ...clock,
      now: () => clock.now() + wallOffsetMs,
      monotonic: () => clock.monotonic() - 1e6, // its beginning means nothing
    },
    permits: { spend: () => true, unspend: () => {}, fill: async () => undefined },
    onUsedUp: () => {},
  });
  line.limit(limits);
  const left: { readonly call: string; readonly at: number }[] = [];
  const arrived: number[] = [];
  const entries: PaceEntry[] = [];
  const call = async (name: string, change: { priority?: number; signal?: AbortSignal } = {}) => {
    const entry = await line.enter(change);
    entries.push(entry);
    if (entry.kind === 'putOff') return entry;
    const { permit } = entry;
    const leave = () => {
      if (!permit.use()) return;
      left.push({ call: name, at: clock.now() - START });
      // It is on its way for the whole of its time at the worst.
      clock.after(tookMs(name), () => {
        arrived.push(clock.now() - START);
        permit.arrived();
      });
    };
    if (preparedMs(name) === 0) leave();
    else clock.after(preparedMs(name), leave);
    return entry;
  };
  return {
    line,
    call,
    left,
    arrived,
    entries,
    setClock(ms: number) {
      wallOffsetMs += ms;
    },
  };
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => String(index));

describe('a line', () => {
  afterEach(() => expect(clock.timers()).toEqual([]));

  test('spreads a second’s calls over it, and lets no more go in any second', async () => {
    const { call, left } = openLine({ perSecond: 4 });
    for (const name of numbered(12)) void call(name);
    await clock.advance(10_000);
    const times = left.map(({ at }) => at);
    expect(mostWithin(times, 980)).toBe(4);
    expect(times.slice(0, 5)).toEqual([0, 250, 500, 750, 1000]);
    expect(times.at(-1)).toBeLessThan(3000);
  });

  test('counts a call from when it can have arrived: one that is slow makes those after it wait', async () => {
    const { call, arrived } = openLine({ perSecond: 2 }, (name) => (name === '0' ? 800 : 5));
    for (const name of numbered(9)) void call(name);
    await clock.advance(20_000);
    expect(arrived).toHaveLength(9);
    expect(mostWithin(arrived, 980)).toBe(2);
  });

  test('loses little to answers that always take long, once it has seen many', async () => {
    const { call, left, arrived } = openLine({ perSecond: 10 }, () => 250);
    for (const name of numbered(910)) void call(name);
    await clock.advance(120_000);
    const from = left[550]?.at ?? 0;
    expect(left.filter(({ at }) => at >= from && at < from + 30_000).length).toBeGreaterThanOrEqual(
      10 * 30 * 0.95,
    );
    expect(arrived).toHaveLength(910);
    expect(mostWithin(arrived, 980)).toBe(10);
  });

  test('takes what was slow for a while for no measure of what is quick', async () => {
    let calls = 0;
    const { call, arrived } = openLine({ perSecond: 10 }, () => (calls++ < 100 ? 60 : 2));
    for (const name of numbered(150)) void call(name);
    await clock.advance(20_000);
    expect(arrived).toHaveLength(150);
    expect(mostWithin(arrived, 980)).toBe(10);
  });

  test('does not wait for an answer that never comes', async () => {
    const { call, left } = openLine({ perSecond: 1 }, () => 60_000);
    for (const name of numbered(3)) void call(name);
    await clock.advance(6100);
    expect(left.map(({ at }) => at)).toEqual([0, 2980, 5960]);
    await clock.advance(70_000);
  });

  test('takes the higher priority first, and else goes by order', async () => {
    const { call, left } = openLine({ perSecond: 1 });
    for (const name of ['a', 'b', 'c']) void call(name);
    for (const name of ['x', 'y']) void call(name, { priority: 1 });
    await clock.advance(10_000);
    expect(left.map((one) => one.call)).toEqual(['a', 'x', 'y', 'b', 'c']);
  });

  test('gives the place of a call that is not made to the next', async () => {
    const { line } = openLine({ perSecond: 2 });
    const permits = await Promise.all(
      numbered(2).map(async () => {
        const entry = line.enter({});
        await clock.advance(500);
        const made = await entry;
        return made.kind === 'go' ? made.permit : undefined;
      }),
    );
    let isThere = false;
    void line.enter({}).then(() => {
      isThere = true;
    });
    await clock.advance(4000);
    expect(isThere).toBe(false);
    permits[0]?.giveBack();
    await clock.advance(1);
    expect(isThere).toBe(true);
    expect(permits[0]?.use()).toBe(false);
    expect([permits[1]?.use(), permits[1]?.use()]).toEqual([true, false]);
    permits[1]?.giveBack();
    await clock.advance(2000);
  });

  test('remembers what was called when a limit that was lifted comes back', async () => {
    const { line, call, left } = openLine({});
    const rate = { calls: 2, perMs: 3000 };
    line.limit({}, rate);
    for (const name of ['a', 'b']) void call(name);
    await clock.advance(100);
    line.limit({});
    line.limit({}, rate);
    void call('c');
    await clock.advance(10_000);
    expect(left.map(({ at }) => at)).toEqual([0, 0, 3000]);
  });

  test('puts off whoever would wait long until there is room', async () => {
    const { call, entries, left } = openLine({ perMinute: 2 });
    for (const name of ['a', 'b', 'c', 'd']) void call(name);
    await clock.settle();
    expect(left).toHaveLength(2);
    expect(entries.slice(2)).toEqual([
      { kind: 'putOff', untilMs: START + 60_000 },
      { kind: 'putOff', untilMs: START + 60_000 },
    ]);
    await clock.advance(60_000);
    expect((await call('c')).kind).toBe('go');
    await clock.advance(1000);
  });

  test('puts off all who wait when a pause begins, and takes calls again when it is over', async () => {
    const { call, entries, line } = openLine({ perSecond: 1 });
    for (const name of ['a', 'b', 'c']) void call(name);
    await clock.settle();
    line.stop({ untilMs: START + 30_000, code: '45011' });
    await clock.settle();
    expect(entries.map(({ kind }) => kind)).toEqual(['go', 'putOff', 'putOff']);
    await clock.advance(30_000);
    expect((await call('b')).kind).toBe('go');
    await clock.advance(1000);
  });

  test('lets go of whoever gives up', async () => {
    const { call, left } = openLine({ perSecond: 1 });
    const control = new AbortController();
    void call('a');
    const given = call('b', { signal: control.signal });
    void call('c');
    await clock.settle();
    control.abort();
    expect((await given).kind).toBe('putOff');
    await clock.advance(3000);
    expect(left.map((one) => one.call)).toEqual(['a', 'c']);
  });

  test.each([
    ['back', -7_200_000],
    ['forward', 7_200_000],
  ])('goes on at its pace when the clock is set %s two hours', async (_, jumpMs) => {
    const { call, left, setClock } = openLine({ perSecond: 5 });
    for (const name of numbered(20)) void call(name);
    await clock.advance(500);
    setClock(jumpMs);
    await clock.advance(10_000);
    expect(left).toHaveLength(20);
    expect(left.at(-1)?.at).toBeLessThan(4000);
    expect(
      mostWithin(
        left.map(({ at }) => at),
        980,
      ),
    ).toBe(5);
  });

  test('is paused no longer than it was told, although the clock is set back', async () => {
    const { call, line, setClock } = openLine({});
    line.stop({ untilMs: START + 30_000, code: '45011' });
    setClock(-7_200_000);
    await clock.advance(29_000);
    expect((await call('a')).kind).toBe('putOff');
    await clock.advance(3000);
    expect((await call('a')).kind).toBe('go');
    await clock.advance(1000);
  });

  test('keeps every window, its order and its people, whatever comes when and takes how long', async () => {
    const arrival = fc.record({
      afterMs: fc.integer({ min: 0, max: 900 }),
      tookMs: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 900 })),
      preparedMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 400 })),
      jumpMs: fc.oneof(
        { weight: 8, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: -1e7, max: 1e7 }) },
      ),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(arrival, { minLength: 1, maxLength: 50 }),
        async (perSecond, arrivals) => {
          // The first is as quick as any: what is quicker than all before it has been given a little too much room.
          const tookMs = (name: string) => (name === '0' ? 1 : (arrivals[Number(name)]?.tookMs ?? 0));
          const preparedMs = (name: string) => arrivals[Number(name)]?.preparedMs ?? 0;
          const { call, left, arrived, entries, setClock } = openLine({ perSecond }, tookMs, preparedMs);
          for (const [index, { afterMs, jumpMs }] of arrivals.entries()) {
            await clock.advance(afterMs);
            setClock(jumpMs);
            void call(String(index));
          }
          await clock.advance(3000 * arrivals.length);
          expect(left.map((one) => one.call).toSorted()).toEqual(numbered(arrivals.length).toSorted());
          expect(entries.every(({ kind }) => kind === 'go')).toBe(true);
          expect(
            mostWithin(
              arrived.toSorted((a, b) => a - b),
              980,
            ),
          ).toBeLessThanOrEqual(perSecond);
          expect(clock.timers()).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});

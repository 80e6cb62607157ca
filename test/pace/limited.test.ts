import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { limitFetch } from '../../src/pace/limited.ts';
import type { CallLimit } from '../../src/ports/helpdesk.ts';
import type { HttpCall, HttpResult } from '../../src/ports/http.ts';
import { createTestClock } from '../clock.ts';

const START = 1_700_000_000_000;
const each: CallLimit = { name: '', calls: 5, perMs: 1000, scope: 'each' };
const all: CallLimit = { name: '', calls: 20, perMs: 1000, scope: 'all' };

interface Sent {
  readonly name: string;
  readonly at: number;
}

function openLimited(limits: readonly CallLimit[]) {
  const clock = createTestClock(START);
  const sent: Sent[] = [];
  const fetch = async ({ name }: HttpCall): Promise<HttpResult> => {
    sent.push({ name, at: clock.now() - START });
    return { kind: 'answer', status: 200, headers: {}, body: Buffer.from(name) };
  };
  const limited = limitFetch(fetch, limits, clock);
  const call = (name: string, change: Partial<HttpCall> = {}) =>
    limited({ method: 'POST', url: 'http://desk.example/', name, ...change });
  return { clock, sent, call };
}

/** The most calls in any window, wherever it begins. */
function mostWithin(sent: readonly Sent[], windowMs: number): number {
  return Math.max(
    0,
    ...sent.map(({ at }) => sent.filter((one) => one.at >= at && one.at < at + windowMs).length),
  );
}

const times = (number: number, run: () => unknown) => Array.from({ length: number }, run);

describe('a limit', () => {
  test('lets through what it allows at once, and the rest when there is room', async () => {
    const { clock, sent, call } = openLimited([{ ...all, calls: 2 }]);
    times(5, () => call('a'));
    await clock.advance(10_000);
    expect(sent.map(({ at }) => at)).toEqual([0, 0, 1000, 1000, 2000]);
  });

  test('looks at a window that slides', async () => {
    const { clock, sent, call } = openLimited([{ ...all, calls: 2 }]);
    void call('a');
    await clock.advance(900);
    times(3, () => call('a'));
    await clock.advance(10_000);
    expect(sent.map(({ at }) => at)).toEqual([0, 900, 1000, 1900]);
  });

  test('tells of calls that waited long for it', async () => {
    const clock = createTestClock(START);
    const debug = vi.fn();
    const fetch = async (): Promise<HttpResult> => ({ kind: 'lost', code: 'a' });
    const limited = limitFetch(fetch, [{ ...all, calls: 1 }], clock, { log: { debug } });
    times(3, () => limited({ method: 'GET', url: '', name: 'a' }));
    await clock.advance(5000);
    expect(debug.mock.calls).toEqual([
      ['call.waited', { call: 'a', waitedMs: 1000 }],
      ['call.waited', { call: 'a', waitedMs: 2000 }],
    ]);
  });

  test('for each name counts names on their own', async () => {
    const { clock, sent, call } = openLimited([{ ...each, calls: 1 }]);
    for (const name of ['a', 'b', 'a', 'b']) void call(name);
    await clock.advance(10_000);
    expect(sent).toEqual([
      { name: 'a', at: 0 },
      { name: 'b', at: 0 },
      { name: 'a', at: 1000 },
      { name: 'b', at: 1000 },
    ]);
  });

  test('concerns only the names that begin as it says', async () => {
    const { clock, sent, call } = openLimited([{ ...all, name: '/send', calls: 1 }]);
    for (const name of ['/send/text', '/send/image', '/token', '/token']) void call(name);
    await clock.advance(10_000);
    expect(sent.map(({ name, at }) => `${name} ${at}`)).toEqual([
      '/send/text 0',
      '/token 0',
      '/token 0',
      '/send/image 1000',
    ]);
  });

  test('gives back what the call gave', async () => {
    const { call } = openLimited([each]);
    expect(await call('a')).toMatchObject({ kind: 'answer', body: Buffer.from('a') });
  });

  test('that is full for one name lets others pass', async () => {
    const { clock, sent, call } = openLimited([each, all]);
    times(50, () => call('a', { priority: 9 }));
    void call('b');
    await clock.settle();
    expect(sent.map(({ name }) => name)).toEqual(['a', 'a', 'a', 'a', 'a', 'b']);
  });

  test.each([
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ])('neither opens nor blocks when the clock is set %s an hour', async (_, jumpMs) => {
    const clock = createTestClock(START);
    let shift = 0;
    const sent: number[] = [];
    const fetch = async (): Promise<HttpResult> => {
      sent.push(clock.now() - START);
      return { kind: 'lost', code: 'a' };
    };
    const limited = limitFetch(fetch, [{ ...all, calls: 1 }], { ...clock, now: () => clock.now() + shift });
    const call = () => limited({ method: 'GET', url: '', name: 'a' });
    void call();
    await clock.advance(600);
    shift = jumpMs;
    times(2, call);
    await clock.advance(5000);
    expect(sent).toEqual([0, 1000, 2000]);
  });
});

describe('calls that wait', () => {
  test('leave by priority, then in the order they came', async () => {
    const { clock, sent, call } = openLimited([{ ...all, calls: 1 }]);
    void call('first');
    for (const [name, priority] of [
      ['b', 0],
      ['a', 1],
      ['c', 0],
      ['low', -1],
      ['a2', 1],
    ] as const) {
      void call(name, { priority });
    }
    await clock.advance(10_000);
    expect(sent.map(({ name }) => name)).toEqual(['first', 'a', 'a2', 'b', 'c', 'low']);
  });

  test('are sealed when they leave', async () => {
    const { clock, call } = openLimited([{ ...all, calls: 1 }]);
    const seal = vi.fn(() => ({ url: '' }));
    const limited = limitFetch(
      async (made) => {
        made.seal?.();
        return { kind: 'lost', code: 'a' };
      },
      [{ ...all, calls: 1 }],
      clock,
    );
    const call1 = { method: 'GET', url: '', name: 'a', seal } as const;
    void limited(call1);
    void limited(call1);
    await clock.settle();
    expect(seal).toHaveBeenCalledTimes(1);
    await clock.advance(1000);
    expect(seal).toHaveBeenCalledTimes(2);
    void call('unused');
  });

  test('give their place back when they are given up', async () => {
    const { clock, sent, call } = openLimited([{ ...all, calls: 1 }]);
    const control = new AbortController();
    void call('first');
    const given = call('given up', { signal: control.signal });
    void call('third');
    control.abort();
    expect(await given).toEqual({ kind: 'notSent', code: 'aborted' });
    await clock.advance(10_000);
    expect(sent).toEqual([
      { name: 'first', at: 0 },
      { name: 'third', at: 1000 },
    ]);
  });

  test('take no place where they were given up before they came', async () => {
    const { sent, call } = openLimited([{ ...all, calls: 1 }]);
    expect(await call('late', { signal: AbortSignal.abort() })).toEqual({ kind: 'notSent', code: 'aborted' });
    await call('next');
    expect(sent).toEqual([{ name: 'next', at: 0 }]);
  });

  test('leave no timer and no listener behind', async () => {
    const { clock, call } = openLimited([{ ...all, calls: 1 }]);
    const control = new AbortController();
    const added = vi.spyOn(control.signal, 'addEventListener');
    const removed = vi.spyOn(control.signal, 'removeEventListener');
    times(3, () => call('a', { signal: control.signal }));
    expect(clock.timers()).toEqual([START + 1000]);
    await clock.advance(2000);
    expect(clock.timers()).toEqual([]);
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
    times(3, () => call('a', { signal: control.signal }));
    control.abort();
    expect(clock.timers()).toEqual([]);
  });
});

describe('two limits at once', () => {
  test('both hold at the moment of sending, also after a wait for the other', async () => {
    const { clock, sent, call } = openLimited([each, all]);
    // Others fill the window of all; what piles up meanwhile must not leave together.
    for (const name of ['b', 'c', 'd', 'e']) times(5, () => call(name, { priority: 1 }));
    times(20, () => call('a'));
    await clock.advance(20_000);
    expect(sent).toHaveLength(40);
    expect(
      mostWithin(
        sent.filter(({ name }) => name === 'a'),
        1000,
      ),
    ).toBe(5);
    expect(mostWithin(sent, 1000)).toBe(20);
  });

  test('are never exceeded in any window, whatever comes, and no call is forgotten', async () => {
    const arrival = fc.record({
      afterMs: fc.oneof(fc.constant(0), fc.nat(400)),
      name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      priority: fc.nat(2),
      isGivenUp: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { minLength: 20, maxLength: 120 }), async (arrivals) => {
        const { clock, sent, call } = openLimited([each, all]);
        const results: Promise<HttpResult>[] = [];
        for (const { afterMs, name, priority, isGivenUp } of arrivals) {
          await clock.advance(afterMs);
          const control = new AbortController();
          results.push(call(name, { priority, signal: control.signal }));
          if (isGivenUp) control.abort();
        }
        await clock.advance(60_000);
        const kinds = (await Promise.all(results)).map(({ kind }) => kind);
        expect(kinds.filter((kind) => kind === 'answer')).toHaveLength(sent.length);
        expect(clock.timers()).toEqual([]);
        expect(mostWithin(sent, 1000)).toBeLessThanOrEqual(20);
        for (const name of 'abcdef') {
          expect(
            mostWithin(
              sent.filter((one) => one.name === name),
              1000,
            ),
          ).toBeLessThanOrEqual(5);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('waste no room: the backlog leaves as fast as the limits allow', async () => {
    const { clock, sent, call } = openLimited([each, all]);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) times(10, () => call(name));
    await clock.advance(3000);
    expect(sent).toHaveLength(80);
  });
});

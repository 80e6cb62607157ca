import { describe, expect, test } from 'vitest';
import { createHolds } from '../../src/pace/holds.ts';
import { limitFetch } from '../../src/pace/limited.ts';
import { createWaits, type WaitsOptions } from '../../src/pace/waits.ts';
import type { CallLimit } from '../../src/ports/helpdesk.ts';
import type { HttpResult } from '../../src/ports/http.ts';
import type { Log } from '../../src/ports/log.ts';
import { createTestClock } from '../clock.ts';

const START = 1_700_000_000_000;
const some: CallLimit = { name: '', calls: 2, perMs: 100, scope: 'all' };

/** A vendor that gives these answers in turn, the last one again and again, each after 10 ms. */
function open(
  answers: readonly Partial<Extract<HttpResult, { kind: 'answer' }>>[],
  given: Partial<WaitsOptions> = {},
  limits: readonly CallLimit[] = [some],
) {
  const clock = createTestClock(START);
  const lines: string[] = [];
  const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  const begun: { readonly name: string; readonly at: number }[] = [];
  let aheadMs = 0;
  const own = { ...clock, now: () => clock.now() + aheadMs };
  const waits = createWaits({ holds: createHolds({ clock: own, log }), log, now: own.now, ...given });
  const limited = limitFetch(
    ({ name }) =>
      new Promise((resolve) => {
        begun.push({ name, at: clock.now() - START });
        const answer = answers[Math.min(begun.length, answers.length) - 1] ?? {};
        clock.after(10, () =>
          resolve({ kind: 'answer', status: 200, headers: {}, body: Buffer.alloc(0), ...answer }),
        );
      }),
    limits,
    own,
    { waits },
  );
  const call = async (name: string) => {
    const calling = limited({ method: 'POST', url: 'http://desk.example/', name });
    await clock.advance(10);
    return calling;
  };
  return {
    clock,
    call,
    begun,
    lines,
    setBack(ms: number) {
      aheadMs = -ms;
    },
  };
}

const TOO_MANY = { status: 429, headers: { 'retry-after': '30' } };

describe('a vendor that wants no calls for a while', () => {
  test('is called by nobody until then, and told of when that is', async () => {
    const { call, begun, clock, lines } = open([TOO_MANY, {}]);
    expect(await call('send')).toMatchObject({ status: 429 });
    const paused = { kind: 'notSent', code: 'paused', untilMs: START + 30_010 };
    expect(await call('send')).toEqual(paused);
    await clock.advance(29_980);
    expect(await call('send')).toEqual(paused);
    await clock.advance(10);
    expect(await call('send')).toMatchObject({ status: 200 });
    expect(begun).toHaveLength(2);
    expect(lines).toEqual([`api.paused {"api":"send","code":"http 429","untilMs":${START + 30_010}}`]);
  });

  test('is spared for a second where it does not say for how long', async () => {
    const { call, clock } = open([{ status: 429 }, {}]);
    await call('send');
    expect(await call('send')).toMatchObject({ untilMs: START + 1010 });
    await clock.advance(1000);
    expect(await call('send')).toMatchObject({ status: 200 });
  });

  test('is spared where its adapter knows of no limits, too', async () => {
    const { call, begun } = open([{ status: 429 }, {}], {}, []);
    await call('send');
    expect(await call('send')).toMatchObject({ code: 'paused' });
    expect(begun).toHaveLength(1);
  });

  test('is tried after an hour, however long it says', async () => {
    const { call } = open([{ status: 429, headers: { 'retry-after': '9999999' } }]);
    await call('send');
    expect(await call('send')).toMatchObject({ untilMs: START + 10 + 3_600_000 });
  });

  test('gets the other calls, unless it wants none at all', async () => {
    const named = open([TOO_MANY, {}]);
    await named.call('send');
    expect(await named.call('upload')).toMatchObject({ status: 200 });
    const all = open([{}], { asksToWait: () => ({ code: '7', afterMs: 5000, calls: 'all' }) });
    await all.call('send');
    expect(await all.call('upload')).toMatchObject({ kind: 'notSent', code: 'paused' });
    expect(all.lines).toEqual([`api.paused {"api":"all","code":"7","untilMs":${START + 5010}}`]);
  });

  test('sends those away who waited for room when it said so', async () => {
    const { call, clock, begun } = open([TOO_MANY]);
    const calls = Array.from({ length: 6 }, () => call('send'));
    await clock.advance(1000);
    const kinds = (await Promise.all(calls)).map(({ kind }) => kind);
    expect(kinds).toEqual(['answer', 'answer', 'notSent', 'notSent', 'notSent', 'notSent']);
    expect(begun).toHaveLength(2);
    expect(clock.timers()).toEqual([]);
  });

  test('is spared as long as it said where the clock is set back, and no longer', async () => {
    const { call, clock, setBack } = open([TOO_MANY, {}]);
    await call('send');
    setBack(3_600_000);
    expect(await call('send')).toMatchObject({ untilMs: START - 3_600_000 + 30_010 });
    await clock.advance(30_000);
    expect(await call('send')).toMatchObject({ status: 200 });
  });
});

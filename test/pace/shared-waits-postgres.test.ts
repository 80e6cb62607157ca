import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keepToLimits } from '../../src/pace/vendor-limits.ts';
import type { AskedWait } from '../../src/ports/helpdesk.ts';
import type { HttpResult } from '../../src/ports/http.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Store } from '../../src/ports/store.ts';
import { createLeaseDesk } from '../../src/store/postgres/leases.ts';
import { createTestClock, type TestClock } from '../clock.ts';
import { openTwoStores, type TwoStores } from './two-stores.ts';

const START = Date.UTC(2026, 8, 1, 4, 20, 12);

let both: TwoStores;
let clock: TestClock = createTestClock(START);
let lines: string[] = [];

beforeAll(async () => {
  both = await openTwoStores();
});
beforeEach(() => {
  clock = createTestClock(START);
  lines = [];
});
afterEach(async () => {
  await clock.advance(20_000);
  expect(clock.timers()).toEqual([]);
  await both.query('delete from pace_lease; delete from api');
});
afterAll(() => both.close());

const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };

/** A vendor, and instances that call it, each with a clock of its own that may be wrong. */
function openVendor(helpdesk = 'shop/main') {
  let isBusy = false;
  let isAway = false;
  const begun: { readonly instance: number; readonly name: string; readonly at: number }[] = [];
  const asksToWait = ({ body }: { readonly body: Buffer }): AskedWait | undefined =>
    body.toString() === 'all' ? { code: 'busy', afterMs: 60_000, calls: 'all' } : undefined;
  const start = (instance: number) => {
    const engine = both.storeOf(instance);
    const store = clock.watchStore({
      ...engine,
      batch: (async (steps) => {
        if (isAway) throw new Error('away');
        return engine.batch(steps);
      }) as Store['batch'],
    });
    const fetch = keepToLimits(
      `helpdesk ${helpdesk}`,
      { limits: [{ name: '', calls: 50, perMs: 1000, scope: 'all' }], asksToWait },
      {
        fetch: async ({ name }): Promise<HttpResult> => {
          begun.push({ instance, name, at: clock.now() - START });
          const headers = isBusy ? { 'retry-after': '30' } : {};
          return { kind: 'answer', status: isBusy ? 429 : 200, headers, body: Buffer.from(name) };
        },
        clock: {
          now: () => clock.now() + instance * 7_777_777,
          monotonic: () => clock.monotonic() + instance * 1234,
          after: clock.after,
        },
        log,
        store,
        leases: createLeaseDesk(store, clock.now),
      },
    );
    return async (name = 'send') => {
      const calling = fetch({ method: 'POST', url: 'http://desk.example/', name });
      await clock.advance(5);
      const result = await calling;
      return result.kind === 'answer' ? result.status : result.kind === 'notSent' ? result.code : result.kind;
    };
  };
  return {
    start,
    begun,
    setBusy(value: boolean) {
      isBusy = value;
    },
    setAway(value: boolean) {
      isAway = value;
    },
  };
}

describe('instances that call one vendor', () => {
  test('begin no call until it is over, half a second after one was told to wait', async () => {
    const { start, setBusy, begun } = openVendor();
    const [one, two] = [start(0), start(1)];
    expect([await one(), await two()]).toEqual([200, 200]);
    setBusy(true);
    await clock.advance(600);
    expect(await one()).toBe(429);
    const toldAt = clock.now() - START;
    setBusy(false);
    await clock.advance(500);
    for (let call = 0; call < 20; call += 1) expect(await two()).toBe('paused');
    await clock.advance(29_300);
    expect(await two()).toBe('paused');
    await clock.advance(200);
    expect([await two(), await one()]).toEqual([200, 200]);
    const others = begun.filter(({ instance, at }) => instance === 1 && at > toldAt);
    expect(Math.min(...others.map(({ at }) => at))).toBeGreaterThanOrEqual(toldAt + 29_990);
  });

  test('call for less than half a second after another was told', async () => {
    const { start, setBusy, begun } = openVendor();
    const [one, two] = [start(0), start(1)];
    await two();
    setBusy(true);
    await one();
    const toldAt = clock.now() - START;
    setBusy(false);
    for (let call = 0; call < 30; call += 1) {
      await two();
      await clock.advance(20);
    }
    const after = begun.filter(({ instance, at }) => instance === 1 && at > toldAt);
    expect(Math.max(toldAt, ...after.map(({ at }) => at)) - toldAt).toBeLessThan(500);
  });

  test('that come later know at once what the others were told', async () => {
    const { start, setBusy, begun } = openVendor();
    setBusy(true);
    await start(0)();
    expect(await start(1)()).toBe('paused');
    expect(begun).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('api.paused'))).toHaveLength(1);
  });

  test('call what another was not told of, and nothing where it was told of everything', async () => {
    const { start, setBusy } = openVendor();
    const [one, two] = [start(0), start(1)];
    setBusy(true);
    await one();
    setBusy(false);
    expect([await two('send'), await two('upload')]).toEqual(['paused', 200]);
    await one('all');
    await clock.advance(500);
    expect(await two('upload')).toBe('paused');
    expect(await openVendor('shop/other').start(1)('upload')).toBe(200);
  });

  test('keep to the longer of two waits', async () => {
    const { start, setBusy } = openVendor();
    const [one, two] = [start(0), start(1)];
    await two('send');
    await one('all');
    setBusy(true);
    expect(await two('all')).toBe(429);
    setBusy(false);
    await clock.advance(40_000);
    expect([await one('send'), await two('send')]).toEqual(['paused', 'paused']);
    await clock.advance(20_000);
    expect([await one('send'), await two('send')]).toEqual([200, 200]);
  });

  test('make no call while nobody can say what others were told', async () => {
    const { start, setAway, begun } = openVendor();
    const one = start(0);
    await one();
    await clock.advance(600);
    setAway(true);
    expect(await one()).toBe('notCounted');
    setAway(false);
    await clock.advance(200);
    expect(await one()).toBe(200);
    expect(begun).toHaveLength(2);
  });
});

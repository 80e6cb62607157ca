import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { mostWithin } from '../../bench/numbers.ts';
import { createPace } from '../../src/pace/pace.ts';
import type { LeaseDesk } from '../../src/ports/leases.ts';
import type { Log } from '../../src/ports/log.ts';
import type { ApiLimits, Pace } from '../../src/ports/pace.ts';
import { createLeaseDesk } from '../../src/store/postgres/leases.ts';
import { createTestClock, type TestClock } from '../clock.ts';
import { openFleet } from './fleet.ts';
import { openTwoStores, type TwoStores } from './two-stores.ts';

/** 20 minutes past noon in Shanghai, and twelve seconds: by the clock of the store. */
const START = Date.UTC(2026, 8, 1, 4, 20, 12);
const MIDNIGHT = Date.UTC(2026, 8, 1, 16);
const HOUR = 3_600_000;
const SEND = '/cgi-bin/message/custom/send';
const UPLOAD = '/cgi-bin/media/upload';

let both: TwoStores;
let clock: TestClock = createTestClock(START);
let opened: Pace[] = [];
let lines: string[] = [];

beforeAll(async () => {
  both = await openTwoStores();
});
beforeEach(() => {
  clock = createTestClock(START);
  opened = [];
  lines = [];
});
afterEach(async () => {
  await Promise.all([...opened.map((pace) => pace.close()), clock.advance(2000)]);
  await both.query('delete from pace_lease; delete from counter; delete from api');
});
afterAll(() => both.close());

const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };

/** One instance of several: its machine's clock may be wrong, and its own time begins anywhere. */
function openPace(own: Readonly<Record<string, ApiLimits>>, aheadMs = 0, tenant = 'shop'): Pace {
  const engine = both.storeOf(opened.length);
  const store = clock.watchStore(engine);
  const begunMs = 12_345 * opened.length;
  const pace = createPace({
    tenant,
    store,
    clock: {
      ...clock,
      now: () => clock.now() + aheadMs,
      monotonic: () => clock.monotonic() + begunMs,
    },
    log,
    rules: { own: new Map(Object.entries(own)), documented: new Map(), main: SEND, utcOffsetMs: 8 * HOUR },
    leases: createLeaseDesk(store, clock.now),
  });
  opened.push(pace);
  return pace;
}

test('a limit in the store is never exceeded and used again, whoever dies, hangs, wakes and joins', async () => {
  const deskOf = (instance: number) => createLeaseDesk(clock.watchStore(both.storeOf(instance)), clock.now);
  const [one, other] = [deskOf(0), deskOf(1)];
  let asks = 0;
  const desk: LeaseDesk = {
    now: one.now,
    exchange: (all) => (asks++ % 2 === 0 ? one : other).exchange(all),
  };
  const { start, arrived } = openFleet(clock, desk, { perSecond: 10, perMinute: 300 });
  const ways = { there: () => 5, back: () => 5, askThere: () => asks % 40, askBack: () => asks % 30 };
  const [dying, hanging, calm] = [start(ways), start(ways), start(ways)];
  for (const instance of [dying, hanging, calm]) instance.backlog(12);
  await clock.advance(3000);
  dying.kill();
  await clock.advance(1000);
  hanging.freeze();
  await clock.advance(5000);
  hanging.thaw();
  const late = start(ways);
  late.backlog(12);
  await clock.advance(6000);
  expect(mostWithin(arrived, 980)).toBe(10);
  expect(arrived.filter((at) => at >= START + 10_000).length).toBeGreaterThanOrEqual(45);
  for (const instance of [hanging, calm, late]) instance.kill();
}, 60_000);

/** How many of so many calls at once may leave; they arrive at once. */
async function goOf(pace: Pace, calls: number, name = SEND): Promise<number> {
  const entering = Array.from({ length: calls }, () => pace.enter({ name }));
  await clock.advance(6000); // longer than anybody waits who is not put off
  const entries = await Promise.all(entering);
  const permits = entries.flatMap((entry) =>
    entry.kind === 'go' && entry.permit.use() ? [entry.permit] : [],
  );
  for (const permit of permits) permit.arrived();
  return permits.length;
}

async function enter(pace: Pace, name = SEND) {
  const entering = pace.enter({ name });
  await clock.advance(100);
  const entry = await entering;
  if (entry.kind === 'go') entry.permit.giveBack();
  return entry;
}

describe('instances that share an account', () => {
  test('use up its minute together, whatever their clocks say', async () => {
    const limits = { [SEND]: { perMinute: 60 } };
    const [one, two] = [openPace(limits), openPace(limits, 45_000)];
    const left = [await goOf(one, 20), await goOf(two, 30), await goOf(one, 30), await goOf(two, 30)];
    expect(left.reduce((sum, calls) => sum + calls, 0)).toBe(60);
    await clock.advance(30_000); // the clock's next minute has no full one to give either
    expect(await goOf(two, 10)).toBe(0);
    await clock.advance(60_000);
    expect(await goOf(two, 60)).toBe(60);
  });

  test('put off who comes when the minute is used up until something of it is free', async () => {
    const limits = { [SEND]: { perMinute: 30 } };
    const [one, two] = [openPace(limits), openPace(limits)];
    expect(await goOf(one, 30)).toBe(30);
    const entry = await enter(two);
    expect(entry.kind).toBe('putOff');
    expect(entry.kind === 'putOff' && entry.untilMs - clock.now()).toBeGreaterThan(50_000);
    await clock.advance(62_000);
    expect((await enter(two)).kind).toBe('go');
  });

  test('count their day in one, to the end of the store’s day', async () => {
    const limits = { [SEND]: { perDay: 90 } };
    const [one, two] = [openPace(limits), openPace(limits, -3 * HOUR)];
    const left = [await goOf(one, 40), await goOf(two, 60), await goOf(one, 60)];
    expect(left.reduce((sum, calls) => sum + calls, 0)).toBe(90);
    expect(await enter(two)).toEqual({ kind: 'putOff', untilMs: MIDNIGHT });
    const [state] = await one.states();
    expect(state?.usedToday).toBe(90);
    await clock.advance(MIDNIGHT - clock.now());
    expect(await goOf(two, 10)).toBe(10);
    expect(lines.filter((line) => line.includes('used up"'))).not.toEqual([]);
  });

  test('all pause when one is told to, and go on when one is told that something is left', async () => {
    const [one, two] = [openPace({}), openPace({}, 5000)];
    expect([(await enter(one)).kind, (await enter(two)).kind]).toEqual(['go', 'go']);
    await one.pause(SEND, { untilMs: MIDNIGHT, code: '45009' });
    await clock.advance(500);
    expect(await enter(two)).toEqual({ kind: 'putOff', untilMs: MIDNIGHT });
    expect((await enter(two, UPLOAD)).kind).toBe('go');
    const some = { daily: { limit: 100, used: 60, remain: 40 } };
    expect(await two.correct(SEND, some)).toEqual({ liftedUntilMs: MIDNIGHT });
    await clock.advance(500);
    expect((await enter(one)).kind).toBe('go');
    expect((await one.states())[0]?.limits).toEqual({ perDay: 100 });
  });

  test('let who waits go when another has lifted the pause', async () => {
    const [one, two] = [openPace({}), openPace({})];
    await enter(two);
    await one.pause(SEND, { untilMs: MIDNIGHT, code: '45009' });
    await clock.advance(500);
    await enter(two);
    await one.correct(SEND, { daily: { limit: 10, used: 1, remain: 9 } });
    await clock.advance(500);
    expect((await enter(two)).kind).toBe('go');
  });

  test('keep the longer pause where two were told of different ones', async () => {
    const [one, two] = [openPace({}), openPace({})];
    await one.pause(SEND, { untilMs: MIDNIGHT, code: '45009' });
    await two.pause(SEND, { untilMs: START + 48_000, code: '45011' });
    expect(await enter(openPace({}))).toEqual({ kind: 'putOff', untilMs: MIDNIGHT });
  });

  test('leave other accounts and other APIs what is theirs', async () => {
    const limits = { [SEND]: { perMinute: 5 }, [UPLOAD]: { perMinute: 5 } };
    const [one, two, other] = [openPace(limits), openPace(limits), openPace(limits, 0, 'other')];
    expect(await goOf(one, 9)).toBe(5);
    expect(await goOf(two, 9, UPLOAD)).toBe(5);
    expect(await goOf(other, 9)).toBe(5);
  });

  test('put off who comes while the store is away, and take him when it is back', async () => {
    const limits = { [SEND]: { perSecond: 5 } };
    const engine = both.storeOf(0);
    let isAway = false;
    const real = createLeaseDesk(engine, clock.now);
    const pace = createPace({
      tenant: 'shop',
      store: clock.watchStore(engine),
      clock,
      log,
      rules: { own: new Map(Object.entries(limits)), documented: new Map(), main: SEND, utcOffsetMs: 0 },
      leases: {
        now: real.now,
        exchange: clock.watch(async (asks) => {
          if (isAway) throw new Error('away');
          return real.exchange(asks);
        }),
      },
    });
    opened.push(pace);
    isAway = true;
    await expect(pace.enter({ name: SEND })).rejects.toThrow('away');
    isAway = false;
    expect((await enter(pace)).kind).toBe('go');
  });
});

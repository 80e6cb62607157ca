import { afterEach, describe, expect, test } from 'vitest';
import { createPace } from '../../src/pace/pace.ts';
import type { Log } from '../../src/ports/log.ts';
import type { ApiLimits, Pace } from '../../src/ports/pace.ts';
import type { Store } from '../../src/ports/store.ts';
import { paceRules } from '../../src/wechat/limits.ts';
import { createTestClock, type TestClock } from '../clock.ts';
import { useStoreFolder } from '../store/folder.ts';
import { settingsWith } from '../wechat/account.ts';

/** 20 minutes past noon in Shanghai, and twelve seconds. */
const START = Date.UTC(2026, 8, 1, 4, 20, 12);
const MIDNIGHT = Date.UTC(2026, 8, 1, 16);
const HOUR = 3_600_000;
const SEND = '/cgi-bin/message/custom/send';
const UPLOAD = '/cgi-bin/media/upload';

const folder = useStoreFolder();
let clock: TestClock = createTestClock(START);
let store: Store | undefined;
let lines: string[] = [];

afterEach(async () => {
  await store?.close();
  store = undefined;
  clock = createTestClock(START);
  lines = [];
});

const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
const alarms = () => lines.filter((line) => line.startsWith('alarm.raised'));

async function openPace(own: Readonly<Record<string, ApiLimits>>, tenant = 'shop'): Promise<Pace> {
  store ??= clock.watchStore(await folder.open());
  return createPace({
    tenant,
    store,
    clock,
    log,
    rules: { own: new Map(Object.entries(own)), documented: new Map(), main: SEND, utcOffsetMs: 8 * HOUR },
  });
}

/** The process dies with what it has in hand; another one opens the same store. */
async function die(): Promise<void> {
  await clock.settle();
  await store?.close();
  store = undefined;
}

/** How many of so many calls at once may leave; they arrive at once. */
async function goOf(pace: Pace, calls: number, name = SEND): Promise<number> {
  const entries = await Promise.all(Array.from({ length: calls }, () => pace.enter({ name })));
  const permits = entries.flatMap((entry) => (entry.kind === 'go' ? [entry.permit] : []));
  for (const permit of permits) {
    permit.use();
    permit.arrived();
  }
  return permits.length;
}

const putOff = (untilMs: number) => ({ kind: 'putOff', untilMs });

describe('a minute', () => {
  test('takes as many calls as it may, over a restart too', async () => {
    const first = await openPace({ [SEND]: { perMinute: 60 } });
    expect(await goOf(first, 40)).toBe(40);
    await die();
    const second = await openPace({ [SEND]: { perMinute: 60 } });
    const more = await goOf(second, 60);
    expect(more).toBeGreaterThanOrEqual(18); // a crash loses at most what was reserved and not used
    expect(more).toBeLessThanOrEqual(20);
    await die();
    await clock.advance(30_000); // the clock's next minute has no full one to give either
    expect(await goOf(await openPace({ [SEND]: { perMinute: 60 } }), 60)).toBe(0);
    await clock.advance(120_000);
    expect(await goOf(await openPace({ [SEND]: { perMinute: 60 } }), 60)).toBe(60);
  });

  test('is shared to the last call by instances that reserve in blocks', async () => {
    const limits = { [SEND]: { perMinute: 100 } };
    const [one, two] = [await openPace(limits), await openPace(limits)];
    const left = [await goOf(one, 7), await goOf(two, 80), await goOf(one, 80), await goOf(two, 80)];
    expect(left.reduce((sum, each) => sum + each)).toBe(100);
  });

  test('that is used up by others is waited for, and not asked for again and again', async () => {
    const limits = { [SEND]: { perMinute: 30 } };
    const [one, two] = [await openPace(limits), await openPace(limits)];
    await two.states(); // it has begun before the others have used anything
    expect(await goOf(one, 30)).toBe(30);
    expect(await two.enter({ name: SEND })).toEqual(putOff(Date.UTC(2026, 8, 1, 4, 21)));
  });
});

describe('a day', () => {
  test('takes as many calls as it may, over a restart and to the end of the day in Shanghai', async () => {
    const limits = { [SEND]: { perDay: 90 } };
    expect(await goOf(await openPace(limits), 60)).toBe(60);
    await die();
    expect(await goOf(await openPace(limits), 60)).toBe(30);
    await die();
    const pace = await openPace(limits);
    expect(await pace.enter({ name: SEND })).toEqual(putOff(MIDNIGHT));
    await clock.advance(MIDNIGHT - START);
    expect(await goOf(pace, 100)).toBe(90);
  });

  test('of which a crash leaves a block unused is short of that block at most; a stop gives it back', async () => {
    const limits = { [SEND]: { perDay: 90 } };
    const first = await openPace(limits);
    expect(await goOf(first, 1)).toBe(1);
    await first.close();
    await die();
    const second = await openPace(limits);
    expect((await second.states())[0]).toMatchObject({ usedToday: 1 });
    expect(await goOf(second, 2)).toBe(2);
    await die();
    const third = await openPace(limits);
    expect((await third.states())[0]?.usedToday).toBe(1 + 1 + 2); // the second block is twice the first
  });

  test('of which four fifths are used raises an alarm, once a day', async () => {
    const limits = { [SEND]: { perDay: 100 } };
    const pace = await openPace(limits);
    await goOf(pace, 75);
    expect(alarms()).toEqual([]);
    await goOf(pace, 10);
    await die();
    await goOf(await openPace(limits), 5);
    expect(alarms()).toEqual([expect.stringContaining('little is left of the daily quota')]);
    await clock.advance(24 * HOUR);
    await goOf(await openPace(limits), 90);
    expect(alarms()).toHaveLength(2);
  });

  test('that is used up stops other APIs and other tenants as little as its own tomorrow', async () => {
    const limits = { [SEND]: { perDay: 1 }, [UPLOAD]: { perDay: 5 } };
    const [pace, other] = [await openPace(limits), await openPace(limits, 'other')];
    expect(await goOf(pace, 3)).toBe(1);
    expect(await goOf(pace, 3, UPLOAD)).toBe(3);
    expect(await goOf(other, 3)).toBe(1);
    expect(alarms().filter((line) => line.includes('used up'))).toHaveLength(2);
  });
});

describe('a pause that the platform asks for', () => {
  const day = { untilMs: MIDNIGHT, code: '45009' } as const;

  test('for the day is news once, and survives a restart', async () => {
    const pace = await openPace({});
    const news = [pace.pause(SEND, day), pace.pause(SEND, day), pace.pause(SEND, day)];
    expect(await Promise.all(news)).toEqual([true, false, false]);
    await die();
    const next = await openPace({});
    expect(await next.enter({ name: SEND })).toEqual(putOff(MIDNIGHT));
    expect(await goOf(next, 1, UPLOAD)).toBe(1);
    await clock.advance(MIDNIGHT - START);
    expect(await goOf(next, 1)).toBe(1);
  });

  test('for the day is lifted by a reading that shows that something is left', async () => {
    const pace = await openPace({});
    await pace.pause(SEND, day);
    const none = { daily: { limit: 100, used: 100, remain: 0 } };
    expect(await pace.correct(SEND, none)).toEqual({});
    expect(await goOf(pace, 1)).toBe(0);
    const some = { daily: { limit: 100, used: 60, remain: 40 } };
    expect(await pace.correct(SEND, some)).toEqual({ liftedUntilMs: MIDNIGHT });
    expect(await goOf(pace, 50)).toBe(40);
    await die();
    expect((await (await openPace({})).states())[0]).toMatchObject({
      usedToday: 100,
      limits: { perDay: 100 },
    });
  });

  test('from a clock that was wrong is no longer than a day', async () => {
    await (await openPace({})).pause(SEND, { ...day, untilMs: MIDNIGHT + 400 * 24 * HOUR });
    await die();
    expect(await (await openPace({})).enter({ name: SEND })).toEqual(putOff(MIDNIGHT));
  });
});

describe('a reading', () => {
  test('takes the place of what is documented, and of our count; our own limits hold beside it', async () => {
    const settings = settingsWith({ kind: 'service', sendPerMinute: 600, uploadPerDay: 50 });
    store = clock.watchStore(await folder.open());
    const pace = createPace({
      tenant: 'shop',
      store,
      clock,
      log,
      rules: paceRules(settings),
    });
    const limitsOf = async (api: string) => (await pace.states()).find((state) => state.api === api)?.limits;
    expect(await limitsOf(SEND)).toEqual({ perSecond: 20, perMinute: 600, perDay: 500_000 });
    expect(await limitsOf('/cgi-bin/media/get')).toEqual({ perDay: 200_000 });
    await pace.correct(SEND, {
      daily: { limit: 2_000_000, used: 7, remain: 1_999_993 },
      rate: { calls: 300, perMs: 60_000 },
    });
    await pace.correct(UPLOAD, { daily: { limit: 1000, used: 0, remain: 1000 } });
    expect(await limitsOf(SEND)).toEqual({ perSecond: 20, perMinute: 300, perDay: 2_000_000 });
    expect(await limitsOf(UPLOAD)).toEqual({ perDay: 50 });
    expect((await pace.states())[0]).toMatchObject({ api: SEND, usedToday: 7 });
  });

  test('of a mini-program is the first that is known of its day', async () => {
    expect(paceRules(settingsWith({ kind: 'miniprogram' })).documented.size).toBe(0);
  });
});

test('once it is closed, who waits is put off', async () => {
  const pace = await openPace({ [SEND]: { perSecond: 1 } });
  const waiting = Promise.all([1, 2, 3].map(() => pace.enter({ name: SEND })));
  await clock.settle();
  await pace.close();
  expect((await waiting).map(({ kind }) => kind)).toEqual(['go', 'putOff', 'putOff']);
});

test('it is closed though the store takes nothing back', async () => {
  const pace = await openPace({ [SEND]: { perDay: 1000 } });
  await goOf(pace, 4);
  await die();
  await expect(pace.close()).resolves.toBeUndefined();
});

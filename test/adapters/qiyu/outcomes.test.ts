import { describe, expect, test } from 'vitest';
import type { HttpResult } from '../../../src/ports/http.ts';
import { callsOf, LOST, NOT_SENT, NOW, OK, openDesk, says, status } from './desk.ts';

/** What one message comes to if `message/send` is answered so. */
async function outcomeAfter(...answers: readonly HttpResult[]) {
  const desk = openDesk({ send: answers }, { route: 'robot' });
  const delivery = (await desk.say('你好')).at(-1);
  return { desk, delivery };
}

describe('every code of the table', () => {
  test.each([
    [200, { outcome: 'accepted' }],
    [14004, { outcome: 'refused', code: '14004' }],
    [14009, { outcome: 'later', code: '14009', because: 'vendor', afterMs: 2000 }],
    [14403, { outcome: 'later', code: '14403', because: 'message', atMost: 2 }],
    [14500, { outcome: 'later', code: '14500', because: 'message' }],
    [14501, { outcome: 'refused', code: '14501' }],
    [99999, { outcome: 'later', code: '99999', because: 'message', atMost: 2 }],
  ])('%i has its outcome, as a number and as a text', async (code, outcome) => {
    expect((await outcomeAfter(says({ code }))).delivery).toEqual(outcome);
    expect((await outcomeAfter(says({ code: String(code) }))).delivery).toEqual(outcome);
  });

  test.each([14001, 14002, 14003, 14008, 14515])(
    '%i is a mistake of the account: nothing is lost, and somebody is told',
    async (code) => {
      expect((await outcomeAfter(says({ code }))).delivery).toEqual({
        outcome: 'later',
        code: String(code),
        because: 'vendor',
        afterMs: 60_000,
        alarm: expect.stringContaining(String(code)),
      });
    },
  );

  test('14009 waits longer each time, and as long as Qiyu wants', async () => {
    const pauses = [1, 2, 3, 4, 9].map(async (number) => {
      const desk = openDesk({ send: says({ code: 14009 }) }, { route: 'robot' });
      const progress = { piece: 0, isIntroduced: true };
      return (await desk.say('你好', { number, progress })).at(-1);
    });
    expect(await Promise.all(pauses)).toMatchObject([1, 2, 4, 8, 16].map((sec) => ({ afterMs: sec * 1000 })));
    const { delivery } = await outcomeAfter(says({ code: 14009 }, { 'retry-after': '30' }));
    expect(delivery).toMatchObject({ afterMs: 30_000 });
  });
});

describe('a checksum or a time that is refused', () => {
  test.each([14002, 14003])('(%i) is made afresh, once', async (code) => {
    const { desk, delivery } = await outcomeAfter(says({ code }), OK);
    expect(delivery).toEqual({ outcome: 'accepted' });
    expect(callsOf(desk, 'send')).toHaveLength(2);
    expect(callsOf((await outcomeAfter(says({ code }))).desk, 'send')).toHaveLength(2);
  });

  test('tells by how much the clocks differ', async () => {
    const date = new Date(NOW + 400_000).toUTCString();
    const { delivery } = await outcomeAfter(says({ code: 14003 }, { date }));
    expect(delivery).toMatchObject({ alarm: expect.stringContaining("Qiyu's is 400 s ahead") });
  });
});

describe('what the transport says', () => {
  test.each([
    ['time-out after the request was written', LOST, { outcome: 'unknown', code: 'etimedout' }],
    ['refused connection', NOT_SENT, { outcome: 'later', code: 'econnrefused', because: 'vendor' }],
    ['2xx that is no JSON', status(200), { outcome: 'unknown', code: 'unreadable' }],
    ['2xx of JSON without a code', says({ message: 'ok' }), { outcome: 'unknown', code: 'unreadable' }],
    ['2xx of another JSON', says([200]), { outcome: 'unknown', code: 'unreadable' }],
    ['answer that is too long', { kind: 'tooLarge', code: 'tooLarge' } as const, { outcome: 'unknown' }],
    ['500', status(500), { outcome: 'later', code: 'http 500', because: 'vendor' }],
    ['503', status(503), { outcome: 'later', code: 'http 503', because: 'vendor' }],
    ['429', status(429, { 'retry-after': '7' }), { outcome: 'later', because: 'vendor', afterMs: 7000 }],
    ['429 without a time', status(429), { outcome: 'later', because: 'vendor', afterMs: 2000 }],
    ['413', status(413), { outcome: 'refused', code: 'http 413' }],
    ['404', status(404), { outcome: 'later', afterMs: 60_000, alarm: expect.stringContaining('baseUrl') }],
    ['302', status(302), { outcome: 'later', afterMs: 60_000, alarm: expect.stringContaining('baseUrl') }],
  ])('a %s has its outcome', async (_what, answer, outcome) => {
    expect((await outcomeAfter(answer)).delivery).toMatchObject(outcome);
  });

  test("a 500 with Qiyu's own JSON is what the JSON says", async () => {
    const answer = { ...says({ code: 14004 }), status: 500 } as HttpResult;
    expect((await outcomeAfter(answer)).delivery).toEqual({ outcome: 'refused', code: '14004' });
  });

  test('a 429 may name a date', async () => {
    const date = new Date(NOW + 9000).toUTCString();
    expect((await outcomeAfter(status(429, { 'retry-after': date }))).delivery).toMatchObject({
      afterMs: 9000,
    });
  });
});

test('calls are spaced, each interface for itself and all together', async () => {
  const { qiyu: definition } = await import('../../../adapters/qiyu/index.ts');
  const settings = definition.settings.parse({ appKey: 'k', appSecret: 's' });
  expect(definition.limits?.(settings)).toEqual([
    { name: '', calls: 1, perMs: 210, scope: 'each' },
    { name: '', calls: 1, perMs: 53, scope: 'all' },
  ]);
});

test('where Qiyu has granted more, some calls go together, and never more in a second', async () => {
  const { qiyu: definition } = await import('../../../adapters/qiyu/index.ts');
  for (let granted = 1; granted <= 1000; granted += 1) {
    const qps = { perInterface: granted, perTenant: granted };
    const settings = definition.settings.parse({ appKey: 'k', appSecret: 's', qps });
    const [{ calls = 0, perMs = 0 } = {}] = definition.limits?.(settings) ?? [];
    expect(perMs).toBeGreaterThanOrEqual(50);
    expect(Math.ceil(1000 / perMs) * calls).toBeLessThanOrEqual(granted);
    expect((calls * 1000) / perMs).toBeGreaterThan(granted * 0.9);
  }
});

test('a call is signed when it leaves, not when it is made', async () => {
  const desk = openDesk({ send: [says({ code: 14003 }), OK] }, { route: 'robot' });
  await desk.say('你好');
  const before = callsOf(desk, 'send').map(({ url }) => new URL(url).searchParams.get('time'));
  expect(before).toEqual(['1700000000', '1700000000']);
  desk.clock.now += 400_000;
  const call = callsOf(desk, 'send')[0]!;
  expect(new URL(call.seal!().url).searchParams.get('time')).toBe('1700000400');
});

test('no URL, secret or word stands in a log line', async () => {
  const desk = openDesk({ send: says({ code: 14004, message: '你好' }) }, { route: 'robot' });
  await desk.say('你好');
  expect(desk.lines).toEqual(['qiyu.refused {"call":"/openapi/message/send","code":14004}']);
});

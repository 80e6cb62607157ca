import { describe, expect, test } from 'vitest';
import type { HttpResult } from '../../../src/ports/http.ts';
import { attemptOf, callsOf, im, LOST, NOT_SENT, openDesk, page, rest, SENT, says, TOKEN } from './desk.ts';

const error = (status: number, name: string, more: object = {}, headers: Record<string, string> = {}) =>
  says({ error: name, exception: 'x', timestamp: 1, duration: 0, ...more }, status, headers);
const last = async (answer: HttpResult, number = 1) => {
  const desk = openDesk(im, { '/messages/users': answer });
  return (
    await desk.run(attemptOf(undefined), (attempt) =>
      desk.adapter.forward(
        {
          id: attempt.key,
          conversation: 'c_1',
          direction: 'forward',
          seq: 1,
          from: { role: 'visitor' },
          parts: [{ kind: 'text', text: '好' }],
          writtenAt: 0,
        },
        { ...attempt, number },
      ),
    )
  ).at(-1);
};

describe('an answer', () => {
  test.each<[string, HttpResult, object]>([
    ['of success', SENT, { outcome: 'accepted', vendorId: '1029457500870543736' }],
    [
      'of success, in capitals',
      says({ data: { KefuChannelIMID_100001: '7' } }),
      { outcome: 'accepted', vendorId: '7' },
    ],
    [
      'of success, with a bare number',
      { ...SENT, body: Buffer.from('{"data":{"kefuchannelimid_100001":1029457500870543736}}') } as HttpResult,
      { outcome: 'accepted', vendorId: '1029457500870543736' },
    ],
    [
      'for somebody else',
      says({ data: { another: '7' } }),
      { outcome: 'later', code: 'no data', because: 'message' },
    ],
    ['without data', says({}), { outcome: 'later', because: 'message' }],
    [
      'that an argument is wrong',
      error(400, 'illegal_argument'),
      { outcome: 'refused', code: 'illegal_argument' },
    ],
    [
      'that it is too large',
      error(400, 'illegal_argument', { error_code: 14007 }),
      { outcome: 'refused', code: '14007' },
    ],
    ['that no page knows', error(400, 'something <b>new</b>'), { outcome: 'refused', code: 'http 400' }],
    [
      'that limits are reached',
      error(403, 'forbidden_op', { error_description: 'message send reach limit' }),
      { outcome: 'later', because: 'vendor', afterMs: 5000 },
    ],
    [
      'that it is forbidden',
      error(403, 'forbidden_op'),
      { outcome: 'later', afterMs: 60_000, alarm: expect.stringContaining('403') },
    ],
    ['that calls are too many', error(429, 'reach_limit'), { outcome: 'later', afterMs: 1000 }],
    [
      'that calls are too many, with a pause',
      error(429, 'reach_limit', {}, { 'retry-after': '7' }),
      { outcome: 'later', afterMs: 7000 },
    ],
    [
      'that the free edition is used up',
      error(429, 'resource_limited'),
      { outcome: 'later', afterMs: 3_600_000, alarm: expect.any(String) },
    ],
    ['that nobody there can give', page(502), { outcome: 'later', because: 'vendor', code: 'http 502' }],
    ['of a gateway', page(404), { outcome: 'later', alarm: expect.stringContaining('restBase') }],
    ['of a stranger', page(418), { outcome: 'later', alarm: expect.any(String) }],
    ['of a page', page(200), { outcome: 'unknown', code: 'unreadable' }],
    ['that is lost', LOST, { outcome: 'unknown', code: 'etimedout' }],
    ['of nobody', NOT_SENT, { outcome: 'later', because: 'vendor', code: 'econnrefused' }],
  ])('%s comes to what it means', async (_what, answer, outcome) => {
    expect(await last(answer)).toMatchObject(outcome);
  });

  test('that asks for a pause asks for a longer one each time', async () => {
    const pauses = await Promise.all([1, 2, 3, 20].map((number) => last(error(429, 'reach_limit'), number)));
    expect(pauses.map((delivery) => delivery?.outcome === 'later' && delivery.afterMs)).toEqual([
      1000, 2000, 4000, 60_000,
    ]);
  });

  test('of the REST channel is refused by a status in it, and counts whatever else it says', async () => {
    for (const [answer, outcome] of [
      [says({}), 'accepted'],
      [says({ status: 'ok', entity: {} }), 'accepted'],
      [says({ status: 'FAIL', errorCode: 'KEFU_1' }), 'refused'],
      [page(200), 'unknown'],
    ] as const) {
      expect((await openDesk(rest, { '/rest/messages': answer }).say('好')).at(-1)?.outcome).toBe(outcome);
    }
  });
});

describe('the access token', () => {
  test('is used until four fifths of its life are over', async () => {
    const desk = openDesk();
    await desk.say('一');
    desk.clock.now += 1_024_000 * 799;
    await desk.say('二');
    expect(callsOf(desk, '/token')).toHaveLength(1);
    desk.clock.now += 1_024_000 * 2;
    await desk.say('三');
    expect(callsOf(desk, '/token')).toHaveLength(2);
  });

  test('that is refused is replaced once, then somebody is told', async () => {
    const desk = openDesk(im, { '/users': error(401, 'unauthorized') });
    expect((await desk.say('一')).at(-1)).toMatchObject({
      outcome: 'later',
      afterMs: 60_000,
      alarm: expect.any(String),
    });
    expect(desk.names()).toEqual(['/token', '/users', '/token', '/users']);
  });

  test('that is refused again and again is asked for less and less', async () => {
    const desk = openDesk(im, { '/users': error(401, 'unauthorized') });
    for (let minute = 0; minute < 60; minute++) {
      await desk.say('一');
      desk.clock.now += 60_000;
    }
    expect(callsOf(desk, '/token').length).toBeLessThan(25);
  });

  test.each([
    ['invalid_grant', error(400, 'invalid_grant'), /clientId/],
    ['organization_application_not_found', error(404, 'organization_application_not_found'), /orgName/],
    ['no token', says({}), /token/],
  ])('that cannot be had (%s) loses no message', async (_what, answer, alarm) => {
    const desk = openDesk(im, { '/token': answer });
    expect((await desk.say('一')).at(-1)).toMatchObject({
      outcome: 'later',
      because: 'vendor',
      alarm: expect.stringMatching(alarm),
    });
    // So soon nobody asks again.
    expect((await desk.say('二')).at(-1)).toMatchObject({ outcome: 'later', code: 'token', afterMs: 1000 });
    expect(desk.names()).toEqual(['/token']);
  });

  test('is waited for twice as long after each failure, up to five minutes', async () => {
    const desk = openDesk(im, { '/token': page(503) });
    const asked: number[] = [];
    for (let second = 0; second < 3600; second++) {
      const before = desk.calls.length;
      await desk.say('一');
      if (desk.calls.length > before) asked.push(second);
      desk.clock.now += 1000;
    }
    const pauses = asked.slice(1).map((at, place) => at - (asked[place] ?? 0));
    expect(pauses.slice(0, 5)).toEqual([1, 2, 4, 8, 16]);
    expect(Math.max(...pauses)).toBe(300);
  });

  test('is good for a week where it never ends', async () => {
    const desk = openDesk(im, { '/token': [says({ access_token: 't', expires_in: 0 }), TOKEN] });
    await desk.say('一');
    desk.clock.now += 5 * 86_400_000;
    await desk.say('二');
    expect(callsOf(desk, '/token')).toHaveLength(1);
  });
});

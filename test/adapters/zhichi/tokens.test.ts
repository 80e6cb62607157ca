import { describe, expect, test } from 'vitest';
import { zhichi as definition } from '../../../adapters/zhichi/index.ts';
import {
  type Answers,
  APP_KEY,
  accountSettings,
  CONNECTED,
  callsOf,
  code,
  item,
  LOST,
  NOT_SENT,
  NOW,
  openDesk,
  SENT,
  says,
  sentOf,
  status,
} from './desk.ts';

const ENDED = code('900002');
const minute = 60_000;

describe('the token', () => {
  test('is renewed after four fifths of its life, as text or as number', async () => {
    for (const expires of ['1000', 1000]) {
      const desk = openDesk({ token: item({ token: 't', expires_in: expires }) });
      await desk.say('一');
      desk.clock.now += 799_000;
      await desk.say('二', { key: 'm_2' });
      expect(callsOf(desk, 'token')).toHaveLength(1);
      desk.clock.now += 1000;
      await desk.say('三', { key: 'm_3' });
      expect(callsOf(desk, 'token')).toHaveLength(2);
    }
  });

  test.each([ENDED, code('900001'), status(401), status(403)])(
    'that is refused is replaced, and the call repeated',
    async (refusal) => {
      const desk = openDesk({ send: [refusal, SENT] });
      expect(await desk.said('一')).toMatchObject({ outcome: 'accepted' });
      expect(callsOf(desk, 'send').map(({ headers }) => headers?.token)).toEqual(['token-1', 'token-2']);
    },
  );

  test('that is refused twice is left, without a loop', async () => {
    const desk = openDesk({ send: ENDED });
    expect(await desk.said('一')).toMatchObject({
      outcome: 'later',
      code: '900002',
      because: 'vendor',
      afterMs: 5000,
    });
    expect(desk.names()).toEqual(['token', 'connect', 'send', 'token', 'send']);
  });

  test('is shown as bearer by setting, and the paths follow theirs', async () => {
    const desk = openDesk({}, { authStyle: 'bearer', apiPrefix: '/api/5/user' });
    await desk.say('一');
    const [token, connect] = desk.calls;
    expect(token).toMatchObject({ name: '/api/get_token' });
    expect(token?.headers).toBeUndefined();
    expect(connect).toMatchObject({
      name: '/api/5/user/chat_connect',
      headers: { authorization: 'Bearer token-1' },
    });
    expect(connect?.headers).not.toHaveProperty('token');
    const ticket = openDesk(
      { connect: item({ status: 2 }) },
      {
        authStyle: 'bearer',
        whenNobody: 'ticket',
        companyId: 'c',
        ticketTypeId: 't',
        ticketCollectSec: 0,
      },
    );
    await ticket.say('一');
    expect(callsOf(ticket, 'ticket')[0]).toMatchObject({
      url: 'https://www.sobot.com/api/ws/5/ticket/save_user_ticket',
      headers: { authorization: 'Bearer token-1' },
    });
  });

  test('comes from another system where that is wanted', async () => {
    const url = 'https://tokens.example/zhichi?secret=s';
    const given = says({ token: 'theirs', expiresInSec: 100 });
    const desk = openDesk({}, { tokenSource: { url } }, async (call, answer) =>
      call.url === url ? given : answer,
    );
    await desk.say('一');
    expect(desk.calls[0]).toMatchObject({ method: 'GET', url, name: 'tokenSource' });
    expect(callsOf(desk, 'send')[0]?.headers).toMatchObject({ token: 'theirs' });
    const silent = openDesk({}, { tokenSource: { url } }, async (call, answer) =>
      call.url === url ? says({}) : answer,
    );
    expect(await silent.said('一')).toMatchObject({ outcome: 'later', code: 'token source' });
  });

  test.each([
    ['lost', LOST],
    ['not sent', NOT_SENT],
    ['a page', status(200)],
    ['without a token', item({})],
    ['unavailable', status(502)],
  ])('that cannot be had (%s) leaves the message unsent', async (_how, token) => {
    const desk = openDesk({ token });
    expect(await desk.said('一')).toMatchObject({ outcome: 'later', because: 'vendor' });
    expect(desk.names()).toEqual(['token']);
  });

  test('whose sign is found wrong is told, with the difference of the clocks', async () => {
    const wrong = says({ ret_code: '900003', ret_msg: 'sign' }, { date: 'Tue, 14 Nov 2023 22:10:00 GMT' });
    const { alarm } = await openDesk({ token: wrong }).said('一');
    expect(alarm).toContain('900003');
    expect(alarm).toContain('200 s behind');
    expect(alarm).not.toContain(APP_KEY);
  });
});

describe('a fight for the token', () => {
  /** The other system ends the token before every message. */
  async function fight(times: number, pauseMs = minute) {
    const desk = openDesk({
      connect: CONNECTED,
      send: Array.from({ length: times }, () => [ENDED, SENT]).flat(),
    });
    const alarms: (string | undefined)[] = [];
    for (let time = 0; time < times; time++) {
      alarms.push((await desk.said('一', { key: `m_${time}` })).alarm);
      desk.clock.now += pauseMs;
    }
    return { desk, alarms };
  }

  test('is told after three renewals in ten minutes', async () => {
    const { alarms } = await fight(5);
    expect(alarms.map((alarm) => alarm !== undefined)).toEqual([false, false, false, true, true]);
  });

  test('is none if the renewals are far apart', async () => {
    const { alarms } = await fight(5, 4 * minute);
    expect(alarms).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  test('goes on with one renewal a minute, and what comes between waits', async () => {
    const { desk } = await fight(4, 1000);
    const before = callsOf(desk, 'token').length;
    const other = openDesk({ send: ENDED });
    other.shared = desk.shared;
    other.clock.now = desk.clock.now;
    expect(await other.said('一')).toMatchObject({ outcome: 'later' });
    const again = await other.said('一', { number: 2 });
    expect(again).toMatchObject({ outcome: 'later', code: 'token fought', afterMs: expect.any(Number) });
    expect(callsOf(other, 'token')).toHaveLength(1);
    expect(before).toBe(5);
    other.clock.now += minute;
    await other.say('一', { number: 3 });
    expect(callsOf(other, 'token')).toHaveLength(2);
  });
});

describe('a failed call', () => {
  test.each<[string, NonNullable<Answers['send']>, object]>([
    ['999999, at first', code('999999'), { outcome: 'unknown', code: '999999' }],
    ['another code, at first', code('123456'), { outcome: 'unknown', code: '123456' }],
    ['a code that is none', says({ ret_code: '客服' }), { outcome: 'unknown', code: 'unreadable code' }],
    ['lost', LOST, { outcome: 'unknown', code: 'etimedout' }],
    ['too long an answer', { kind: 'tooLarge', code: 'too_large' }, { outcome: 'unknown' }],
    ['a page', status(200), { outcome: 'unknown', code: 'unreadable' }],
    ['an unknown status', item({ status: 9 }), { outcome: 'unknown', code: 'unreadable' }],
    ['not sent', NOT_SENT, { outcome: 'later', because: 'vendor' }],
    [
      'not before a time',
      { kind: 'notSent', code: 'paused', untilMs: 1_700_000_007_000 },
      { outcome: 'later', afterMs: 7000 },
    ],
    ['an internal address', { kind: 'refused', code: 'internal_address' }, { outcome: 'later' }],
    ['429', status(429), { outcome: 'later', because: 'vendor', afterMs: 1000 }],
    ['429 with a time', status(429, { 'retry-after': '9' }), { outcome: 'later', afterMs: 9000 }],
    ['503', status(503), { outcome: 'later', because: 'vendor' }],
    ['413', status(413), { outcome: 'refused' }],
    ['404', status(404), { outcome: 'later', afterMs: 60_000, alarm: expect.stringContaining('apiPrefix') }],
    ['400007', code('400007'), { outcome: 'refused', alarm: expect.any(String) }],
    ['400014', code('400014'), { outcome: 'unknown' }],
    [
      'an error in the envelope of a 500',
      { kind: 'answer', status: 500, headers: {}, body: Buffer.from('{"ret_code":"400001"}') },
      { outcome: 'refused' },
    ],
  ])('%s is what it means', async (_what, send, expected) => {
    expect(await openDesk({ send }).said('一')).toMatchObject(expected);
  });

  test.each([
    ['999999', { outcome: 'later', because: 'message' }],
    ['123456', { outcome: 'refused' }],
  ])('%s said again of what was not done is the message’s own fault', async (ret, expected) => {
    const lost = (before: string) => ({ number: 7, lost: { startedAt: NOW, code: before } });
    expect(await openDesk({ send: code(ret) }).said('一', lost('etimedout'))).toMatchObject({
      outcome: 'unknown',
    });
    const desk = openDesk({ send: code(ret) });
    await desk.say('〇');
    expect(await desk.said('一', { key: 'm_2', ...lost(ret) })).toMatchObject(expected);
    expect(desk.names().slice(-2)).toEqual(['record', 'send']);
  });

  test('of a busy vendor waits twice as long each time', async () => {
    const desk = openDesk({ send: status(429) });
    await desk.say('〇');
    const waits: unknown[] = [];
    for (const number of [1, 2, 3, 9]) {
      const delivery = await desk.said('一', { number });
      waits.push('afterMs' in delivery && delivery.afterMs);
    }
    expect(waits).toEqual([1000, 2000, 4000, 16_000]);
  });
});

describe('the check', () => {
  const signal = new AbortController().signal;
  const texts = async (answers: Answers, settings: Record<string, unknown> = {}) => {
    const desk = openDesk(answers, settings);
    const findings = await desk.adapter.check!(signal);
    return { desk, findings, lines: findings.map(({ level, text }) => `${level}: ${text}`) };
  };
  const list = (fields: object) => says({ ret_code: '000000', items: [fields] });

  test('asks for lists and figures, and nothing that agents see', async () => {
    const answers = {
      groups: list({ groupid: 'g', group_name: '售后' }),
      agents: list({ agentid: 'a' }),
      work: item({ is_work: 'true' }),
      once: item({ admin_size: 2 }),
    };
    const { desk, findings, lines } = await texts(answers, { groupId: 'g', agentId: 'a' });
    expect(desk.names()).toEqual(['token', 'groups', 'agents', 'work', 'once']);
    expect(lines.slice(0, 2)).toEqual([
      'ok: Zhichi accepts appId, appKey and the token of this host',
      'ok: 2 agent(s) are online',
    ]);
    expect(findings.some(({ level }) => level === 'fatal')).toBe(false);
    expect(sentOf(desk, 'work')).toEqual([{ groupid: 'g' }]);
  });

  test('lists the groups that rules can name, or says that it cannot', async () => {
    const desk = openDesk({ groups: list({ groupid: 'g', group_name: '售后' }) });
    expect(await desk.adapter.groups!(signal)).toEqual([{ id: 'g', name: '售后' }]);
    const broken = openDesk({ groups: says({ ret_code: '900001' }) });
    await expect(broken.adapter.groups!(signal)).rejects.toThrow('query_group');
  });

  test('names a group or an agent that Zhichi does not know, and an empty house', async () => {
    const answers = {
      groups: list({ groupid: 'g' }),
      agents: list({ agentid: 'a' }),
      work: item({ is_work: 'false' }),
      once: item({ admin_size: 0 }),
    };
    const { lines } = await texts(answers, { groupId: 'other', agentId: 'other' });
    expect(lines.filter((line) => line.startsWith('fatal'))).toEqual([
      expect.stringContaining('groupId'),
      expect.stringContaining('agentId'),
    ]);
    expect(lines.some((line) => line.includes('working hours'))).toBe(true);
    expect(lines.some((line) => line.includes('no agent is online'))).toBe(true);
  });

  test.each([
    [code('900004'), 'fatal', '900004'],
    [NOT_SENT, 'fatal', 'cannot be reached'],
    [LOST, 'fatal', 'cannot be reached'],
    [status(503), 'warn', 'try again'],
  ])('says what is wrong with the account', async (token, level, words) => {
    const { findings } = await texts({ token });
    expect(findings).toEqual([{ level, text: expect.stringContaining(words) }]);
  });

  test('lists the guesses that a real tenant settles, each with its setting', async () => {
    for (const [replies, words] of [
      ['push', 'set replies: record'],
      ['record', 'set replies: push'],
      ['forward', 'encrypted'],
    ] as const) {
      const settings = { replies, forwardCompanyId: 'c', forwardAppKey: 'k' };
      const { findings } = await texts({}, settings);
      const guesses = findings.filter(({ text }) => text.startsWith('to settle with a real tenant'));
      expect(guesses.length).toBeGreaterThan(9);
      expect(guesses.some(({ text }) => text.includes(words))).toBe(true);
    }
  });
});

test('limits are those of the settings', () => {
  expect(definition.limits!(definition.settings.parse(accountSettings))).toEqual([
    { name: '', calls: 10, perMs: 1000, scope: 'all' },
    { name: '', calls: 300, perMs: 60_000, scope: 'all' },
    { name: '/api/chat/5/user/get_detail_by_cid', calls: 5, perMs: 1000, scope: 'all' },
  ]);
});

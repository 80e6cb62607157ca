import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HttpResult } from '../../src/ports/http.ts';
import { wechatSettings } from '../../src/wechat/settings.ts';
import { fillValue } from '../../src/wechat/subscribe-settings.ts';
import { ACCOUNT, APPID, KEY, TOKEN, VISITOR } from './account.ts';
import { openDesk, SIGNAL, says, sent, status } from './desk.ts';

const subscribe = {
  templateId: 'template-1',
  page: 'pages/service/index',
  data: { thing1: '{agent}已回复您', time2: '{time}', number3: '{count}' },
};

const knock = {
  visitor: VISITOR,
  replies: 2,
  agent: '小王',
  writtenAt: Date.UTC(2026, 0, 2, 2, 11),
  signal: SIGNAL,
};

function openKnocker(answers: readonly HttpResult[], change: object = {}) {
  const desk = openDesk(answers, { settings: { subscribe: { ...subscribe, ...change } } });
  const { knocker } = desk.channel;
  if (!knocker) throw new Error('expected a knocker');
  return { ...desk, knocker };
}

const outcomeOf = (...answers: readonly HttpResult[]) => openKnocker(answers).knocker.knock(knock);

describe('a knock', () => {
  test('is one call with the values filled in, and Shanghai’s time', async () => {
    const { knocker, calls } = openKnocker([says({ errcode: 0, errmsg: 'ok', msgid: 1 })]);
    expect(knocker.template).toBe('template-1');
    expect(await knocker.knock(knock)).toEqual({ outcome: 'accepted' });
    expect(calls.map(({ name }) => name)).toEqual(['/cgi-bin/message/subscribe/send']);
    expect(sent(calls[0])).toEqual({
      touser: VISITOR,
      template_id: 'template-1',
      page: 'pages/service/index',
      data: {
        thing1: { value: '小王已回复您' },
        time2: { value: '2026-01-02 10:11' },
        number3: { value: '2' },
      },
      miniprogram_state: 'formal',
      lang: 'zh_CN',
    });
  });

  test('names the service where the agent has no name, or one that nothing is left of', async () => {
    for (const agent of [undefined, '', ' ', '\u0007']) {
      const { knocker, calls } = openKnocker([says({ errcode: 0 })]);
      const { agent: _, ...nobody } = knock;
      await knocker.knock(agent === undefined ? nobody : { ...nobody, agent });
      expect(sent(calls[0])).toMatchObject({ data: { thing1: { value: '客服已回复您' } } });
    }
  });

  test.each([
    [40003, { outcome: 'refused' }],
    [40037, { outcome: 'refused', alarm: expect.stringContaining('templateId') }],
    [41030, { outcome: 'refused', alarm: expect.stringContaining('subscribe.page') }],
    [43101, { outcome: 'unallowed' }],
    [43107, { outcome: 'refused', alarm: expect.stringContaining('banned') }],
    [43108, { outcome: 'later', afterMs: 1000 }],
    [45168, { outcome: 'refused', alarm: expect.stringContaining('forbidden words') }],
    [45009, { outcome: 'later', afterMs: 64_000_000 }],
    [-1, { outcome: 'later' }],
    [48001, { outcome: 'later', afterMs: 600_000 }],
    [99999, { outcome: 'refused' }],
  ])('that is answered %d is %j', async (errcode, outcome) => {
    expect(await outcomeOf(says({ errcode, errmsg: 'x' }))).toEqual({ code: String(errcode), ...outcome });
  });

  test('whose values are not taken names the key, and no word', async () => {
    const errmsg = 'argument invalid! data.thing1.value is 我的身份证 rid: 5f-1-2';
    expect(await outcomeOf(says({ errcode: 47003, errmsg }))).toEqual({
      outcome: 'refused',
      code: '47003',
      alarm: 'WeChat does not take a value of subscribe.data: thing1',
    });
    expect(await outcomeOf(says({ errcode: 47003, errmsg: '我的' }))).toMatchObject({
      alarm: 'WeChat does not take a value of subscribe.data',
    });
  });

  test.each<[string, HttpResult, object]>([
    ['is lost', { kind: 'lost', code: 'timeout' }, { outcome: 'unknown', code: 'timeout' }],
    ['cannot be read', status(200), { outcome: 'unknown', code: 'unreadable' }],
    ['never left', { kind: 'notSent', code: 'refused' }, { outcome: 'later', code: 'refused' }],
    ['meets a bare 503', status(503), { outcome: 'later', code: 'http 503' }],
  ])('that %s says so', async (_what, answer, outcome) => {
    expect(await outcomeOf(answer)).toEqual(outcome);
  });

  test('with a token that died is made again with a new one', async () => {
    expect(await outcomeOf(says({ errcode: 40001, errmsg: '' }), says({ errcode: 0 }))).toEqual({
      outcome: 'accepted',
    });
  });

  test('is none of an account without the setting', () => {
    expect(openDesk().channel.knocker).toBeUndefined();
  });
});

describe('a value that is filled in', () => {
  test('keeps to its limit: the agent’s name gives way', () => {
    const values = { time: '2026-01-02 10:11', count: '1', agent: '客服中心的王小明同志（售后服务部）' };
    expect(fillValue('thing1', '{agent}已回复您', values)).toBe('客服中心的王小明同志（售后服务部已回复您');
    expect(fillValue('name2', '{agent}', values)).toBe('客服中心的王小明同志');
    expect(fillValue('phrase3', '{agent}', { ...values, agent: 'Anna' })).toBe('客服');
  });

  test('is fit for WeChat whatever the agent is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (agent) => {
        const value = fillValue('thing1', '{agent}已回复您', { time: '', count: '1', agent });
        return value.endsWith('已回复您') && [...value].length <= 20 && !/\p{Cc}/u.test(value);
      }),
    );
  });
});

describe('the setting subscribe', () => {
  const faultsOf = (change: object, kind = 'miniprogram') =>
    (
      wechatSettings.safeParse({
        appid: APPID,
        originalId: ACCOUNT,
        secret: 's',
        token: TOKEN,
        encodingAESKey: KEY,
        kind,
        subscribe: { ...subscribe, ...change },
      }).error?.issues ?? []
    ).map(({ path, message }) => `${path.join('.')}: ${message}`);

  test('is fine with what the console shows', () => {
    expect(faultsOf({})).toEqual([]);
    expect(
      faultsOf({
        data: {
          character_string1: 'A-1',
          date2: '2026年1月2日',
          amount3: '¥12.50元',
          phone_number4: '+86-0766-66888866',
          car_number5: '粤A8Z888挂',
          name6: '{agent}',
          phrase7: '已回复',
          letter8: 'abc',
          symbol9: '!',
          time10: '10:11',
        },
      }),
    ).toEqual([]);
  });

  test.each<[object, string]>([
    [{ data: { thing1: '一'.repeat(21) } }, 'subscribe.data.thing1: expected 1 to 20 characters for thing1'],
    [
      { data: { thing1: '{agent}'.repeat(11) } },
      'subscribe.data.thing1: expected 1 to 20 characters for thing1',
    ],
    [{ data: { thing1: '' } }, 'subscribe.data.thing1: expected 1 to 20 characters for thing1'],
    [{ data: { thing1: 'a\nb' } }, 'subscribe.data.thing1: expected 1 to 20 characters for thing1'],
    [
      { data: { number1: '{agent}' } },
      'subscribe.data.number1: expected a number of at most 32 digits for number1',
    ],
    [
      { data: { number1: '1'.repeat(33) } },
      'subscribe.data.number1: expected a number of at most 32 digits for number1',
    ],
    [
      { data: { phrase1: '六个汉字太长' } },
      'subscribe.data.phrase1: expected 1 to 5 Chinese characters for phrase1',
    ],
    [
      { data: { time1: '{count}' } },
      'subscribe.data.time1: expected a time such as 10:11 or 2026-01-02 10:11 for time1',
    ],
    [
      { data: { thing1: '{name}' } },
      'subscribe.data.thing1: expected {time}, {count} or {agent}, got {name}',
    ],
    [
      { data: { thing1: '{agent' } },
      'subscribe.data.thing1: expected {time}, {count} or {agent}, got {agent',
    ],
    [{ data: {} }, 'subscribe.data: expected the values of the template, got none'],
    [{ page: '/pages/a' }, 'subscribe.page: expected a page of the mini-program without a slash before it'],
    [{ templateId: '' }, 'subscribe.templateId: expected the id of a template, from the console'],
  ])('%j is a fault', (change, fault) => {
    expect(faultsOf(change)).toEqual([fault]);
  });

  test('knows the kinds of values that WeChat has', () => {
    expect(faultsOf({ data: { constructor1: 'x' } })).toEqual([
      expect.stringMatching(/^subscribe\.data\.constructor1: expected a key such as thing1: thing, number, /),
    ]);
  });

  test('is none for official accounts', () => {
    expect(faultsOf({}, 'service')).toEqual([
      'subscribe: expected none: only mini-programs send these subscription messages',
    ]);
  });
});

import { describe, expect, test } from 'vitest';
import {
  ALLOCATED,
  attemptOf,
  callsOf,
  LOST,
  messageOf,
  NOT_SENT,
  OK,
  openDesk,
  payload,
  progressOf,
  pushOf,
  says,
  sent,
  status,
} from './desk.ts';

const QUEUED = says({ code: 14006, message: '请稍候', count: 2 });
const OFFLINE = says({ code: 14005, message: '客服不在线，请留言' });
const CLOSED = says({ code: 14010, message: '请在工作时间联系' });

describe('by route human', () => {
  test('the first message asks for an agent, tells the profile, and goes', async () => {
    const desk = openDesk();
    expect(await desk.say('你好')).toMatchObject([
      { outcome: 'more', progress: { isAllocated: true } },
      { outcome: 'more', progress: { isAllocated: true, isIntroduced: true } },
      { outcome: 'accepted' },
    ]);
    expect(desk.names()).toEqual(['apply', 'profile', 'send']);
    expect(sent(desk.calls[0])).toEqual({ uid: 'oABC_1', staffType: 1, productId: 'wx1a2b3c4d5e6f7a8b' });
    expect(sent(desk.calls[1])).toEqual({
      uid: 'oABC_1',
      userinfo: [
        { key: 'real_name', value: '用户oABC_1' },
        { index: 0, key: 'source', label: '来源', value: '微信 wx1a2b3c4d5e6f7a8b' },
        { index: 1, key: 'openid', label: 'openid', value: 'oABC_1' },
      ],
    });
    expect(desk.calls.map(({ priority }) => priority)).toEqual([2, 1, 2]);
  });

  test('the next ones just go', async () => {
    const desk = openDesk();
    await desk.say('你好');
    await desk.say('在吗');
    expect(desk.names()).toEqual(['apply', 'profile', 'send', 'send']);
    expect(desk.serving()).toBe('agent');
  });

  test('where the visitor came from is told, and told again once it changes', async () => {
    const desk = openDesk();
    const conversation = { ...attemptOf(undefined).conversation, context: 'pages/item?id=7' };
    await desk.say('你好', { conversation });
    expect(sent(desk.calls[0])).toMatchObject({ fromPage: 'pages/item?id=7' });
    await desk.say('再问', { conversation: { ...conversation, context: 'pages/cart' } });
    await desk.say('还有', { conversation: { ...conversation, context: 'pages/cart' } });
    expect(desk.names()).toEqual(['apply', 'profile', 'send', 'profile', 'send', 'send']);
    expect(sent(desk.calls[3])).toMatchObject({
      userinfo: { 3: { key: 'session_from', value: 'pages/cart' } },
    });
  });

  test('agent, group, level and product are asked for as configured', async () => {
    const desk = openDesk({}, { staffId: 7, groupId: 8, level: 11, productId: 'shop' });
    await desk.say('你好');
    expect(sent(desk.calls[0])).toEqual({
      uid: 'oABC_1',
      staffType: 1,
      staffId: 7,
      groupId: 8,
      level: 11,
      productId: 'shop',
    });
  });

  test.each([
    ['a group goes before the agent of the settings', { group: '5678' }, { groupId: 5678, level: 1 }],
    [
      'an agent and a group go together',
      { agent: '1234', group: '5678' },
      { staffId: 1234, groupId: 5678, level: 1 },
    ],
    ['a priority is the level', { priority: 10 }, { staffId: 7, level: 10 }],
    ['an id that is none of Qiyu’s changes nothing', { group: 'sales' }, { staffId: 7, level: 1 }],
  ])('what a rule asks for goes before the settings: %s', async (_what, routing, asked) => {
    const desk = openDesk({}, { staffId: 7, level: 1 });
    await desk.say('你好', { routing });
    const { uid: _uid, staffType: _type, productId: _product, ...rest } = sent(desk.calls[0]);
    expect(rest).toEqual(asked);
  });

  test('the visitor has the id that the template makes', async () => {
    const desk = openDesk({}, { uidTemplate: '{appid}:{openid}' });
    await desk.say('你好');
    const uid = 'wx1a2b3c4d5e6f7a8b:oABC_1';
    expect(desk.calls.map((call) => sent(call).uid)).toEqual([uid, uid, uid]);
    expect(desk.adapter.visitorIds(attemptOf(undefined).conversation)).toEqual([uid]);
  });

  test('a session starts once, whether the answer or the push comes first', async () => {
    const desk = openDesk({
      apply: says({
        code: 200,
        sessionId: 62930,
        staffId: 143,
        staffName: '小李',
        staffType: 1,
        message: '您好',
      }),
    });
    await desk.say('你好');
    desk.push(pushOf('SESSION_START', payload('session-start-few-fields.json')));
    expect(desk.events.filter(({ kind }) => kind === 'sessionStarted')).toHaveLength(1);
    expect(desk.events.filter(({ kind }) => kind === 'message')).toMatchObject([
      { automatic: true, keys: ['greeting:62930'], parts: [{ kind: 'text', text: '您好' }] },
    ]);
  });

  test('a greeting is shown by setting only, and as text where it is HTML', async () => {
    const silent = openDesk({}, { showGreeting: false });
    await silent.say('你好');
    expect(silent.events.filter(({ kind }) => kind === 'message')).toEqual([]);
    const rich = openDesk({
      apply: says({
        code: 200,
        sessionId: 1,
        staffType: 1,
        message: 'x',
        rich_text_greet: '<p>您<b>好</b></p>',
      }),
    });
    await rich.say('你好');
    expect(rich.events.find(({ kind }) => kind === 'message')).toMatchObject({ parts: [{ text: '您好' }] });
  });

  test.each([
    ['is lost', LOST],
    ['never arrived', NOT_SENT],
    ['is a bad gateway', status(502)],
    ['is an internal error', says({ code: 14500 })],
    ['cannot be read', status(200)],
  ])('a message goes all the same if the answer of applyStaff %s', async (_what, answer) => {
    const desk = openDesk({ apply: answer });
    expect((await desk.say('你好')).at(-1)).toMatchObject({ outcome: 'accepted' });
    expect(desk.names()).toEqual(['apply', 'send']);
    await desk.say('在吗');
    expect(desk.names().slice(2)).toEqual(['apply', 'send']);
  });

  test('fields that Qiyu refuses are an alarm, and the message goes', async () => {
    const desk = openDesk({ apply: says({ code: 14004, message: 'groupId' }) }, { groupId: 9 });
    const deliveries = await desk.say('你好');
    expect(deliveries[0]).toMatchObject({ outcome: 'more', alarm: expect.stringContaining('groupId') });
    expect(deliveries.at(-1)).toMatchObject({ outcome: 'accepted' });
  });

  test('too many calls at once postpone the message before it goes anywhere', async () => {
    const desk = openDesk({ apply: says({ code: 14009 }) });
    expect(await desk.say('你好')).toMatchObject([{ outcome: 'later', because: 'vendor', afterMs: 1000 }]);
    expect(desk.names()).toEqual(['apply']);
  });

  test('a profile that fails holds nothing, and one that is refused is not tried with every message', async () => {
    const failing = openDesk({ profile: [status(503), OK] });
    expect((await failing.say('你好')).at(-1)).toMatchObject({ outcome: 'accepted' });
    await failing.say('在吗');
    expect(failing.names()).toEqual(['apply', 'profile', 'send', 'profile', 'send']);
    const refused = openDesk({ profile: says({ code: 14004 }) });
    await refused.say('你好');
    await refused.say('在吗');
    expect(refused.names()).toEqual(['apply', 'profile', 'send', 'send']);
  });
});

describe('by route robot', () => {
  test('nobody is asked for until the visitor wants an agent', async () => {
    const desk = openDesk({}, { route: 'robot' });
    await desk.say('你好');
    expect(desk.names()).toEqual(['profile', 'send']);
    const asked = await desk.adapter.askForAgent?.(attemptOf(desk.memory));
    expect(asked).toMatchObject({
      outcome: 'accepted',
      events: [{ kind: 'sessionStarted', by: 'agent' }, {}, {}],
    });
    expect(sent(desk.calls[2])).toMatchObject({ staffType: 1 });
    expect(sent(desk.calls[2])).not.toHaveProperty('robotShuntSwitch');
  });
});

describe('by route robot-first', () => {
  const ROBOT = says({
    code: 200,
    sessionId: 62926,
    staffType: 0,
    staffId: 77,
    staffName: '小七',
    message: '我是机器人',
  });

  test('the robot is asked for before an agent, and its greeting is not shown', async () => {
    const desk = openDesk({ apply: ROBOT }, { route: 'robot-first', robotId: 5 });
    await desk.say('你好');
    expect(sent(desk.calls[0])).toMatchObject({ staffType: 1, robotShuntSwitch: 1, robotId: 5 });
    expect(desk.serving()).toBe('robot');
    expect(desk.events.filter(({ kind }) => kind === 'message')).toEqual([]);
  });

  test('once the robot has handed over, it is not asked for again', async () => {
    const desk = openDesk({ apply: [ROBOT, ALLOCATED] }, { route: 'robot-first' });
    await desk.say('你好');
    desk.push(pushOf('SESSION_END', payload('session-end-robot.json')));
    await desk.say('人呢', { key: 'm_2' });
    expect(sent(callsOf(desk, 'apply')[1])).not.toHaveProperty('robotShuntSwitch');
    expect(desk.serving()).toBe('agent');
  });
});

describe('entering the chat', () => {
  const entry = { kind: 'event', name: 'session-enter', context: 'pages/item' } as const;

  test('is nothing to Qiyu by default', () => {
    expect(openDesk().adapter.accepts.has('event')).toBe(false);
  });

  test('asks for an agent by setting, and a failure loses nothing', async () => {
    const desk = openDesk({}, { applyOnEnter: true });
    expect(desk.adapter.accepts.has('event')).toBe(true);
    expect(await desk.forward([entry])).toMatchObject([{ outcome: 'accepted' }]);
    expect(sent(desk.calls[0])).toMatchObject({ fromPage: 'pages/item' });
    await desk.say('你好', { key: 'm_2' });
    expect(desk.names()).toEqual(['apply', 'profile', 'send']);
    for (const apply of [LOST, NOT_SENT, status(500), OFFLINE, CLOSED, QUEUED]) {
      const other = openDesk({ apply }, { applyOnEnter: true });
      expect(await other.forward([entry])).toMatchObject([{ outcome: 'accepted' }]);
    }
    const wrong = openDesk({ apply: says({ code: 14001 }) }, { applyOnEnter: true });
    expect(await wrong.forward([entry])).toMatchObject([
      { outcome: 'accepted', alarm: expect.stringContaining('14001') },
    ]);
  });

  test('other events are nothing to Qiyu', async () => {
    const desk = openDesk({}, { applyOnEnter: true });
    expect(await desk.forward([{ kind: 'event', name: 'CLICK' }])).toEqual([{ outcome: 'accepted' }]);
    expect(desk.calls).toEqual([]);
  });
});

test('what came before is not repeated when the bridge starts again in between', async () => {
  const desk = openDesk();
  const first = await desk.adapter.forward(messageOf([{ kind: 'text', text: '你好' }]), attemptOf(undefined));
  expect(first).toMatchObject({ outcome: 'more', progress: { isAllocated: true } });
  // The events were lost with the process: the progress alone says that an agent has been asked for.
  await desk.say('你好', { progress: progressOf([first]) });
  expect(desk.names()).toEqual(['apply', 'profile', 'send']);
});

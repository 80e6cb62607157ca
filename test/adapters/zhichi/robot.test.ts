import { describe, expect, test } from 'vitest';
import {
  CONNECTED,
  callback,
  callsOf,
  example,
  item,
  kept,
  LOST,
  openDesk,
  PARTNER,
  sentOf,
} from './desk.ts';

const route = { route: 'robot' };
const answers = (fields: object) => item({ answer: '您好', msgid: '7', transfer_type: 0, ...fields });

describe('the robot', () => {
  test('is asked first, and what it answers is said', async () => {
    const desk = openDesk(
      {
        robot: answers({ answer: '<p>看 <img src="https://a.example/1.png"></p>', cid: 'c', visitorid: 'v' }),
      },
      { ...route, robotFlag: 2 },
    );
    expect(await desk.said('怎么退货')).toMatchObject({ outcome: 'accepted', bind: ['cid:c', 'uid:v'] });
    expect(sentOf(desk, 'robot')).toEqual([
      {
        partnerid: PARTNER,
        source: 10,
        user_nick: '微信用户BC_1',
        robot_flag: 2,
        question: '怎么退货',
        question_flag: 0,
        request_text: '怎么退货',
      },
    ]);
    expect(desk.events.find(({ kind }) => kind === 'message')).toMatchObject({
      from: { role: 'robot' },
      automatic: true,
      keys: ['robot:7'],
      parts: [{ kind: 'text', text: '看' }, { kind: 'image' }],
    });
    expect(desk.serving()).toBe('robot');
    expect(desk.names()).not.toContain('connect');
  });

  test('suggests by a numbered list, in one message with its words', async () => {
    const suggestions = [
      { question: '退货', docid: 'd1' },
      { question: '换货', docid: 'd2' },
    ];
    const desk = openDesk({ robot: answers({ stripe: '您想问', suggestions }) }, route);
    await desk.say('怎么退货');
    expect(desk.events.filter(({ kind }) => kind !== 'noted')).toMatchObject([
      {
        kind: 'menuAsked',
        text: '您好\n您想问',
        options: [{ label: '退货' }, { label: '换货' }],
        expiresMs: 600_000,
      },
    ]);
    const option = { id: '退货', label: '退货' };
    await desk.forward([{ kind: 'choice', of: 'menu', option }], { key: 'm_2' });
    expect(sentOf(desk, 'robot').at(-1)).toMatchObject({ question: '退货', question_flag: 0 });
  });

  test('shows pictures before its list', async () => {
    const robot = answers({
      answer: '<img src="https://a.example/1.png">',
      suggestions: [{ question: '退货' }],
    });
    const desk = openDesk({ robot }, route);
    await desk.say('图');
    expect(desk.events.map(({ kind }) => kind)).toEqual(['noted', 'message', 'menuAsked']);
  });

  test.each([
    [{ remind_question: '请问几号？' }, { kind: 'message', parts: [{ text: '请问几号？' }] }],
    [
      { answer_strip: '查到', answer: '已发货' },
      { kind: 'message', parts: [{ text: '查到\n已发货' }] },
    ],
    [
      { remind_question: '哪个？', input_content_list: '杯子, 盘子' },
      { kind: 'menuAsked', text: '哪个？', options: [{ label: '杯子' }, { label: '盘子' }] },
    ],
  ])('leads a dialogue: %j', async (dialogue, expected) => {
    const desk = openDesk({ robot: answers({ answer: '', multi_response_info: dialogue }) }, route);
    await desk.say('查订单');
    expect(desk.events.find(({ kind }) => kind !== 'noted')).toMatchObject(expected);
  });

  test('hands over to an agent, who is asked for at once; the words stay with the robot', async () => {
    const desk = openDesk({ robot: answers({ transfer_type: 2 }) }, route);
    const deliveries = await desk.say('太差了');
    expect(deliveries.map(({ outcome }) => outcome)).toEqual(['more', 'accepted']);
    expect(desk.names()).toEqual(['token', 'robot', 'connect']);
    expect(desk.serving()).toBe('agent');
    expect(desk.events.some(({ kind }) => kind === 'message')).toBe(true);
    await desk.say('在吗', { key: 'm_2' });
    expect(desk.names().at(-1)).toBe('send');
  });

  test('hands over for no sign that is not wanted', async () => {
    const desk = openDesk({ robot: answers({ transfer_type: 3 }) }, { ...route, transferOn: [1] });
    await desk.say('人');
    expect(desk.serving()).toBe('robot');
  });

  test('that hands over while nobody is there, or into the queue, has answered all the same', async () => {
    for (const [status, serving] of [
      [2, 'nobody'],
      [0, 'queue'],
    ] as const) {
      const desk = openDesk(
        { robot: answers({ transfer_type: 1 }), connect: item({ status, count: 2 }) },
        route,
      );
      expect(await desk.said('人')).toMatchObject({ outcome: 'accepted' });
      expect(desk.serving()).toBe(serving);
    }
  });

  test('is left alone once an agent serves, whichever way that was heard', async () => {
    const desk = openDesk({ robot: answers({}) }, route);
    await desk.say('一');
    desk.push(callback(example));
    await desk.say('二', { key: 'm_2' });
    expect(desk.names()).toEqual(['token', 'robot', 'send']);
  });

  test('gets the line that stands for a picture', async () => {
    const desk = openDesk({ robot: answers({}) }, route);
    desk.copies.set('x_1', kept('image/jpeg'));
    await desk.forward([{ kind: 'image', media: { id: 'x_1', from: {} } }]);
    expect(sentOf(desk, 'robot')).toMatchObject([
      { question: '[图片] https://bridge.example.com/media/x_1/a.jpg' },
    ]);
  });

  test('whose answer is lost is asked again', async () => {
    const desk = openDesk({ robot: [LOST, answers({})], connect: CONNECTED }, route);
    expect(await desk.said('一')).toMatchObject({ outcome: 'later', because: 'vendor' });
    expect(await desk.said('一', { number: 2 })).toMatchObject({ outcome: 'accepted' });
    expect(callsOf(desk, 'send')).toEqual([]);
  });

  test('is not asked for where agents serve first', async () => {
    const desk = openDesk();
    await desk.say('一');
    expect(desk.names()).toEqual(['token', 'connect', 'send']);
  });
});

import { describe, expect, test } from 'vitest';
import { ALLOCATED, callsOf, OK, openDesk, payload, pushOf, says } from './desk.ts';

const QUEUED = says({ code: 14006, message: '请稍候', count: 2 });
const OFFLINE = says({ code: 14005, message: '客服不在线，请留言' });
const CLOSED = says({ code: 14010, message: '请在工作时间联系' });

describe('when nobody is online', () => {
  test('the visitor is told once, and messages go to the leave-message list for five minutes', async () => {
    const desk = openDesk({ apply: OFFLINE });
    expect((await desk.say('你好')).at(-1)).toMatchObject({ outcome: 'accepted' });
    expect(desk.events).toMatchObject([
      { kind: 'nobodyOnline', keeps: true, text: '客服不在线，请留言' },
      { kind: 'noted' },
    ]);
    desk.clock.now += 299_000;
    await desk.say('在吗', { key: 'm_2' });
    expect(desk.names()).toEqual(['apply', 'profile', 'send', 'send']);
    desk.clock.now += 1000;
    await desk.say('还在吗', { key: 'm_3' });
    expect(desk.names().slice(4)).toEqual(['apply', 'send']);
    expect(desk.events.filter(({ kind }) => kind === 'nobodyOnline')).toHaveLength(2);
  });

  test('and nothing is kept, the message waits until somebody is', async () => {
    const desk = openDesk({ apply: [CLOSED, CLOSED, ALLOCATED] });
    const waiting = {
      outcome: 'later',
      code: '14010',
      because: 'nobody',
      afterMs: 300_000,
      untilEvent: true,
    };
    expect(await desk.say('你好')).toMatchObject([waiting]);
    expect(await desk.say('你好', { number: 2 })).toMatchObject([waiting]);
    expect(desk.events).toMatchObject([{ kind: 'nobodyOnline', keeps: false, text: '请在工作时间联系' }]);
    expect((await desk.say('你好', { number: 3 })).at(-1)).toMatchObject({ outcome: 'accepted' });
    expect(desk.names()).toEqual(['apply', 'apply', 'apply', 'profile', 'send']);
  });

  test('an agent who writes makes it a session', async () => {
    const desk = openDesk({ apply: OFFLINE });
    await desk.say('你好');
    expect(desk.serving()).toBe('nobody');
    desk.push(pushOf('MSG', payload('msg-text.json')));
    expect(desk.serving()).toBe('agent');
  });
});

describe('in the queue', () => {
  test('the visitor is told his place, messages go, and the place is looked at', async () => {
    const desk = openDesk({ apply: QUEUED });
    const deliveries = await desk.say('你好');
    expect(deliveries[0]).toMatchObject({
      outcome: 'more',
      events: [{ kind: 'queued', ahead: 2, text: '请稍候' }],
      wakes: [{ name: 'queue', afterMs: 20_000 }],
    });
    expect(deliveries.at(-1)).toMatchObject({ outcome: 'accepted' });
    expect(desk.serving()).toBe('queue');
  });

  test('old manuals say 14008 for it, which has a place then', async () => {
    const desk = openDesk({ apply: says({ code: 14008, count: 0 }) });
    expect((await desk.say('你好'))[0]).toMatchObject({ events: [{ kind: 'queued', ahead: 0 }] });
  });

  test('messages are held by setting until an agent is there', async () => {
    const desk = openDesk({ apply: QUEUED }, { whileQueued: 'hold' });
    expect((await desk.say('你好')).at(-1)).toEqual({
      outcome: 'later',
      code: 'queued',
      because: 'queue',
      untilEvent: true,
    });
    expect(desk.names()).toEqual(['apply']);
    desk.push(pushOf('SESSION_START', payload('session-start-few-fields.json')));
    expect((await desk.say('你好', { progress: { piece: 0, isAllocated: true } })).at(-1)).toMatchObject({
      outcome: 'accepted',
    });
    expect(desk.names()).toEqual(['apply', 'profile', 'send']);
  });
});

describe('what message/send says of agents', () => {
  test('14005 and 14006 are answers about the visitor: the message has arrived', async () => {
    const offline = openDesk({ send: OFFLINE });
    expect((await offline.say('你好')).at(-1)).toMatchObject({
      outcome: 'accepted',
      events: [{ kind: 'nobodyOnline', keeps: true }],
    });
    expect(callsOf(offline, 'send')).toHaveLength(1);
    const queued = openDesk({ send: QUEUED });
    expect((await queued.say('你好')).at(-1)).toMatchObject({
      outcome: 'accepted',
      events: [{ kind: 'queued', ahead: 2 }],
      wakes: [{ name: 'queue', afterMs: 20_000 }],
    });
    expect((await queued.say('在吗', { key: 'm_2' })).at(-1)).toEqual({ outcome: 'accepted' });
  });

  test('14010 says that it is lost: it waits', async () => {
    const desk = openDesk({ send: CLOSED });
    expect((await desk.say('你好')).at(-1)).toMatchObject({
      outcome: 'later',
      because: 'nobody',
      events: [{ kind: 'nobodyOnline', keeps: false }],
    });
  });

  test('14007 forgets the queue and asks afresh, once', async () => {
    const desk = openDesk({ apply: [QUEUED, ALLOCATED], send: [OK, says({ code: 14007 }), OK] });
    await desk.say('你好');
    expect(desk.serving()).toBe('queue');
    expect((await desk.say('在吗', { key: 'm_2' })).map(({ outcome }) => outcome)).toEqual([
      'more',
      'more',
      'accepted',
    ]);
    expect(desk.serving()).toBe('agent');
    const stubborn = openDesk({ send: says({ code: 14007 }) });
    expect((await stubborn.say('你好')).at(-1)).toEqual({
      outcome: 'later',
      code: '14007',
      because: 'message',
    });
    expect(callsOf(stubborn, 'send')).toHaveLength(2);
  });
});

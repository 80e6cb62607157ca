import { describe, expect, test } from 'vitest';
import { signCallback } from '../../sandbox/vendors/easemob/signature.ts';
import { app, NAME, openBench, restMessageOf, SERVICE } from './easemob-bench.ts';

const refusing = { status: 500, type: 'text/plain', body: '' };

describe('a callback of the IM cloud', () => {
  test('tells what was sent, what became of the session, and that the helpdesk has it', async () => {
    await using bench = await openBench();
    await bench.say('你好', 'id-7');
    const bodies = await bench.calledBack(4);
    expect(bodies[0]).toMatchObject({
      from: NAME,
      to: SERVICE,
      payload: { bodies: [{ type: 'txt', msg: '你好' }] },
    });
    const news = bodies.map(({ payload }) => payload.ext.weichat.event?.eventName);
    expect(news.slice(1, 3)).toEqual(['ServiceSessionCreatedEvent', 'ServiceSessionOpenedEvent']);
    expect(bodies[3].payload).toMatchObject({
      bodies: [{ type: 'cmd', action: 'KF-ACK' }],
      ext: { weichat: { ack_for_msg_id: 'id-7' } },
    });
    expect(bodies[3].payload.ext.weichat).not.toHaveProperty('msgId');
  });

  test('is proved by its id and time alone, each with an id of its own', async () => {
    await using bench = await openBench();
    await bench.easemob.agentSays(NAME, '一');
    await bench.easemob.agentSays(NAME, '二');
    const bodies = await bench.calledBack(3);
    for (const { callId, timestamp, security, appkey } of bodies) {
      expect(security).toBe(signCallback(callId, app.callbackSecret, timestamp));
      expect(callId.startsWith('acme#shop_')).toBe(true);
      expect(appkey).toBe('acme#shop');
    }
    expect(new Set(bodies.map(({ callId }) => callId)).size).toBe(bodies.length);
  });

  test('carries an agent’s words escaped, and what the real system writes beside them', async () => {
    await using bench = await openBench({ tellsEvents: false });
    await bench.easemob.agentSays(NAME, '<b> & "x"');
    const [body] = await bench.calledBack(1);
    expect(body).toMatchObject({ from: SERVICE, to: NAME, eventType: 'chat', chat_type: 'chat' });
    expect(body.payload).toMatchObject({
      bodies: [{ type: 'txt', msg: '&lt;b&gt; &amp; &quot;x&quot;' }],
      ext: { weichat: { event: null, ctrlType: null, agent: { userType: 'Agent', userNickname: '小李' } } },
    });
  });

  test('hides names where the tenant does', async () => {
    await using bench = await openBench({ tellsEvents: false, tellsNames: false });
    await bench.easemob.agentSays(NAME, '您好');
    const [body] = await bench.calledBack(1);
    expect(body.payload.ext.weichat.agent).toEqual({ userId: 'a-1', userType: 'Agent' });
  });

  test('that fails is tried once more, byte for byte, and then never', async () => {
    await using bench = await openBench({ tellsEvents: false });
    bench.bridge.answer = () => refusing;
    const called = await bench.easemob.agentSays(NAME, '您好');
    expect(called.verdict).toEqual({ kind: 'refused', reason: 'status 500' });
    const [one, two, ...more] = bench.bridge.calls;
    expect(one?.body).toEqual(two?.body);
    expect(more).toEqual([]);
  });

  test('is a failure with an answer of more than 1000 characters', async () => {
    await using bench = await openBench({ tellsEvents: false });
    const answer = (length: number) => ({ status: 200, type: 'text/plain', body: '好'.repeat(length) });
    bench.bridge.answer = () => answer(1000);
    expect((await bench.easemob.agentSays(NAME, '一')).verdict.kind).toBe('accepted');
    bench.bridge.answer = () => answer(1001);
    expect((await bench.easemob.agentSays(NAME, '二')).verdict.kind).toBe('refused');
  });

  test('is not made for a while after many failures, longer each time, and what falls into it is lost', async () => {
    await using bench = await openBench({ tellsEvents: false, maxCallbackFailures: 4 });
    const { easemob, clock } = bench;
    bench.bridge.answer = () => refusing;
    const fail = async () => {
      await easemob.agentSays(NAME, '一');
      await easemob.agentSays(NAME, '二');
      return easemob.callbacksSuspendedUntil - clock.now;
    };
    expect(await fail()).toBe(300_000);
    expect((await easemob.agentSays(NAME, '三')).verdict.kind).toBe('suspended');
    clock.now += 300_000;
    expect(await fail()).toBe(600_000);
    clock.now += 600_000;
    bench.bridge.answer = () => ({ status: 200, type: 'text/plain', body: '' });
    expect((await easemob.agentSays(NAME, '四')).verdict.kind).toBe('accepted');
    expect(easemob.callbacksSuspendedUntil).toBe(0);
  });

  test('is none for a failure long ago', async () => {
    await using bench = await openBench({ tellsEvents: false, maxCallbackFailures: 3 });
    bench.bridge.answer = () => refusing;
    await bench.easemob.agentSays(NAME, '一');
    bench.clock.now += 30_001;
    await bench.easemob.agentSays(NAME, '二');
    expect(bench.easemob.callbacksSuspendedUntil).toBe(0);
  });

  test('that is lost can be asked for, ten times, where the tenant has bought that', async () => {
    await using bench = await openBench({ tellsEvents: false, keepsLostCallbacks: true });
    bench.bridge.answer = () => refusing;
    await bench.easemob.agentSays(NAME, '您好');
    bench.bridge.answer = () => ({ status: 200, type: 'text/plain', body: '' });
    const ask = () => bench.im('/callbacks/storage/info', undefined, { method: 'GET' });
    const again = (retry: number, date = '202311142210') =>
      bench.im('/callbacks/storage/retry', { date, retry });
    expect((await ask()).json.data).toEqual([{ date: '202311142210', size: 1, retry: 0 }]);
    for (let retry = 0; retry < 10; retry += 1) {
      expect((await again(retry)).json.data).toBe('success');
      await bench.calledBack(retry + 2);
    }
    const callIds = bench.bridge.calls.map(({ body }) => JSON.parse(body.toString()).callId);
    expect(callIds).toHaveLength(12);
    expect(new Set(callIds).size).toBe(1);
    expect((await again(10)).status).toBe(400);
    expect((await again(0, '202311142220')).status).toBe(400);
    bench.clock.now += 3 * 86_400_000;
    expect((await ask()).json.data).toEqual([]);
    bench.easemob.changeSettings({ keepsLostCallbacks: false });
    expect((await ask()).status).toBe(403);
    expect((await again(0)).status).toBe(403);
  });

  test('goes nowhere without an address', async () => {
    await using bench = await openBench({ callbackUrl: undefined });
    expect((await bench.easemob.agentSays(NAME, '您好')).verdict.kind).toBe('noAddress');
  });
});

describe('the helpdesk', () => {
  test('takes what comes twice under one id for one message, and confirms it twice', async () => {
    await using bench = await openBench({ tellsEvents: false, echoes: false });
    await bench.say('你好', 'id-1');
    await bench.say('你好', 'id-1');
    await bench.calledBack(2);
    expect(bench.easemob.messages.count).toBe(1);
  });

  test('has words wait where nobody is there', async () => {
    const agents = [{ id: 'a-1', name: '小李', isOnline: false }];
    await using bench = await openBench({ agents, echoes: false, acks: 'never' });
    await bench.say('你好');
    expect(bench.easemob.messages.all).toMatchObject([{ state: 'waiting' }]);
    await expect(async () => bench.easemob.agentSays(NAME, '您好')).rejects.toThrow(
      'expected an agent who is online',
    );
    const bodies = await bench.calledBack(2);
    expect(bodies[1].payload.ext.weichat.event.eventName).toBe('ServiceSessionWillScheduleTimeoutEvent');
    await bench.easemob.setOnline('a-1', true);
    expect(bench.easemob.sessionOf(NAME)).toMatchObject({ state: 'agent', staff: { name: '小李' } });
  });

  test('asks for a rating with its degrees, after the end too', async () => {
    await using bench = await openBench({ tellsEvents: false });
    await bench.easemob.agentSays(NAME, '您好');
    await bench.easemob.endSession(NAME);
    await bench.easemob.inviteRating(NAME);
    const bodies = await bench.calledBack(2);
    expect(bodies.at(-1).payload.ext.weichat).toMatchObject({
      ctrlType: 'inviteEnquiry',
      ctrlArgs: {
        inviteId: 4711,
        evaluationDegree: expect.arrayContaining([expect.objectContaining({ id: 101 })]),
      },
    });
  });
});

test('the REST channel calls back in its own style, signed', async () => {
  await using bench = await openBench({ tellsEvents: false });
  await bench.rest(restMessageOf('你好'));
  await bench.easemob.agentSays('oABC_1', '您好');
  const [body] = await bench.calledBack(1);
  expect(body).toMatchObject({
    origin_type: 'rest',
    to: 'oABC_1',
    bodies: [{ type: 'txt', msg: '您好' }],
    ext: {
      agent: { user_type: 'Agent', user_nickname: '小李' },
      service_session: { service_session_id: expect.any(String) },
    },
  });
  expect(bench.bridge.calls[0]?.headers.authorization).toMatch(
    /^hmac a0000000-0000-4000-8000-000000000001:\S+$/,
  );
});

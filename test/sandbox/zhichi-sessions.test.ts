import { describe, expect, test } from 'vitest';
import { done, groups, NOW, one, openBench, other, VISITOR } from './zhichi-bench.ts';

const minute = 60_000;

describe('a request for an agent', () => {
  test('is met by the least busy one, of the group or by the name that is wanted', async () => {
    await using bench = await openBench({ agents: [one, other], groups });
    expect(await bench.connect({ groupid: 'g1' })).toMatchObject({
      item: { status: 1, agentid: 'ag02', agent_name: '小王', cid: expect.stringMatching(/^[0-9a-f]{32}$/) },
    });
    expect(await bench.connect({}, 'u2')).toMatchObject({ item: { status: 1, agentid: 'ag01' } });
    expect(await bench.connect({ agentid: 'ag01' }, 'u3')).toMatchObject({ item: { status: 0, count: 1 } });
  });

  test('is refused as a repeat while one serves, or told so', async () => {
    await using bench = await openBench();
    await bench.connect();
    expect(await bench.connect()).toMatchObject({ item: { status: -1 } });
    bench.zhichi.changeSettings({ saysServed: 4 });
    expect(await bench.connect()).toMatchObject({ item: { status: 4, cid: expect.any(String) } });
  });

  test('waits in a queue that has an end', async () => {
    await using bench = await openBench({ agents: [one], queueLength: 2 });
    await bench.connect();
    expect(await bench.connect({}, 'u2')).toMatchObject({ item: { status: 0, count: 1 } });
    expect(await bench.connect({}, 'u3')).toMatchObject({ item: { status: 0, count: 2 } });
    expect(await bench.connect({}, 'u4')).toMatchObject({ item: { status: 7, msg: expect.any(String) } });
    expect(await bench.connect({}, 'u2')).toMatchObject({ item: { status: 0, count: 1 } });
    expect(await bench.send('在吗', 'u2')).toMatchObject({ item: { status: 2 } });
    await bench.zhichi.endSession(VISITOR);
    expect(bench.zhichi.sessionOf('u2')).toBeDefined();
    expect(bench.zhichi.queue.map(({ partnerId }) => partnerId)).toEqual(['u3']);
  });

  test('while nobody is there is nobody, but for a wanted one whom others replace', async () => {
    await using bench = await openBench({ agents: [{ ...one, isOnline: false }] });
    expect(await bench.connect()).toMatchObject({ item: { status: 2 } });
    await bench.zhichi.putAgent(other);
    expect(await bench.connect({ agentid: 'ag01' })).toMatchObject({ item: { status: 6 } });
    expect(await bench.connect({ agentid: 'ag01', tran_flag: 1 })).toMatchObject({ item: { status: 2 } });
  });

  test('of the blacklist is nothing', async () => {
    await using bench = await openBench();
    bench.zhichi.blacklist(VISITOR);
    expect(await bench.connect()).toMatchObject({ item: { status: 3 } });
  });
});

describe('a session', () => {
  test('takes messages until it ends by silence, by the agent, or by the visitor', async () => {
    await using bench = await openBench();
    expect(await bench.send()).toMatchObject({ item: { status: 2 } });
    await bench.connect();
    expect(await bench.send()).toMatchObject({ item: { status: 1 } });
    bench.clock.now += 30 * minute;
    expect(await bench.send()).toMatchObject({ item: { status: 2 } });
    await bench.connect();
    expect(await bench.call('out', { partnerid: VISITOR })).toMatchObject({ item: { status: 1 } });
    expect(await bench.call('out', { partnerid: VISITOR })).toMatchObject({ item: { status: 0 } });
    expect(bench.zhichi.sessions.map(({ status }) => status)).toEqual([4, 5]);
  });

  test('is rated once, also after its end', async () => {
    await using bench = await openBench();
    const rate = () => bench.call('comment', { partnerid: VISITOR, type: 1, score: 5, comment_type: 0 });
    expect(await rate()).toMatchObject({ item: { status: 3 } });
    await bench.connect();
    await bench.zhichi.endSession(VISITOR);
    expect(await rate()).toMatchObject({ item: { status: 1 } });
    expect(await rate()).toMatchObject({ item: { status: 2 } });
  });

  test('has a record, by its id or as the visitor’s last, once it is written', async () => {
    await using bench = await openBench({ recordLagMs: 1000 });
    await bench.connect();
    await bench.send('你好');
    await bench.zhichi.agentSays(VISITOR, '您好');
    const cid = bench.zhichi.sessionOf(VISITOR)?.cid;
    const read = (body: object) => bench.call('get_detail_by_cid', body);
    expect(await read({ cid })).toMatchObject({ items: [] });
    bench.clock.now += 1000;
    const items = [
      {
        cid,
        sender_type: 0,
        receiver_type: 2,
        msg: '你好',
        msg_type: 0,
        t: String(NOW),
        ts: '2023-11-15 06:15:00',
      },
      { cid, sender_type: 2, receiver_type: 0, msg: '您好', msg_type: 0 },
    ];
    expect(await read({ cid })).toMatchObject({ items });
    expect(await read({ partnerid: VISITOR, from: 0 })).toMatchObject({ items });
    expect(await read({ partnerid: VISITOR, from: 2 })).toMatchObject({ items: [] });
    expect(await read({ cid: 'another' })).toMatchObject({ items: [] });
  });
});

describe('a push', () => {
  test('of each act has its number, its visitor and its session', async () => {
    await using bench = await openBench({ agents: [one, other] });
    await bench.connect();
    await bench.connect({}, 'u2');
    await bench.connect({}, 'u3');
    await bench.zhichi.agentSays(VISITOR, '您好');
    await bench.zhichi.agentSendsPicture(VISITOR, Buffer.from('x'));
    await bench.zhichi.inviteRating(VISITOR);
    await bench.zhichi.transfer(VISITOR, 'ag02');
    await bench.zhichi.recall(VISITOR, 'm1');
    await bench.zhichi.endSession(VISITOR);
    const cid = bench.zhichi.sessions.find(({ partnerId }) => partnerId === VISITOR)?.cid;
    const own = bench.pushed().filter(({ partnerId }) => partnerId === VISITOR);
    expect(own).toMatchObject([
      { type: 200, cid, aname: '小李', serviceInfo: { adminHelloWord: '您好' } },
      { type: 202, cid, msgId: expect.any(String), msgType: 'text', content: '您好', ts: NOW },
      { type: 202, cid, msgType: 'image', content: expect.stringContaining('/file/') },
      { type: 209, cid },
      { type: 210, cid, name: '小王' },
      { type: 211, revokeMsgId: 'm1' },
      { type: 204, cid, status: 2 },
    ]);
    const third = bench.pushed().filter(({ partnerId }) => partnerId === 'u3');
    expect(third.map(({ type }) => type)).toEqual([201, 200]);
  });

  test('of an event is none where only messages are pushed', async () => {
    await using bench = await openBench({ pushesEvents: false });
    await bench.connect();
    await bench.zhichi.agentSays(VISITOR, '您好');
    await bench.zhichi.endSession(VISITOR);
    expect(bench.pushed().map(({ type }) => type)).toEqual([202]);
  });

  test('also comes for what an agent writes after the end, and to a stranger', async () => {
    await using bench = await openBench();
    await bench.connect();
    await bench.zhichi.endSession(VISITOR);
    await bench.zhichi.agentSays(VISITOR, '再见');
    expect(bench.zhichi.sessionOf(VISITOR)).toBeUndefined();
    await bench.zhichi.agentSays('u2', '您好');
    expect(bench.zhichi.sessionOf('u2')).toBeDefined();
    bench.zhichi.agentWritesUnseen('u2', '没推送');
    expect(bench.pushed().some(({ content }) => content === '没推送')).toBe(false);
  });

  test.each([
    ['503', { ...done, status: 503 }, 'status 503'],
    ['another code', { ...done, body: '{"ret_code":"999999"}' }, 'ret_code 999999'],
    ['no JSON', { ...done, body: 'success' }, 'ret_code undefined'],
  ])('that is answered by %s comes once more, byte for byte', async (_what, answer, reason) => {
    await using bench = await openBench();
    bench.bridge.answer = () => answer;
    const pushed = await bench.zhichi.agentSays(VISITOR, '您好');
    expect(pushed).toMatchObject({ verdict: { kind: 'refused', reason } });
    expect(pushed.attempts).toHaveLength(2);
    const bodies = bench.bridge.calls
      .map(({ body }) => body.toString())
      .filter((body) => body.includes('"type":202'));
    expect(bodies[0]).toBe(bodies[1]);
  });

  test('without an address or an answer is lost', async () => {
    await using bench = await openBench({ answerTimeoutMs: 20 });
    bench.bridge.answer = () => undefined;
    expect(await bench.zhichi.agentSays(VISITOR, '您好')).toMatchObject({
      verdict: { kind: 'noAnswer', reason: 'timeout' },
    });
    bench.zhichi.changeSettings({ pushUrl: undefined });
    expect(await bench.zhichi.agentSays(VISITOR, '您好')).toMatchObject({ verdict: { kind: 'noAddress' } });
    expect(() => bench.zhichi.changeSettings({ pushUrl: 'bridge' })).toThrow('http URL');
  });

  test('can be forged, and repeated', async () => {
    await using bench = await openBench();
    await bench.zhichi.forge({ type: 202 }, { part: 'push-guess', method: 'PUT' });
    expect(bench.bridge.calls[0]).toMatchObject({ method: 'PUT', path: '/callback/shop/main/push-guess' });
    await bench.zhichi.repeat(await bench.zhichi.push('{"x":1}'));
    expect(bench.bridge.calls.slice(1).map(({ body }) => body.toString())).toEqual(['{"x":1}', '{"x":1}']);
  });
});

describe('the forwarding', () => {
  test('brings what everybody says, signed over all but its body', async () => {
    await using bench = await openBench();
    bench.zhichi.changeSettings({ forwardUrl: `${bench.bridge.url}/forward-secret`, pushesEvents: false });
    await bench.connect();
    await bench.send('你好');
    for (let left = 2; left > 0; left--) await bench.zhichi.pushes.next();
    const [session, message] = bench.bridge.calls;
    expect(JSON.parse(String(session?.body))).toMatchObject({
      type: 'conversation',
      content: [{ partnerid: VISITOR }],
    });
    expect(JSON.parse(String(message?.body))).toMatchObject({
      type: 'msg',
      content: [{ msg: '你好', sender_type: '0', timems: String(NOW) }],
    });
    expect(message?.headers['x-log-timestamp']).toBe(String(NOW));
    expect(message?.headers['x-log-sign']).toMatch(/^[0-9a-f]{32}$/);
  });

  test('brings up to twenty entries of a kind together, and the rest a little later', async () => {
    await using bench = await openBench({ pushesEvents: false });
    await bench.connect();
    bench.zhichi.changeSettings({ forwardUrl: `${bench.bridge.url}/forward-secret`, pushUrl: undefined });
    for (let said = 1; said <= 23; said++) bench.zhichi.agentWritesUnseen(VISITOR, `${said}`);
    for (let left = 2; left > 0; left--) await bench.zhichi.pushes.next();
    const batches = bench.pushed().map(({ content }) => (Array.isArray(content) ? content : []));
    expect(batches.map(({ length }) => length)).toEqual([20, 3]);
    expect(batches[1]).toMatchObject([{ msg: '21' }, { msg: '22' }, { msg: '23' }]);
  });
});

describe('the robot', () => {
  test('answers in the response, if there is one', async () => {
    await using bench = await openBench();
    const ask = (fields: object = {}) =>
      bench.call('robot_chat', { partnerid: VISITOR, question: '退货', ...fields });
    expect(await ask()).toMatchObject({ ret_code: '400005' });
    bench.zhichi.changeSettings({ robot: { flag: 2, reply: () => ({ answer: '可退' }) } });
    expect(await ask({ robot_flag: 2 })).toMatchObject({ item: { answer: '可退', transfer_type: 0 } });
    expect(await ask({ robot_flag: 3 })).toMatchObject({ ret_code: '400003' });
    expect(bench.zhichi.questions.all).toMatchObject([{ question: '退货' }]);
  });
});

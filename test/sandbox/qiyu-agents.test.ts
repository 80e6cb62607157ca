import { describe, expect, test } from 'vitest';
import { calledBack, expectCallbacks, one, openBench, other, PNG, robot, UID } from './qiyu-bench.ts';

describe('agents', () => {
  test('write, and their pictures are served', async () => {
    await using bench = await openBench();
    await bench.apply();
    await bench.qiyu.agentSays(UID, '您好，请问有什么可以帮您？');
    await bench.qiyu.agentSendsPicture(UID, PNG);
    await bench.qiyu.agentSends(UID, 'CUSTOM', { cmd: 1 });
    const [, [, picture] = [], [, custom] = []] = calledBack(bench);
    expect(calledBack(bench)[0]).toEqual([
      'MSG',
      {
        uid: UID,
        content: '您好，请问有什么可以帮您？',
        staffId: 143,
        timeStamp: bench.clock.now,
        staffName: '小李',
        msgId: expect.stringMatching(/^[0-9a-f]{32}$/),
        msgType: 'TEXT',
      },
    ]);
    const content = picture?.content as { url: string };
    expect(content).toMatchObject({ size: PNG.length, w: 1, h: 1 });
    const file = await fetch(content.url);
    expect(file.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await file.arrayBuffer())).toEqual(PNG);
    expect(custom).toMatchObject({ msgType: 'CUSTOM', content: { cmd: 1 } });
  });

  test('start a session when they write first', async () => {
    await using bench = await openBench();
    await bench.qiyu.agentSays(UID, '您好');
    expect(calledBack(bench).map(([event]) => event)).toEqual(['SESSION_START', 'MSG']);
    await bench.qiyu.startSession('u2', 1234);
    expect(bench.qiyu.sessionOf('u2')).toMatchObject({ agentId: 1234 });
    await expect(bench.qiyu.startSession('u2', 143)).rejects.toThrow('expected no agent');
  });

  test.each(['endFirst', 'startFirst'] as const)('transfer, called back %s', async (transferOrder) => {
    await using bench = await openBench({ transferOrder });
    const old = await bench.apply();
    await bench.qiyu.transfer(UID, 1234);
    const current = bench.qiyu.sessionOf(UID);
    const end = { closeReason: 5, sessionId: old.sessionId, transferTo: current?.id, staffId: 143 };
    const start = { sessionId: current?.id, transferFrom: old.sessionId, staffId: 1234 };
    const events = [
      ['SESSION_END', end],
      ['SESSION_START', start],
    ];
    expect(calledBack(bench)).toMatchObject(transferOrder === 'endFirst' ? events : events.toReversed());
  });

  test('take over from the robot', async () => {
    await using bench = await openBench({ robot });
    await bench.send();
    await bench.qiyu.transfer(UID, 143);
    expect(calledBack(bench)).toMatchObject([
      ['SESSION_END', { closeReason: 3, staffType: 0 }],
      ['SESSION_START', { staffType: 1 }],
    ]);
  });

  test('who leave, leave their visitors', async () => {
    await using bench = await openBench({ agents: [one, other] });
    await bench.apply('u1');
    await bench.apply('u2');
    await bench.qiyu.setOnline(143, false);
    expect(calledBack(bench)).toMatchObject([['SESSION_END', { uid: 'u1', closeReason: 4 }]]);
    expect(bench.qiyu.sessionOf('u2')).toBeDefined();
    expect(bench.qiyu.agents.map(({ isOnline }) => isOnline)).toEqual([false, true]);
  });

  test('who come, or take more, serve the queue', async () => {
    await using bench = await openBench({ agents: [one] });
    for (const uid of ['u1', 'u2', 'u3']) await bench.apply(uid);
    await bench.qiyu.putAgent({ ...one, capacity: 2 });
    await bench.qiyu.putAgent({ ...other, capacity: 5 });
    expect(calledBack(bench)).toMatchObject([
      ['SESSION_START', { uid: 'u2', staffId: 143 }],
      ['SESSION_START', { uid: 'u3', staffId: 1234 }],
    ]);
  });

  test('lose a visitor who is silent too long, counted from what he wrote last', async () => {
    await using bench = await openBench({ silenceTimeoutMs: 60_000 });
    await bench.apply();
    bench.clock.now += 30_000;
    await bench.send();
    bench.clock.now += 59_999;
    expect(await bench.qiyu.applyTimeouts()).toEqual([]);
    bench.clock.now += 1;
    await bench.qiyu.applyTimeouts();
    expect(calledBack(bench)).toMatchObject([['SESSION_END', { uid: UID, closeReason: 2 }]]);
  });

  test('find the silent visitor gone when he writes again: a new session begins', async () => {
    await using bench = await openBench({ silenceTimeoutMs: 60_000 });
    const { sessionId } = await bench.apply();
    bench.clock.now += 60_000;
    await bench.send();
    expect(await expectCallbacks(bench, 2)).toMatchObject([
      ['SESSION_END', { sessionId, closeReason: 2 }],
      ['SESSION_START', { staffId: 143 }],
    ]);
    bench.clock.now += 60_000;
    await bench.qiyu.agentSays(UID, '还在吗');
    const events = calledBack(bench).map(([event]) => event);
    expect(events.slice(2)).toEqual(['SESSION_END', 'SESSION_START', 'MSG']);
  });
});

describe('a rating', () => {
  test('is invited, and taken for a value of the model, during the session and after', async () => {
    await using bench = await openBench();
    const { sessionId } = await bench.apply();
    await bench.qiyu.inviteRating(UID);
    expect(calledBack(bench)).toEqual([
      [
        'EVA_INVITATION',
        { sessionId, staffId: 143, staffName: '小李', staffType: 1, staffIcon: '', uid: UID },
      ],
    ]);
    const rate = (fields: object) => bench.call('event/evaluate', { uid: UID, sessionId, ...fields });
    expect(await rate({ evaluation: 100, remarks: '很好' })).toEqual({ code: 200 });
    await bench.qiyu.endSession(UID);
    expect(await rate({ evaluation: 1 })).toEqual({ code: 200 });
    expect(bench.qiyu.evaluations.all).toMatchObject([
      { sessionId, evaluation: 100, remarks: '很好' },
      { evaluation: 1 },
    ]);
  });

  test.each([
    ['a value that is not listed', 14004, { evaluation: 99 }],
    ['a value as text', 14004, { evaluation: '100' }],
    ['remarks that are no text', 14004, { remarks: 1 }],
    ['an unknown session', 14004, { sessionId: 1 }],
    ['a session as text', 14004, { sessionId: '62927' }],
    ["another visitor's session", 14004, { uid: 'u2' }],
    ['a visitor nobody knows', 14007, { uid: 'u9' }],
  ])('is refused for %s', async (_name, code, fields) => {
    await using bench = await openBench();
    const { sessionId } = await bench.apply();
    await bench.apply('u2');
    const body = { uid: UID, sessionId, evaluation: 100, ...fields };
    expect(await bench.call('event/evaluate', body)).toMatchObject({ code });
    expect(bench.qiyu.evaluations.count).toBe(0);
  });

  test('is not for the robot', async () => {
    await using bench = await openBench({ robot });
    const { sessionId } = await bench.apply(UID, { staffType: 0 });
    const body = { uid: UID, sessionId, evaluation: 100 };
    expect(await bench.call('event/evaluate', body)).toMatchObject({ code: 14004 });
    await expect(bench.qiyu.inviteRating(UID)).rejects.toThrow('talked to an agent');
  });
});

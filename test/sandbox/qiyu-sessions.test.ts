import { describe, expect, test } from 'vitest';
import { calledBack, expectCallbacks, groups, one, openBench, other, robot, UID } from './qiyu-bench.ts';

describe('applyStaff', () => {
  test('gives an agent with greeting, session and rating model, and calls nothing back', async () => {
    await using bench = await openBench({ richGreeting: '<p>您好</p>' });
    const answer = await bench.apply();
    expect(answer).toEqual({
      code: 200,
      staffId: 143,
      message: '您好',
      count: 0,
      sessionId: expect.any(Number),
      staffName: '小李',
      staffType: 1,
      staffIcon: '',
      rich_text_greet: '<p>您好</p>',
      evaluationModel: bench.qiyu.settings.evaluationModel,
    });
    expect(bench.qiyu.sessionOf(UID)).toMatchObject({ id: answer.sessionId, kind: 'human', agentId: 143 });
    expect(await bench.apply()).toMatchObject({ sessionId: answer.sessionId });
    expect(bench.bridge.calls).toEqual([]);
  });

  test('spreads visitors over the agents', async () => {
    await using bench = await openBench();
    const staff = [await bench.apply('u1'), await bench.apply('u2'), await bench.apply('u3')];
    expect(staff.map(({ staffId }) => staffId)).toEqual([143, 1234, 143]);
  });

  test('takes the agent before the group before the type', async () => {
    await using bench = await openBench({ groups, robot });
    const first = await bench.apply(UID, { staffId: 143, groupId: 5, staffType: 0 });
    expect(first).toMatchObject({ staffId: 143, staffType: 1 });
    const second = await bench.apply(UID, { staffId: 0, groupId: 5, staffType: 0 });
    expect(second).toMatchObject({ staffId: 1234 });
    expect(second.sessionId).not.toBe(first.sessionId);
    const [[event, body] = []] = await expectCallbacks(bench, 1);
    expect([event, body]).toMatchObject(['SESSION_END', { sessionId: first.sessionId, staffId: 143 }]);
    for (const fields of [
      { groupId: 5 },
      { staffType: 0 },
      { staffType: undefined },
      { robotShuntSwitch: 1 },
    ]) {
      expect(await bench.apply(UID, fields)).toMatchObject({ sessionId: second.sessionId });
    }
  });

  test('gives the robot by default and for robotShuntSwitch, a human where there is none', async () => {
    await using bench = await openBench({ robot });
    const shunted = await bench.apply('u1', { robotShuntSwitch: 1 });
    expect(shunted).toMatchObject({ staffType: 0, staffId: 9, message: '我是机器人' });
    expect(shunted).not.toHaveProperty('evaluationModel');
    expect(await bench.apply('u2', { staffType: undefined })).toMatchObject({ staffType: 0 });
    expect(await bench.apply('u3')).toMatchObject({ staffType: 1 });
    bench.qiyu.changeSettings({ robot: undefined });
    expect(await bench.apply('u4', { staffType: 0 })).toMatchObject({ staffType: 1 });
  });

  test.each(['before', 'together', 'after'] as const)(
    'from the robot to a human ends the old session %s the answer',
    async (robotEnd) => {
      await using bench = await openBench({ robot, robotEnd });
      const old = await bench.apply(UID, { staffType: 0 });
      const human = await bench.apply();
      if (robotEnd === 'before') expect(bench.bridge.calls).toHaveLength(1);
      const [[event, body] = []] = await expectCallbacks(bench, 1);
      expect([event, body]).toMatchObject(['SESSION_END', { closeReason: 3, sessionId: old.sessionId }]);
      expect(body).not.toHaveProperty('evaluationModel');
      expect(bench.qiyu.sessionOf(UID)?.id).toBe(human.sessionId);
    },
  );

  test('says that nobody is online, with or without leave-messages', async () => {
    await using bench = await openBench({ agents: [{ ...one, isOnline: false }], offlineText: '休息' });
    expect(await bench.apply()).toEqual({ code: 14005, message: '休息' });
    expect(await bench.send()).toEqual({ code: 200 });
    expect(bench.qiyu.messages.all).toMatchObject([{ state: 'left' }]);
    bench.qiyu.changeSettings({ takesLeaveMessages: false });
    expect(await bench.apply('u2')).toEqual({ code: 14010, message: '休息' });
    expect(await bench.send('u2')).toMatchObject({ code: 14010 });
    expect(bench.qiyu.messages.count).toBe(1);
    expect(bench.qiyu.refusals.all).toMatchObject([{ code: 14010, uid: 'u2' }]);
  });
});

describe('the queue', () => {
  test('gives places, and moves up when a session ends', async () => {
    await using bench = await openBench({ agents: [one] });
    const place = (uid: string) => bench.call('event/queryQueueStatus', { uid });
    expect(await bench.apply('u1')).toMatchObject({ code: 200 });
    const { queueText } = bench.qiyu.settings;
    expect(await bench.apply('u2')).toEqual({ code: 14006, message: queueText, count: 0 });
    expect(await bench.apply('u3')).toMatchObject({ code: 14006, count: 1 });
    expect(await bench.apply('u2')).toMatchObject({ code: 14006, count: 0 });
    expect([await place('u1'), await place('u3'), await place('u9')]).toMatchObject([
      { code: 200, count: -1 },
      { code: 200, count: 1 },
      { code: 14007 },
    ]);
    await bench.qiyu.endSession('u1');
    expect([await place('u1'), await place('u2'), await place('u3')]).toMatchObject([
      { code: 14007 },
      { count: -1 },
      { count: 0 },
    ]);
    expect(calledBack(bench)).toMatchObject([
      ['SESSION_END', { uid: 'u1', closeReason: 0 }],
      ['SESSION_START', { uid: 'u2', staffId: 143 }],
    ]);
  });

  test('is counted in each line by itself', async () => {
    await using bench = await openBench({ agents: [one, other], groups });
    await bench.apply('u1');
    await bench.apply('u2');
    expect(await bench.apply('u3')).toMatchObject({ count: 0 });
    expect(await bench.apply('u4', { groupId: 5 })).toMatchObject({ count: 0 });
    expect(await bench.apply('u5')).toMatchObject({ count: 1 });
    await bench.qiyu.endSession('u1');
    expect(bench.qiyu.queue.map(({ uid }) => uid)).toEqual(['u4', 'u5']);
  });

  test('keeps what is written meanwhile, and can end without a word', async () => {
    await using bench = await openBench({ agents: [one], announcesQueueEnd: false, sendSaysUnserved: true });
    await bench.apply('u1');
    await bench.apply('u2');
    expect(await bench.send('u2')).toEqual({ code: 14006 });
    expect(await bench.qiyu.nextMessage()).toMatchObject({ uid: 'u2', state: 'queued' });
    await bench.qiyu.endSession('u1');
    expect(await bench.send('u2')).toEqual({ code: 200 });
    expect(calledBack(bench).map(([event]) => event)).toEqual(['SESSION_END']);
  });

  test('is left by quitQueue, and after its time', async () => {
    await using bench = await openBench({
      agents: [one],
      queueTimeoutMs: 60_000,
      announcesQueueJoin: true,
    });
    await bench.apply('u1');
    await bench.apply('u2');
    await bench.apply('u3');
    expect(await bench.call('event/quitQueue', { uid: 'u2' })).toEqual({ code: 200 });
    expect(await bench.call('event/quitQueue', { uid: 'u2' })).toMatchObject({ code: 14007 });
    await expectCallbacks(bench, 2);
    bench.clock.now += 59_999;
    expect(await bench.qiyu.applyTimeouts()).toEqual([]);
    bench.clock.now += 1;
    await bench.qiyu.applyTimeouts();
    expect(calledBack(bench)).toEqual([
      ['USER_JOIN_QUEUE', { uid: 'u2' }],
      ['USER_JOIN_QUEUE', { uid: 'u3' }],
      ['QUEUE_TIMEOUT', { uid: 'u3' }],
    ]);
    expect(bench.qiyu.queue).toEqual([]);
  });
});

describe('a message without a session', () => {
  test('goes to the robot first, unannounced, and the robot may answer', async () => {
    const reply = (text: string) => (text === '在吗' ? '在的' : undefined);
    await using bench = await openBench({ robot: { ...robot, reply } });
    await bench.send();
    await bench.send(UID, '嗯');
    expect(bench.qiyu.messages.all).toMatchObject([{ state: 'robot', agentId: 9 }, { state: 'robot' }]);
    await expectCallbacks(bench, 1);
    expect(calledBack(bench)).toMatchObject([['MSG', { content: '在的', staffId: 9, staffName: '小七' }]]);
  });

  test('finds a human where there is no robot, which is announced', async () => {
    await using bench = await openBench();
    await bench.send();
    const [[event, body] = []] = await expectCallbacks(bench, 1);
    const session = bench.qiyu.sessionOf(UID);
    expect(event).toBe('SESSION_START');
    expect(body).toMatchObject({
      code: 200,
      uid: UID,
      sessionId: session?.id,
      staffType: 1,
      message: '您好',
    });
    expect(body).toHaveProperty('evaluationModel.list');
    expect(await bench.qiyu.nextMessage()).toMatchObject({ state: 'human', sessionId: session?.id });
  });

  test('sticks to the last agent for ten seconds, even before the robot', async () => {
    await using bench = await openBench({ robot });
    await bench.apply('u1');
    await bench.apply(UID);
    await bench.qiyu.endSession(UID);
    bench.clock.now += 10_000;
    await bench.send();
    expect(await bench.qiyu.nextMessage()).toMatchObject({ state: 'human', agentId: 1234 });
    await bench.qiyu.endSession(UID);
    bench.clock.now += 10_001;
    await bench.send();
    expect(await bench.qiyu.nextMessage()).toMatchObject({ state: 'robot' });
  });

  test('queues where all are busy', async () => {
    await using bench = await openBench({ agents: [one] });
    await bench.apply('u1');
    await bench.send();
    expect(await bench.qiyu.nextMessage()).toMatchObject({ state: 'queued' });
    expect(await bench.call('event/queryQueueStatus', { uid: UID })).toEqual({ code: 200, count: 0 });
  });
});

describe('a leave-message', () => {
  test('becomes a session when an agent comes online', async () => {
    await using bench = await openBench({ agents: [{ ...one, isOnline: false }], sendSaysUnserved: true });
    expect(await bench.send()).toEqual({ code: 14005 });
    await bench.qiyu.setOnline(143, true);
    expect(calledBack(bench)).toMatchObject([['SESSION_START', { uid: UID }]]);
    await bench.qiyu.endSession(UID);
    expect(bench.qiyu.sessionOf(UID)).toBeUndefined();
    expect(await bench.send()).toEqual({ code: 200 });
  });

  test('closes after five minutes of silence; then the next message allocates anew', async () => {
    await using bench = await openBench({ agents: [{ ...one, isOnline: false }] });
    await bench.send();
    bench.clock.now += 299_999;
    await bench.send();
    bench.clock.now += 300_000;
    await bench.qiyu.setOnline(143, true);
    expect(bench.qiyu.sessionOf(UID)).toBeUndefined();
    await bench.send();
    expect(bench.qiyu.messages.all.map(({ state }) => state)).toEqual(['left', 'left', 'human']);
  });

  test('for a group waits for that group', async () => {
    await using bench = await openBench({ agents: [one, { ...other, isOnline: false }], groups });
    expect(await bench.apply(UID, { groupId: 5 })).toMatchObject({ code: 14005 });
    await bench.send();
    await bench.apply('u1');
    await bench.qiyu.endSession('u1');
    expect(bench.qiyu.sessionOf(UID)).toBeUndefined();
    await bench.qiyu.setOnline(1234, true);
    expect(bench.qiyu.sessionOf(UID)).toMatchObject({ agentId: 1234 });
  });
});

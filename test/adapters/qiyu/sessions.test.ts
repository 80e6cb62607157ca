import { describe, expect, test } from 'vitest';
import { callsOf, eventsIn, NOW, OK, openDesk, payload, pushOf, says } from './desk.ts';

const { adapter } = openDesk();
const start = (body: object, time?: string) =>
  pushOf(
    'SESSION_START',
    { uid: 'oABC_1', staffType: 1, staffId: 143, ...body },
    time === undefined ? {} : { time },
  );
const end = (body: object) => pushOf('SESSION_END', { uid: 'oABC_1', staffType: 1, ...body });

describe('SESSION_START', () => {
  test('is a session with its agent, grades and greeting', () => {
    const events = eventsIn(adapter, pushOf('SESSION_START', payload('session-start.json')));
    const agent = { id: '143', name: '小李', avatar: 'https://qiyu.example/icon.png' };
    expect(events).toMatchObject([
      {
        kind: 'sessionStarted',
        session: '62928',
        by: 'agent',
        agent,
        transferredFrom: '62917',
        keys: ['session:62928:start'],
        visitor: 'oABC_1',
        at: NOW,
      },
      {
        kind: 'message',
        automatic: true,
        from: { role: 'agent', ...agent },
        keys: ['greeting:62928'],
        visitor: 'oABC_1',
      },
    ]);
    const memory = adapter.fold(undefined, events[0]!, NOW);
    expect(adapter.ratingOptions!(memory, '62928')).toEqual([
      { id: '100', label: '满意' },
      { id: '1', label: '不满意' },
    ]);
  });

  test('may have next to no fields', () => {
    expect(
      eventsIn(adapter, pushOf('SESSION_START', payload('session-start-few-fields.json'))),
    ).toMatchObject([{ kind: 'sessionStarted', session: '62930', agent: { id: '143', name: '小李' } }]);
  });

  test('that comes again, or after the end, does not bring the session back', () => {
    const desk = openDesk();
    desk.push(start({ sessionId: 1 }));
    desk.push(end({ sessionId: 1, closeReason: 0 }));
    desk.push(start({ sessionId: 1 }));
    expect(desk.serving()).toBe('nobody');
    desk.push(end({ sessionId: 2, closeReason: 0 }));
    desk.push(start({ sessionId: 2 }));
    expect(desk.serving()).toBe('nobody');
  });
});

describe('SESSION_END', () => {
  test.each([
    [0, 'agent', 'agent'],
    [2, 'silence', 'agent'],
    [3, 'handedOn', 'robot'],
    [4, 'agentLeft', 'agent'],
    [5, 'transferred', 'agent'],
    [1, 'other', 'agent'],
    [77, 'other', 'agent'],
  ])('with closeReason %i is told as %s', (closeReason, reason, by) => {
    const [event] = eventsIn(adapter, end({ sessionId: 5, closeReason }));
    expect(event).toMatchObject({
      kind: 'sessionEnded',
      session: '5',
      reason,
      by,
      keys: [`session:5:end:${closeReason}`],
    });
  });

  test('calls its reason closeType in the vendor’s sample', () => {
    expect(eventsIn(adapter, end({ sessionId: 5, closeType: '4' }))).toMatchObject([{ reason: 'agentLeft' }]);
    expect(eventsIn(adapter, end({ sessionId: 5 }))).toMatchObject([{ reason: 'other' }]);
  });

  test('drops the session that it names, and no other', () => {
    const desk = openDesk();
    desk.push(start({ sessionId: 2 }));
    desk.push(end({ sessionId: 1, closeReason: 0 }));
    expect(desk.serving()).toBe('agent');
    desk.push(end({ sessionId: 2, closeReason: 0 }));
    expect(desk.serving()).toBe('nobody');
  });

  test('lets the next message ask for an agent again, and tell the profile', async () => {
    const desk = openDesk({
      apply: [
        says({ code: 200, sessionId: 1, staffType: 1 }),
        says({ code: 200, sessionId: 2, staffType: 1 }),
      ],
    });
    await desk.say('你好');
    desk.push(end({ sessionId: 1, closeReason: 2 }));
    await desk.say('又来了', { key: 'm_2' });
    expect(desk.names()).toEqual(['apply', 'profile', 'send', 'apply', 'profile', 'send']);
  });

  test("of the robot may come before or after the answer that names the agent's session", async () => {
    const robot = says({ code: 200, sessionId: 62926, staffType: 0, staffId: 77 });
    const agent = says({ code: 200, sessionId: 62927, staffType: 1, staffId: 143 });
    for (const isBefore of [true, false]) {
      const desk = openDesk({ apply: [robot, agent] }, { route: 'robot-first' });
      await desk.say('你好');
      expect(desk.serving()).toBe('robot');
      const robotEnd = () => desk.push(pushOf('SESSION_END', payload('session-end-robot.json')));
      if (isBefore) robotEnd();
      const { conversation, ...context } = {
        key: 'a_1',
        number: 1,
        signal: new AbortController().signal,
        conversation: { id: 'c_1', tenant: 'shop', visitor: 'oABC_1', appid: 'wx1a2b3c4d5e6f7a8b' },
        memory: { conversation: desk.memory, helpdesk: undefined },
        progress: null,
      };
      desk.fold((await desk.adapter.askForAgent!({ ...context, conversation })).events);
      if (!isBefore) robotEnd();
      expect(desk.serving()).toBe('agent');
      await desk.say('在吗', { key: 'm_2' });
      expect(callsOf(desk, 'apply')).toHaveLength(2);
    }
  });

  test('by transfer leaves the visitor with an agent, in both orders', () => {
    const ended = () => pushOf('SESSION_END', payload('session-end-transfer.json'));
    const started = () => pushOf('SESSION_START', payload('session-start.json'));
    for (const order of [
      [ended, started],
      [started, ended],
    ]) {
      const desk = openDesk();
      desk.push(start({ sessionId: 62917 }));
      for (const push of order) {
        desk.push(push());
        expect(desk.serving()).toBe('agent');
      }
      desk.push(end({ sessionId: 62928, closeReason: 0 }));
      expect(desk.serving()).toBe('nobody');
    }
  });

  test('ends a session of which only a message told', () => {
    const desk = openDesk();
    desk.push(pushOf('MSG', payload('msg-text.json')));
    expect(desk.serving()).toBe('agent');
    desk.push(pushOf('SESSION_END', payload('session-end-robot.json')));
    expect(desk.serving()).toBe('agent');
    desk.push(end({ sessionId: 9, closeReason: 0 }));
    expect(desk.serving()).toBe('nobody');
  });
});

describe('who serves', () => {
  const message = (body: object) => pushOf('MSG', { uid: 'oABC_1', content: 'a', ...body });

  test("a message that was written before the session's end does not bring it back", () => {
    const desk = openDesk();
    desk.push(start({ sessionId: 2 }));
    desk.push(end({ sessionId: 2, closeReason: 0 }));
    desk.push(message({ msgId: 'a', staffId: 143, timeStamp: NOW + 900 }));
    expect(desk.serving()).toBe('nobody');
    desk.push(message({ msgId: 'b', staffId: 143, timeStamp: NOW + 5000 }));
    expect(desk.serving()).toBe('agent');
  });

  test("where a robot may serve, an unmarked message proves no agent, and another's than the robot's does", async () => {
    const robot = openDesk({}, { route: 'robot' });
    robot.push(message({ msgId: 'a', staffId: 77 }));
    expect(robot.serving()).toBe('nobody');
    robot.push(message({ msgId: 'b', staffId: 143, staffType: 1 }));
    expect(robot.serving()).toBe('agent');
    const first = openDesk(
      { apply: says({ code: 200, sessionId: 1, staffType: 0, staffId: 77 }) },
      { route: 'robot-first' },
    );
    await first.say('你好');
    first.push(message({ msgId: 'a', staffId: 77 }));
    expect(first.serving()).toBe('robot');
    first.push(message({ msgId: 'b', staffId: 143 }));
    expect(first.serving()).toBe('agent');
  });

  test('an answer of applyStaff is believed, though its start was seen before', async () => {
    const desk = openDesk({ apply: says({ code: 200, sessionId: 7, staffType: 1 }), send: OK });
    await desk.say('你好');
    desk.memory = undefined;
    await desk.say('在吗', { key: 'm_2' });
    expect(desk.serving()).toBe('agent');
    expect(desk.events.filter(({ kind }) => kind === 'sessionStarted')).toHaveLength(1);
  });
});

describe('the queue', () => {
  test('that is over is told, and forgotten', () => {
    const desk = openDesk();
    desk.fold([{ kind: 'queued', keys: ['q'], at: NOW, ahead: 1 }]);
    desk.push(pushOf('QUEUE_TIMEOUT', payload('queue-timeout.json')));
    expect(desk.events.at(-1)).toMatchObject({ kind: 'queueLeft', reason: 'timeout' });
    expect(desk.serving()).toBe('nobody');
    desk.push(pushOf('QUEUE_TIMEOUT', payload('queue-timeout.json'), { time: String(NOW / 1000 + 60) }));
    expect(desk.events.filter(({ kind }) => kind === 'queueLeft')).toHaveLength(2);
  });

  test('that Qiyu says was joined changes nothing: its content is not known', () => {
    const desk = openDesk();
    desk.push(pushOf('USER_JOIN_QUEUE', { uid: 'oABC_1' }));
    expect(desk.events).toMatchObject([{ kind: 'noted' }]);
    expect(desk.serving()).toBe('nobody');
  });
});

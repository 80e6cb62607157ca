import { describe, expect, test } from 'vitest';
import type { VendorEvent } from '../../../src/ports/helpdesk.ts';
import type { HttpResult } from '../../../src/ports/http.ts';
import {
  ALLOCATED,
  attemptOf,
  LOST,
  NOT_SENT,
  NOW,
  openDesk,
  payload,
  pushOf,
  says,
  sent,
  status,
} from './desk.ts';

const queued: VendorEvent = { kind: 'queued', keys: ['q'], at: NOW, ahead: 3 };

describe('asking for an agent', () => {
  test('is an applyStaff for a human, whatever the route; a queue and nobody are answers', async () => {
    const desk = openDesk(
      { apply: [ALLOCATED, says({ code: 14006, count: 1 }), says({ code: 14005 }), says({ code: 14010 })] },
      { route: 'robot-first' },
    );
    const ask = () => desk.adapter.askForAgent!(attemptOf(desk.memory));
    expect(await ask()).toMatchObject({ outcome: 'accepted', events: [{ kind: 'sessionStarted' }, {}, {}] });
    expect(sent(desk.calls[0])).toEqual({ uid: 'oABC_1', staffType: 1, productId: 'wx1a2b3c4d5e6f7a8b' });
    expect(await ask()).toMatchObject({
      outcome: 'accepted',
      events: [{ kind: 'queued', ahead: 1 }],
      wakes: [{}],
    });
    expect(await ask()).toMatchObject({
      outcome: 'accepted',
      events: [{ kind: 'nobodyOnline', keeps: true }],
    });
    expect(await ask()).toMatchObject({
      outcome: 'accepted',
      events: [{ kind: 'nobodyOnline', keeps: false }],
    });
  });

  test('that fails is tried again: asking twice gives the same session', async () => {
    for (const apply of [LOST, NOT_SENT, status(502)]) {
      const desk = openDesk({ apply });
      expect(await desk.adapter.askForAgent!(attemptOf(undefined))).toMatchObject({
        outcome: 'later',
        because: 'vendor',
      });
    }
  });

  test('out of the queue takes its poll back', async () => {
    const desk = openDesk();
    desk.fold([queued]);
    expect(await desk.adapter.askForAgent!(attemptOf(desk.memory))).toMatchObject({
      wakes: [{ name: 'queue', afterMs: null }],
    });
  });
});

describe('a rating', () => {
  test('is handed in with numbers, also of ids that have more than 53 bits', async () => {
    const desk = openDesk();
    const rate = (session: string) =>
      desk.adapter.rate!({ session, option: { id: '100', label: '满意' } }, attemptOf(undefined));
    expect(await rate('62927')).toEqual({ outcome: 'accepted' });
    expect(sent(desk.calls[0])).toEqual({ uid: 'oABC_1', sessionId: 62927, evaluation: 100 });
    await rate('1234567890123456789');
    expect(String(desk.calls[1]?.body)).toContain('"sessionId":1234567890123456789,');
  });

  test('that Qiyu refuses is refused', async () => {
    const desk = openDesk({ evaluate: says({ code: 14004 }) });
    const rate = (id: string) =>
      desk.adapter.rate!({ session: '62927', option: { id, label: '满意' } }, attemptOf(undefined));
    expect(await rate('100')).toEqual({ outcome: 'refused', code: '14004' });
    expect(await rate('good')).toEqual({ outcome: 'refused', code: 'no_grade' });
    expect(desk.calls).toHaveLength(1);
  });

  test("offers the session's own grades, else those of the settings", async () => {
    const desk = openDesk();
    const labels = (session: string) =>
      desk.adapter.ratingOptions!(desk.memory, session).map(({ id, label }) => `${label} ${id}`);
    expect(labels('62927')).toEqual(['满意 100', '不满意 1']);
    await desk.say('你好');
    expect(labels('62927')).toEqual(['满意 100', '一般 50', '不满意 1']);
    desk.push(pushOf('SESSION_END', payload('session-end.json').replace('62928', '62927')));
    expect(labels('62927')).toEqual(['满意 100', '一般 50', '不满意 1']);
    expect(labels('1')).toEqual(['满意 100', '不满意 1']);
  });
});

describe('the look at the queue', () => {
  const poll = (desk: ReturnType<typeof openDesk>) => desk.adapter.wake!('queue', attemptOf(desk.memory));
  const again = [{ name: 'queue', afterMs: 20_000 }];
  const over = [{ name: 'queue', afterMs: null }];

  test('is due again while the visitor waits, and keeps his place', async () => {
    const desk = openDesk({ queue: says({ code: 200, count: 1 }) });
    desk.fold([queued]);
    const delivery = await poll(desk);
    expect(delivery).toMatchObject({ outcome: 'accepted', wakes: again, events: [{ kind: 'noted' }] });
    desk.fold(delivery.events);
    expect(await poll(desk)).toEqual({ outcome: 'accepted', wakes: again });
  });

  test('finds that an agent serves', async () => {
    const desk = openDesk({ queue: says({ code: 200, count: -1 }) });
    desk.fold([queued]);
    const delivery = await poll(desk);
    expect(delivery).toMatchObject({ events: [{ kind: 'queueLeft', reason: 'served' }], wakes: over });
    desk.fold(delivery.events);
    expect(desk.serving()).toBe('agent');
  });

  test('finds that Qiyu knows of no queue', async () => {
    const desk = openDesk({ queue: says({ code: 14007 }) });
    desk.fold([queued]);
    const delivery = await poll(desk);
    expect(delivery).toMatchObject({ events: [{ kind: 'queueLeft', reason: 'other' }], wakes: over });
    desk.fold(delivery.events);
    expect(desk.serving()).toBe('nobody');
  });

  test('goes on after a failure', async () => {
    for (const answer of [LOST, NOT_SENT, status(500), says({ code: 14009 })]) {
      const desk = openDesk({ queue: answer });
      desk.fold([queued]);
      expect(await poll(desk)).toEqual({ outcome: 'accepted', wakes: again });
    }
  });

  test('ends with the queue, without a call', async () => {
    const desk = openDesk();
    desk.fold([queued]);
    desk.push(pushOf('QUEUE_TIMEOUT', payload('queue-timeout.json')));
    expect(await poll(desk)).toEqual({ outcome: 'accepted', wakes: over });
    expect(desk.calls).toEqual([]);
  });
});

test('the profile is sent on demand, and wakes of the helpdesk itself do nothing', async () => {
  const desk = openDesk();
  expect(await desk.adapter.sendProfile!(attemptOf(undefined))).toMatchObject({
    outcome: 'accepted',
    events: [{}],
  });
  expect(desk.names()).toEqual(['profile']);
  const { conversation: _, ...context } = attemptOf(undefined);
  expect(await desk.adapter.wake!('start', { ...context, conversation: undefined })).toEqual({
    outcome: 'accepted',
  });
  expect(desk.calls).toHaveLength(1);
});

describe('the check', () => {
  const check = (queue: HttpResult) => openDesk({ queue }).adapter.check!(new AbortController().signal);

  test('asks for a visitor that nobody is: 14007 proves the signature, and the guesses are named', async () => {
    const findings = await check(says({ code: 14007 }));
    expect(findings[0]).toMatchObject({ level: 'ok' });
    expect(findings.length).toBeGreaterThan(3);
    for (const setting of [
      'callbackScheme',
      'callbackToleranceSec',
      'maxFileBytes',
      'extraSendTypes',
      'robotId',
    ]) {
      expect(findings.some(({ text, level }) => level === 'warn' && text.includes(setting))).toBe(true);
    }
  });

  test.each([
    [says({ code: 14001 }), 'fatal', 'appKey'],
    [says({ code: 14002 }), 'fatal', 'appSecret'],
    [says({ code: 14003 }), 'fatal', 'clock'],
    [says({ code: 14008 }), 'fatal', 'allow-list'],
    [says({ code: 14515 }), 'fatal', 'permission'],
    [status(404), 'fatal', 'baseUrl'],
    [NOT_SENT, 'fatal', 'network'],
    [status(503), 'warn', 'try again'],
    [LOST, 'warn', 'try again'],
  ])('says what to do', async (answer, level, text) => {
    expect(await check(answer)).toEqual([{ level, text: expect.stringContaining(text) }]);
  });
});

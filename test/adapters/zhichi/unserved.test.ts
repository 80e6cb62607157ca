import { describe, expect, test } from 'vitest';
import type { Message, Part } from '../../../src/model/message.ts';
import {
  attemptOf,
  COMPANY,
  CONNECTED,
  callback,
  callsOf,
  code,
  conversation,
  type Desk,
  item,
  kept,
  LOST,
  messageOf,
  NOT_CONNECTED,
  NOW,
  openDesk,
  PARTNER,
  SENT,
  sentOf,
} from './desk.ts';

const queued = (count?: number) => item({ status: 0, ...(count !== undefined && { count }) });
const REPEATED = item({ status: -1 });
const NOBODY = item({ status: 2 });
const minute = 60_000;

/** What the visitor is told, in order. */
const told = (desk: Desk) =>
  desk.events.flatMap((event) =>
    event.kind === 'queued' ? [event.ahead ?? '?'] : event.kind === 'nobodyOnline' ? ['nobody'] : [],
  );

describe('a visitor who queues', () => {
  test('is told his place, and his message waits for the queue or the next look', async () => {
    const desk = openDesk({ connect: queued(3) });
    expect(await desk.said('一')).toMatchObject({
      outcome: 'later',
      code: 'queued',
      because: 'queue',
      untilEvent: true,
      afterMs: 15_000,
    });
    expect(desk.serving()).toBe('queue');
    expect(told(desk)).toEqual([2]);
    expect(callsOf(desk, 'send')).toEqual([]);
  });

  test('is told again once he has moved far enough', async () => {
    const desk = openDesk({ connect: [queued(12), queued(9), queued(7), queued(5), queued(1), CONNECTED] });
    for (let look = 1; look <= 5; look++) await desk.say('一', { number: look });
    expect(told(desk)).toEqual([11, 6, 0]);
    expect(await desk.said('一', { number: 6 })).toMatchObject({ outcome: 'accepted' });
    expect(desk.serving()).toBe('agent');
  });

  test('whose repeated request is refused stays, and tries every fourth time whether he was let in', async () => {
    const desk = openDesk({ connect: [queued(3), REPEATED], send: [NOT_CONNECTED, SENT] });
    for (let look = 1; look <= 8; look++) {
      expect(await desk.said('一', { number: look })).toMatchObject({ outcome: 'later', because: 'queue' });
      if (look === 5) expect(callsOf(desk, 'send')).toHaveLength(1);
    }
    expect(await desk.said('一', { number: 9 })).toMatchObject({ outcome: 'accepted' });
    expect(callsOf(desk, 'send')).toHaveLength(2);
    expect(told(desk)).toEqual([2]);
  });

  test('waits for the push alone where nobody is to ask again', async () => {
    const desk = openDesk({ connect: queued(1) }, { queuePollSec: 0 });
    expect(await desk.said('一')).toMatchObject({ outcome: 'later', untilEvent: true, afterMs: 60 * minute });
    desk.push(callback({ type: 200, partnerId: PARTNER, cid: 'c1' }));
    expect(await desk.said('一', { number: 2 })).toMatchObject({ outcome: 'accepted' });
    expect(callsOf(desk, 'connect')).toHaveLength(1);
  });

  test('has his messages tried all the same where that is wanted', async () => {
    const desk = openDesk({ connect: queued(1), send: [NOT_CONNECTED, SENT] }, { whileQueued: 'send' });
    expect(await desk.said('一')).toMatchObject({ outcome: 'later', because: 'queue' });
    expect(await desk.said('一', { number: 2 })).toMatchObject({ outcome: 'accepted' });
    expect(desk.serving()).toBe('agent');
  });

  test('is after an hour as if nobody were there, and stays so', async () => {
    const desk = openDesk({ connect: [queued(3), queued(3), queued(3), REPEATED], send: NOT_CONNECTED });
    await desk.say('一');
    desk.clock.now += 59 * minute;
    expect(await desk.said('一', { number: 2 })).toMatchObject({ because: 'queue', afterMs: 15_000 });
    desk.clock.now += minute;
    expect(await desk.said('一', { number: 3 })).toMatchObject({ because: 'nobody', afterMs: minute });
    expect(await desk.said('一', { number: 4 })).toMatchObject({ because: 'nobody' });
    expect(told(desk)).toEqual([2, 'nobody']);
  });

  test('is told by a push only what he does not know yet', async () => {
    const desk = openDesk({ connect: queued(12) });
    await desk.say('一');
    for (const count of [11, 3]) {
      const reading = desk.push(
        callback({ type: 201, partnerId: PARTNER, count, queueDoc: '请稍候', ts: NOW + count }),
      );
      const [event] = reading.kind === 'events' ? reading.events : [];
      expect(event).toMatchObject({ kind: 'noted', react: {} });
      const reaction = await desk.adapter.react!(event!, attemptOf(desk.memory));
      desk.fold(reaction.events);
    }
    expect(told(desk)).toEqual([11, 2]);
    expect(desk.events.at(-1)).toMatchObject({ kind: 'queued', text: '请稍候' });
  });

  test('whom Zhichi takes out of it again and again is told once, and waits no longer than others', async () => {
    const desk = openDesk({ connect: queued(3) });
    await desk.say('一');
    for (let look = 2; look <= 6; look++) {
      desk.clock.now += 10 * minute;
      const reading = desk.push(callback({ type: 204, status: 9, partnerId: PARTNER, ts: desk.clock.now }));
      const [event] = reading.kind === 'events' ? reading.events : [];
      const reaction = await desk.adapter.react!(event!, attemptOf(desk.memory));
      desk.fold(reaction.events);
      expect(desk.serving()).toBe('nobody');
      expect(await desk.said('一', { number: look })).toMatchObject({ because: 'queue' });
      expect(desk.serving()).toBe('queue');
    }
    desk.clock.now += 10 * minute;
    expect(await desk.said('一', { number: 7 })).toMatchObject({ because: 'nobody' });
    expect(told(desk)).toEqual([2, 'nobody']);
  });

  test('who is served is not thrown out of it by a late push', async () => {
    const desk = openDesk();
    await desk.say('一');
    const reading = desk.push(callback({ type: 204, status: 9, partnerId: PARTNER }));
    const [event] = reading.kind === 'events' ? reading.events : [];
    expect(await desk.adapter.react!(event!, attemptOf(desk.memory))).toEqual({ outcome: 'accepted' });
    expect(desk.serving()).toBe('agent');
  });

  test('whose push comes late is served all the same', async () => {
    const desk = openDesk();
    await desk.say('一');
    const reading = desk.push(callback({ type: 201, partnerId: PARTNER, count: 1 }));
    const [event] = reading.kind === 'events' ? reading.events : [];
    expect(await desk.adapter.react!(event!, attemptOf(desk.memory))).toEqual({ outcome: 'accepted' });
    expect(desk.serving()).toBe('agent');
  });
});

describe('a visitor for whom nobody is there', () => {
  test('is told once, however long his message waits', async () => {
    const desk = openDesk({ connect: NOBODY });
    expect(await desk.said('一')).toMatchObject({
      outcome: 'later',
      code: 'nobody',
      because: 'nobody',
      untilEvent: true,
      afterMs: minute,
    });
    for (let look = 2; look <= 119; look++) {
      desk.clock.now += minute;
      await desk.say('一', { number: look });
    }
    expect(told(desk)).toEqual(['nobody']);
    expect(desk.events.find(({ kind }) => kind === 'nobodyOnline')).toMatchObject({ keeps: false });
  });

  test('is told again for what he writes half an hour later', async () => {
    const desk = openDesk({ connect: NOBODY });
    const write = (id: string) => {
      const message = { ...messageOf([{ kind: 'text', text: id }]), id, writtenAt: desk.clock.now };
      return desk.adapter.forward(message, attemptOf(desk.memory, { key: id }));
    };
    for (const id of ['m_1', 'm_2', 'm_3', 'm_4']) {
      desk.fold((await write(id)).events);
      desk.clock.now += 15 * minute;
    }
    expect(told(desk)).toEqual(['nobody', 'nobody']);
  });

  test('is told in the words that Zhichi has for a full queue', async () => {
    const desk = openDesk({ connect: item({ status: 7, msg: '排队人数已满' }) });
    expect(await desk.said('一')).toMatchObject({ outcome: 'later', because: 'nobody' });
    expect(desk.events).toMatchObject([{ kind: 'nobodyOnline', text: '排队人数已满' }]);
  });

  test('is not told that the call was a success', async () => {
    const desk = openDesk({ connect: item({ status: 7 }) });
    await desk.say('一');
    expect(desk.events).toMatchObject([{ kind: 'nobodyOnline' }]);
    expect(desk.events[0]).not.toHaveProperty('text');
  });

  test('is given up after two hours, each message by its own time', async () => {
    const desk = openDesk({ connect: NOBODY });
    await desk.say('一');
    desk.clock.now += 119 * minute;
    expect(await desk.said('一', { number: 2 })).toMatchObject({ outcome: 'later' });
    desk.clock.now += minute;
    expect(await desk.said('一', { number: 3 })).toMatchObject({ outcome: 'refused', code: 'nobody' });
    const later = { ...messageOf([{ kind: 'text', text: '二' }]), id: 'm_2', writtenAt: NOW + 60 * minute };
    const attempt = attemptOf(desk.memory, { key: 'm_2' });
    expect(await desk.adapter.forward(later, attempt)).toMatchObject({ outcome: 'later' });
  });

  test('is served once somebody is there', async () => {
    const desk = openDesk({ connect: [NOBODY, CONNECTED] });
    await desk.say('一');
    expect(await desk.said('一', { number: 2 })).toMatchObject({ outcome: 'accepted' });
    expect(desk.serving()).toBe('agent');
  });

  test('is refused at once where nothing is to wait', async () => {
    const desk = openDesk({ connect: NOBODY }, { whenNobody: 'refuse' });
    expect(await desk.said('一')).toMatchObject({ outcome: 'refused', code: 'nobody' });
    expect(told(desk)).toEqual(['nobody']);
  });
});

describe('a ticket', () => {
  const settings = { whenNobody: 'ticket', companyId: COMPANY, ticketTypeId: 't1' };
  const behind = (...texts: readonly string[]): readonly Message[] =>
    texts.map((text, index) => ({ ...messageOf([{ kind: 'text', text }]), id: `m_${index + 2}` }));

  test('is one of all that was written within a minute', async () => {
    const desk = openDesk({ connect: NOBODY }, settings);
    expect(await desk.said('一')).toMatchObject({ outcome: 'later', because: 'nobody', afterMs: minute });
    desk.clock.now += minute;
    const deliveries = await desk.say('一', { number: 2, behind: behind('二', '三') });
    expect(deliveries.at(-1)).toMatchObject({ outcome: 'accepted', took: 2 });
    expect(sentOf(desk, 'ticket')).toEqual([
      {
        companyid: COMPANY,
        partnerid: PARTNER,
        ticket_title: '微信留言 微信用户BC_1',
        ticket_content: '一\n二\n三',
        ticket_typeid: 't1',
        ticket_from: 16,
      },
    ]);
    expect(desk.events.find(({ kind }) => kind === 'nobodyOnline')).toMatchObject({ keeps: true });
  });

  test('has pictures as files, and says where it comes from', async () => {
    const desk = openDesk({ connect: NOBODY }, { ...settings, ticketCollectSec: 0 }, undefined, 'service');
    desk.copies.set('x_1', kept('image/jpeg'));
    const parts: readonly Part[] = [
      { kind: 'image', media: { id: 'x_1', from: {} } },
      { kind: 'image', media: { id: 'x_2', from: {} } },
    ];
    await desk.forward(parts);
    expect(sentOf(desk, 'ticket')).toMatchObject([
      {
        ticket_from: 3,
        ticket_content: '[图片] 发送失败',
        file_str: 'https://bridge.example.com/media/x_1/a.jpg',
      },
    ]);
  });

  test('is not made if somebody comes meanwhile', async () => {
    const desk = openDesk({ connect: [NOBODY, CONNECTED] }, settings);
    await desk.say('一');
    desk.clock.now += minute;
    expect(await desk.said('一', { number: 2 })).toMatchObject({ outcome: 'accepted' });
    expect(desk.names()).not.toContain('ticket');
  });

  test.each([
    ['whose answer is lost', LOST, {}],
    ['of an exception', code('999999'), {}],
    ['that a crash cut off', item({}), { lost: { startedAt: NOW, code: 'restart' } }],
  ])('%s is not made again: somebody is told', async (_what, ticket, change) => {
    const desk = openDesk({ connect: NOBODY, ticket }, { ...settings, ticketCollectSec: 0 });
    const progress = { piece: 0, isTicket: true };
    const delivery = await desk.said('一', { progress, ...change });
    expect(delivery).toMatchObject({ outcome: 'refused', alarm: expect.any(String) });
    expect(callsOf(desk, 'ticket')).toHaveLength('lost' in change ? 0 : 1);
  });

  test('that Zhichi cannot take now comes later', async () => {
    const desk = openDesk(
      { connect: NOBODY, ticket: [{ kind: 'notSent', code: 'econnrefused' }, item({})] },
      { ...settings, ticketCollectSec: 0 },
    );
    expect(await desk.said('一')).toMatchObject({ outcome: 'later', because: 'vendor' });
  });
});

test('nothing of this concerns a visitor who is served', async () => {
  const desk = openDesk({ connect: [CONNECTED, NOBODY] });
  await desk.say('一');
  await desk.say('二', { key: 'm_2', conversation });
  expect(told(desk)).toEqual([]);
});

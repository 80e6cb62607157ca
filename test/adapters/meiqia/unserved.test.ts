import { describe, expect, test } from 'vitest';
import { keptMedia, OPENID, withDesk } from './desk.ts';

const LI = { token: '1f0c2f3e5b1d4c589a570d9c6f1f2a11', nickname: '小李', isOnline: false, capacity: 9 };
const nobody = { agents: [LI] };
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);

describe('while nobody is online', () => {
  test('a message is left, and the visitor is told once', () =>
    withDesk(
      async (desk) => {
        expect((await desk.say('你好')).at(-1)).toMatchObject({
          outcome: 'accepted',
          watch: [{ topic: 'tickets', afterMs: 300_000 }],
        });
        await desk.say('请回电');
        const [ticket] = desk.meiqia.tickets;
        expect(desk.meiqia.tickets).toHaveLength(1);
        expect(ticket?.words.map(({ content }) => content)).toEqual(['你好', '请回电']);
        expect(desk.events.filter(({ kind }) => kind === 'nobodyOnline')).toMatchObject([{ keeps: true }]);
        expect(desk.meiqia.refusals.all).toEqual([]);
      },
      {},
      nobody,
    ));

  test('somebody is asked for again with the next message, at most once a minute', () =>
    withDesk(
      async (desk) => {
        await desk.say('一');
        desk.clock.now += 59_000;
        await desk.say('二');
        expect(desk.count('scheduler')).toBe(1);
        desk.clock.now += 2000;
        await desk.say('三');
        expect(desk.count('scheduler')).toBe(2);
        desk.meiqia.setOnline(LI.token, true);
        desk.clock.now += 61_000;
        await desk.say('四');
        expect(desk.meiqia.messages.all.map(({ text }) => text)).toEqual(['四']);
        expect(desk.events.filter(({ kind }) => kind === 'nobodyOnline')).toHaveLength(1);
      },
      {},
      nobody,
    ));

  test('a ticket that is done with takes no more: another is opened', () =>
    withDesk(
      async (desk) => {
        await desk.say('一');
        desk.meiqia.closeTicket(OPENID);
        await desk.say('二');
        expect(desk.meiqia.tickets.map(({ words }) => words.map(({ content }) => content))).toEqual([
          ['一'],
          ['二'],
        ]);
      },
      {},
      nobody,
    ));

  test.each([
    ['a new ticket', 0, '/client/tickets_v2', { success: false }, 'refused'],
    ['more words', 1, '/client/tickets_v2/71000000/replies', { success: false }, 'refused'],
    [
      'words of a visitor who is blocked',
      0,
      '/client/tickets_v2',
      { success: false, black: true },
      'blacklist',
    ],
  ])('what Meiqia does not take, be it %s, is not taken for left', (_name, before, path, answer, code) =>
    withDesk(
      async (desk) => {
        for (let left = 0; left < before; left++) await desk.say('一');
        desk.meiqia.fail({ path, answer: { body: JSON.stringify(answer) } });
        expect((await desk.say('二')).at(-1)).toMatchObject({ outcome: 'refused', code });
        expect(desk.meiqia.tickets.flatMap(({ words }) => words)).toHaveLength(before);
      },
      {},
      nobody,
    ),
  );

  test('a picture is left by its key, and a card as a text', () =>
    withDesk(
      async (desk) => {
        desk.copies.set('x_1', keptMedia(JPEG, 'image/jpeg'));
        await desk.forward([
          { kind: 'image', media: { id: 'x_1', from: {} } },
          {
            kind: 'link',
            title: '杯子',
            url: 'https://shop.example/9',
            description: 'd',
            pictureUrl: 'https://shop.example/p',
          },
        ]);
        const words = desk.meiqia.tickets[0]?.words ?? [];
        expect(words.map(({ contentType }) => contentType)).toEqual(['photo', 'text']);
        expect(desk.meiqia.file(words[0]?.content ?? '')?.bytes).toEqual(JPEG);
        expect(words[1]?.content).toBe('杯子\nhttps://shop.example/9');
      },
      { cards: 'product' },
      nobody,
    ));

  test('an answer to a ticket is fetched when a push rings for it, once', () =>
    withDesk(
      async (desk) => {
        await desk.say('你好');
        await desk.meiqia.answerTicket(OPENID, '已为您处理');
        const page = await desk.pull('tickets', 'reply');
        expect(desk.shown()).toEqual(['已为您处理']);
        expect(desk.events.at(-1)).toMatchObject({ kind: 'message', vendorId: expect.stringMatching(/^t:/) });
        expect(page.watch).toEqual([{ topic: 'tickets', afterMs: 300_000 }]);
        await desk.pull('tickets');
        expect(desk.shown()).toHaveLength(1);
      },
      {},
      nobody,
    ));

  test('a bell of a kind that nobody knows rings for the chat as well', () =>
    withDesk(
      async (desk) => {
        await desk.say('你好');
        expect((await desk.pull('tickets', 'leave_msg')).watch).toContainEqual({
          topic: 'stream',
          afterMs: 0,
        });
      },
      {},
      nobody,
    ));

  test('answers are looked for three days long', () =>
    withDesk(
      async (desk) => {
        await desk.say('你好');
        desk.clock.now += 4 * 86_400_000;
        expect((await desk.pull('tickets')).watch).toEqual([]);
      },
      {},
      nobody,
    ));

  test.each([
    ['the settings keep nothing', { offline: 'notice' }, {}],
    ['the console has tickets switched off', {}, { takesTickets: false }],
  ])('and %s, a message is refused', (_name, settings, options) =>
    withDesk(
      async (desk) => {
        expect((await desk.say('你好')).at(-1)).toMatchObject({ outcome: 'refused', code: 'offline' });
        expect(desk.events).toContainEqual(expect.objectContaining({ kind: 'nobodyOnline', keeps: false }));
        expect((await desk.say('在吗')).at(-1)).toMatchObject({ outcome: 'refused', code: 'offline' });
        expect(desk.count('scheduler')).toBe(1);
        expect(desk.meiqia.tickets).toEqual([]);
      },
      settings,
      { ...nobody, ...options },
    ),
  );
});

describe('a conversation that has ended', () => {
  test('unnoticed, is asked for anew, once, and the message goes there', () =>
    withDesk(async (desk) => {
      await desk.say('你好');
      desk.meiqia.endConversation(OPENID);
      expect((await desk.say('在吗')).at(-1)?.outcome).toBe('accepted');
      expect(desk.meiqia.messages.all.map(({ text }) => text)).toEqual(['你好', '在吗']);
      expect(desk.count('scheduler')).toBe(2);
      expect(desk.serving()).toBe('agent');
    }));

  test('again at once leaves the message as a ticket, with an alarm, and goes round in no circle', () =>
    withDesk(async (desk) => {
      await desk.say('你好');
      // Whatever is opened ends before the message comes.
      const endAll = () => {
        for (const conv of desk.meiqia.conversations) Object.assign(conv, { endedAt: 1 });
        return false;
      };
      desk.meiqia.fail({ path: '/client/send_msg', matches: endAll, status: 500 });
      const deliveries = await desk.say('在吗');
      expect(deliveries.at(-1)?.outcome).toBe('accepted');
      expect(deliveries.filter(({ alarm }) => alarm !== undefined)).toHaveLength(1);
      expect(desk.meiqia.tickets.map(({ words }) => words.map(({ content }) => content))).toEqual([['在吗']]);
    }));

  test('twice within one message, but not for one piece of it, is asked for anew each time', () =>
    withDesk(
      async (desk) => {
        await desk.say('你好');
        const end = () => {
          const conv = desk.meiqia.conversations.find(({ endedAt }) => endedAt === undefined);
          const isDue = [1, 3].includes(desk.count('client/send_msg') - 1);
          if (isDue && conv !== undefined) conv.endedAt = 1;
          return false;
        };
        desk.meiqia.fail({ path: '/client/send_msg', matches: end, status: 500 });
        const deliveries = await desk.say('一二三四');
        expect(deliveries.at(-1)?.outcome).toBe('accepted');
        expect(deliveries.flatMap(({ alarm = [] }) => alarm)).toEqual([]);
        expect(desk.meiqia.messages.all.map(({ text }) => text)).toEqual(['你好', '一二', '三四']);
        expect(desk.count('scheduler')).toBe(3);
      },
      { maxTextChars: 2 },
    ));

  test('for HTTP 400, too: once another is asked for, then the message is left', () =>
    withDesk(async (desk) => {
      await desk.say('你好');
      desk.meiqia.fail({ path: '/client/send_msg', status: 400, times: 2 });
      const deliveries = await desk.say('在吗');
      expect(deliveries.at(-1)?.outcome).toBe('accepted');
      expect(deliveries.flatMap(({ alarm = [] }) => alarm)).toEqual([]);
      expect(desk.count('scheduler')).toBe(2);
      expect(desk.meiqia.tickets).toHaveLength(1);
    }));

  test('for a message that nobody can receive: it is left', () =>
    withDesk(async (desk) => {
      desk.fold([{ kind: 'sessionStarted', session: '7', by: 'agent', keys: [], at: 0 }]);
      expect((await desk.say('你好')).at(-1)?.outcome).toBe('accepted');
      expect(desk.meiqia.tickets).toHaveLength(1);
      expect(desk.events).toContainEqual(expect.objectContaining({ kind: 'nobodyOnline' }));
    }));
});

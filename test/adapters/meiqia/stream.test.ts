import { describe, expect, test } from 'vitest';
import { nextPollMs } from '../../../adapters/meiqia/poll.ts';
import { OPENID, withDesk } from './desk.ts';

const said = { contentType: 'text', content: '稍等' };

describe('the stream', () => {
  test('brings what agents write, and who they are', () =>
    withDesk(async (desk) => {
      await desk.say('你好');
      await desk.pull();
      const id = desk.meiqia.agentSends(OPENID, { ...said, content: '稍等' });
      await desk.pull();
      expect(desk.events.at(-1)).toMatchObject({
        kind: 'message',
        from: { role: 'agent', id: '1f0c2f3e5b1d4c589a570d9c6f1f2a11', name: '小李' },
        parts: [{ kind: 'text', text: '稍等' }],
        vendorId: id,
        keys: [`msg:${id}`],
      });
      // More than a JavaScript number holds, to the digit.
      expect(id.length).toBe(16);
      expect(Number(id) > Number.MAX_SAFE_INTEGER).toBe(true);
    }));

  test('has what the visitor wrote himself, here and elsewhere, which is no news', () =>
    withDesk(async (desk) => {
      await desk.say('你好');
      desk.meiqia.agentSends(OPENID, { from: 'client', contentType: 'text', content: '我在网页上问过' });
      await desk.pull();
      expect(desk.shown()).toEqual(['您好，请问有什么可以帮您？']);
    }));

  test('has what agents say among themselves, which is never shown', () =>
    withDesk(async (desk) => {
      await desk.say('你好');
      desk.meiqia.agentSends(OPENID, { ...said, type: 'internal', content: '这人难缠' });
      await desk.pull();
      expect(JSON.stringify(desk.events)).not.toContain('难缠');
    }));

  test('with nothing in it is answered by 404, and that is an empty page', () =>
    withDesk(
      async (desk) => {
        await desk.say('你好');
        desk.clock.now += 60_000;
        await desk.pull();
        desk.clock.now += 60_000;
        expect(await desk.pull()).toMatchObject({ outcome: 'page', more: false, events: [] });
      },
      {},
      { greeting: '' },
    ));

  test.each([true, false])(
    'of 250 messages is read page by page, each message once (bound included: %s)',
    (includesBound) =>
      withDesk(
        async (desk) => {
          await desk.say('你好');
          const texts = Array.from({ length: 250 }, (_, index) => `第${index}条`);
          for (const content of texts) desk.meiqia.agentSends(OPENID, { ...said, content });
          await desk.pull();
          expect(desk.shown().slice(1)).toEqual(texts);
          expect((await desk.pull()).events).toEqual([]);
        },
        {},
        { includesBound },
      ),
  );

  test('brings what comes within its overlap once, and what is late as well', () =>
    withDesk(
      async (desk) => {
        await desk.say('你好');
        desk.meiqia.agentSends(OPENID, { ...said, content: '一' });
        await desk.pull();
        const visitor = desk.meiqia.visitorOf(OPENID);
        const late = visitor?.stream.at(-1);
        // One that was written a moment before the last, and came to light later.
        if (late !== undefined) {
          visitor?.stream.splice(-1, 0, {
            ...late,
            id: '5',
            created_on: '2026-01-05T08:29:57.500000',
            fields: { ...late.fields, content: '迟到' },
          });
        }
        const page = await desk.pull();
        expect(page.events).toHaveLength(1);
        expect(desk.shown()).toEqual(['一', '迟到']);
      },
      {},
      { greeting: '' },
    ));

  test('has events of one moment that are told apart by what they hold', () =>
    withDesk(async (desk) => {
      await desk.say('你好');
      const withdrawn = (msg_id: number) => ({
        action: 'withdraw_msg',
        created_on: '2026-01-05T08:30:00.000000',
        body: { msg_id },
      });
      for (const messages of [[withdrawn(1)], [withdrawn(1), withdrawn(2)]]) {
        desk.meiqia.fail({ path: '/conversation', answer: { body: JSON.stringify({ messages }) } });
        await desk.pull();
      }
      const recalled = desk.events.flatMap((event) => (event.kind === 'recalled' ? event.vendorId : []));
      expect(recalled).toEqual(['1', '2']);
    }));

  test('that stands still at a full page goes on all the same', () =>
    withDesk(
      async (desk) => {
        await desk.say('你好');
        const visitor = desk.meiqia.visitorOf(OPENID);
        desk.meiqia.agentSends(OPENID, said);
        const last = visitor?.stream.at(-1);
        if (visitor === undefined || last === undefined) throw new Error('expected a message');
        for (let id = 1; id <= 120; id++) visitor.stream.push({ ...last, id: String(id) });
        // It ends: `pull` would throw else.
        await desk.pull();
        expect(desk.shown()).toHaveLength(100);
      },
      {},
      { greeting: '' },
    ));

  test.each([
    ['before it was seen', false],
    ['after it was seen', true],
  ])('tells that a message was withdrawn %s', (_name, isSeen) =>
    withDesk(async (desk) => {
      await desk.say('你好');
      const id = desk.meiqia.agentSends(OPENID, { ...said, content: '说错了' });
      if (isSeen) await desk.pull();
      desk.meiqia.withdraw(OPENID, id);
      await desk.pull();
      expect(desk.events).toContainEqual(expect.objectContaining({ kind: 'recalled', vendorId: id }));
      expect(desk.shown().includes('说错了')).toBe(isSeen);
    }),
  );

  test('of a visitor who is not known yet is his by his own id', () =>
    withDesk(async (desk) => {
      expect((await desk.pull()).events).toEqual([]);
      expect(desk.meiqia.visitorOf(OPENID)).toBeDefined();
    }));
});

describe('the stream is looked at unasked', () => {
  const settings = { pollScheduleSec: [10, 20, 40, 80, 120], pollWindowSec: 1800 };
  const next = (sinceSec: number, change = {}) => {
    const ms = nextPollMs({ ...settings, ...change }, 0, sinceSec * 1000);
    return ms === undefined ? undefined : ms / 1000;
  };

  test('10, 20, 40 and 80 seconds after a message, then every 120', () => {
    const times = [];
    for (let at = 0; at < 600; at += next(at) ?? 1000) times.push(at);
    expect(times).toEqual([0, 10, 20, 40, 80, 200, 320, 440, 560]);
  });

  test('once more at the end of the window, and not after it', () => {
    expect(next(1790)).toBe(10);
    expect(next(1800)).toBeUndefined();
    expect(next(0, { pollWindowSec: 0 })).toBeUndefined();
    expect(next(1, { pollScheduleSec: [120] })).toBe(119);
    expect(next(-5)).toBe(10);
  });

  test('from the last message of either side', () =>
    withDesk(async (desk) => {
      await desk.say('你好');
      desk.clock.now += 100_000;
      expect((await desk.pull()).watch).toEqual([{ topic: 'stream', afterMs: 100_000 }]);
      await desk.meiqia.agentSays(OPENID, '稍等');
      expect((await desk.pull()).watch).toEqual([{ topic: 'stream', afterMs: 10_000 }]);
      desk.clock.now += 1_800_000;
      expect(await desk.pull()).not.toHaveProperty('watch');
    }));
});

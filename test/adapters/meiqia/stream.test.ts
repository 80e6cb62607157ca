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

describe('what happens in a conversation', () => {
  const open = (run: Parameters<typeof withDesk>[0], options = {}) => withDesk(run, {}, options);
  const kindsOf = (events: readonly { kind: string }[]) => events.map(({ kind }) => kind);

  test('such as a transfer names the new agent', () =>
    open(async (desk) => {
      await desk.say('你好');
      desk.meiqia.transfer(OPENID, '2a0c2f3e5b1d4c589a570d9c6f1f2a22');
      await desk.pull();
      const session = desk.meiqia.conversationOf(OPENID)?.id;
      expect(desk.events.at(-1)).toMatchObject({
        kind: 'sessionStarted',
        by: 'agent',
        session,
        transferredFrom: session,
        agent: { name: '小王' },
      });
    }));

  test('such as its end is told once, whoever tells of it, and ends what is remembered', () =>
    open(async (desk) => {
      await desk.say('你好');
      desk.meiqia.endConversation(OPENID);
      const { events = [] } = await desk.pull();
      expect(events.at(-1)).toMatchObject({ kind: 'sessionEnded', reason: 'agent' });
      expect(desk.serving()).toBe('nobody');
    }));

  test('such as an end by silence has its reason', () =>
    withDesk(
      async (desk) => {
        await desk.say('你好');
        desk.clock.now += 61_000;
        desk.meiqia.applyTimeouts();
        await desk.pull();
        expect(desk.events.at(-1)).toMatchObject({ kind: 'sessionEnded', reason: 'silence' });
      },
      {},
      { silenceTimeoutMs: 60_000 },
    ));

  test('such as last words that are shown need no words of the bridge', () =>
    open(
      async (desk) => {
        await desk.say('你好');
        desk.meiqia.endConversation(OPENID);
        await desk.pull();
        expect(desk.shown().at(-1)).toBe('再见');
        expect(kindsOf(desk.events)).not.toContain('sessionEnded');
        expect(desk.serving()).toBe('nobody');
      },
      { ending: '再见' },
    ));

  test('such as last words that are hidden are told in the bridge’s own', () =>
    withDesk(
      async (desk) => {
        await desk.say('你好');
        desk.meiqia.endConversation(OPENID);
        await desk.pull();
        expect(desk.shown()).not.toContain('再见');
        expect(kindsOf(desk.events)).toContain('sessionEnded');
      },
      { showEnding: false },
      { ending: '再见' },
    ));

  test('such as the end of an older conversation leaves the present one alone', () =>
    open(async (desk) => {
      await desk.say('你好');
      desk.fold([
        { kind: 'sessionEnded', session: '904512000', reason: 'agent', by: 'agent', keys: [], at: 0 },
      ]);
      expect(desk.serving()).toBe('agent');
    }));

  test('such as an invitation to rate is a question with three grades and the console’s words', () =>
    open(async (desk) => {
      await desk.say('你好');
      desk.meiqia.inviteRating(OPENID);
      desk.meiqia.agentSends(OPENID, { contentType: 'text', type: 'remark', content: '请评价' });
      await desk.pull();
      const asked = desk.events.filter(({ kind }) => kind === 'ratingAsked');
      expect(asked).toMatchObject([
        {
          session: desk.meiqia.conversationOf(OPENID)?.id,
          title: '请对本次服务做出评价',
          options: [
            { id: '2', label: '满意' },
            { id: '1', label: '一般' },
            { id: '0', label: '不满意' },
          ],
          expiresMs: 86_400_000,
        },
      ]);
      expect(desk.shown()).not.toContain('请评价');
    }));

  test('such as an end that asks for a rating is both', () =>
    open(
      async (desk) => {
        await desk.say('你好');
        desk.meiqia.endConversation(OPENID);
        const { events = [] } = await desk.pull();
        expect(kindsOf(events).slice(-2)).toEqual(['sessionEnded', 'ratingAsked']);
      },
      { asksRatingAtEnd: true },
    ));

  test('such as an end that asks for a rating asks no second time what an agent has asked', () =>
    open(
      async (desk) => {
        await desk.say('你好');
        desk.meiqia.inviteRating(OPENID);
        await desk.pull();
        desk.clock.now += 1_800_000;
        desk.meiqia.endConversation(OPENID);
        await desk.pull();
        expect(desk.events.filter(({ kind }) => kind === 'ratingAsked')).toHaveLength(1);
      },
      { asksRatingAtEnd: true },
    ));

  test('such as another name of the agent changes nothing but the name, and opens nothing', () =>
    open(async (desk) => {
      await desk.say('你好');
      desk.meiqia.act(OPENID, 'agent_update', { token: 'a1', nickname: '李老师' });
      await desk.pull();
      expect(desk.memory).toMatchObject({ state: { kind: 'open', name: '李老师' } });
      desk.meiqia.endConversation(OPENID);
      desk.meiqia.act(OPENID, 'agent_update', { token: 'a1', nickname: '小李' });
      await desk.pull();
      expect(desk.serving()).toBe('nobody');
    }));

  test.each<[string, object, object]>([
    ['switch_human', {}, { kind: 'nobodyOnline', keeps: true }],
    ['agent_inputting', { interval: 3 }, { kind: 'typing' }],
    [
      'agent_send_card',
      { title: '留资卡片' },
      { kind: 'message', parts: [{ kind: 'text', text: '留资卡片' }] },
    ],
    ['something_new', {}, { kind: 'unsupported', vendorKind: 'something_new' }],
  ])('such as %s is read', (action, body, event) =>
    open(async (desk) => {
      await desk.say('你好');
      desk.meiqia.act(OPENID, action, body as Record<string, unknown>);
      await desk.pull();
      expect(desk.events.at(-1)).toMatchObject(event);
    }),
  );

  test.each(['mass_message_push', 'agent_send_card'])('such as %s without words is nothing', (action) =>
    open(async (desk) => {
      await desk.say('你好');
      await desk.pull();
      desk.meiqia.act(OPENID, action);
      expect((await desk.pull()).events).toEqual([]);
    }),
  );

  test('such as somebody who was typing long ago is nothing', () =>
    open(async (desk) => {
      await desk.say('你好');
      desk.meiqia.act(OPENID, 'agent_inputting');
      desk.clock.now += 60_000;
      await desk.pull();
      expect(kindsOf(desk.events)).not.toContain('typing');
    }));

  test('that stands in no stream is known from who writes', () =>
    open(
      async (desk) => {
        await desk.say('你好');
        desk.meiqia.endConversation(OPENID);
        desk.fold([
          {
            kind: 'sessionEnded',
            session: desk.meiqia.conversations[0]?.id ?? '',
            reason: 'agent',
            keys: [],
            at: 0,
          },
        ]);
        expect(desk.serving()).toBe('nobody');
        await desk.meiqia.agentSays(OPENID, '还有一件事');
        await desk.pull();
        expect(desk.serving()).toBe('agent');
      },
      { showsActions: false },
    ));
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

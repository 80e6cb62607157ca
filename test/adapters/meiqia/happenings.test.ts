import { describe, expect, test } from 'vitest';
import { OPENID, withDesk } from './desk.ts';

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

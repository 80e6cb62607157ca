import { describe, expect, test } from 'vitest';
import type { Routing } from '../../../src/model/routing.ts';
import type { Delivery } from '../../../src/ports/helpdesk.ts';
import { OPENID, withDesk } from './desk.ts';

const LI = '1f0c2f3e5b1d4c589a570d9c6f1f2a11';
const WANG = '2a0c2f3e5b1d4c589a570d9c6f1f2a22';
const robot = { token: 'b0b0', nickname: '小助手', reply: (text: string) => `您是说“${text}”吗？` };
const agent = (token: string, change: object = {}) => ({
  token,
  nickname: '小李',
  isOnline: true,
  capacity: 1,
  ...change,
});
const kinds = (deliveries: readonly Delivery[]) =>
  deliveries.flatMap(({ events = [] }) => events.map(({ kind }) => kind));

describe('a first message', () => {
  test('opens a conversation with an agent, whose name and greeting the visitor gets', () =>
    withDesk(async (desk) => {
      const deliveries = await desk.say('你好');
      expect(deliveries.at(-1)).toMatchObject({
        outcome: 'accepted',
        vendorId: expect.stringMatching(/^\d+$/),
      });
      expect(desk.events).toContainEqual(
        expect.objectContaining({
          kind: 'sessionStarted',
          by: 'agent',
          agent: { id: LI, name: '小李' },
          session: desk.meiqia.conversationOf(OPENID)?.id,
        }),
      );
      expect(desk.shown()).toEqual(['您好，请问有什么可以帮您？']);
      expect(desk.events.find(({ kind }) => kind === 'message')).toMatchObject({ automatic: true });
      expect(desk.serving()).toBe('agent');
    }));

  test('is greeted once, although the greeting stands in the stream as well', () =>
    withDesk(async (desk) => {
      await desk.say('你好');
      await desk.pull();
      expect(desk.shown()).toEqual(['您好，请问有什么可以帮您？']);
      expect(desk.events.filter(({ kind }) => kind === 'sessionStarted')).toHaveLength(1);
    }));

  test('is not greeted where that is switched off', () =>
    withDesk(
      async (desk) => {
        await desk.say('你好');
        await desk.pull();
        expect(desk.shown()).toEqual([]);
      },
      { showWelcome: false },
    ));

  test('asks for an agent once, and the ones behind it do not', () =>
    withDesk(async (desk) => {
      for (const text of ['一', '二', '三']) await desk.say(text);
      expect(desk.count('scheduler')).toBe(1);
      expect(desk.meiqia.refusals.all).toEqual([]);
    }));
});

describe('who is asked for', () => {
  const agents = [agent(LI, { group: 'g-sales' }), agent(WANG, { group: 'g-vip', nickname: '小王' })];
  const served =
    (settings: object, context?: string, routing: Routing = {}) =>
    async (): Promise<string | undefined> => {
      let by: string | undefined;
      await withDesk(
        async (desk) => {
          const conversation = { ...desk.context().conversation!, ...(context !== undefined && { context }) };
          await desk.say('你好', { conversation, routing });
          by = desk.meiqia.conversationOf(OPENID)?.agent;
        },
        settings,
        { agents },
      );
      return by;
    };

  test('is a group, an agent before any group, or whom a route names', async () => {
    expect(await served({ groupToken: 'g-vip' })()).toBe(WANG);
    expect(await served({ groupToken: 'g-vip', agentToken: LI })()).toBe(LI);
    const routes = [{ sessionFrom: 'vip*', groupToken: 'g-vip' }];
    expect(await served({ groupToken: 'g-sales', routes }, 'vip-7')()).toBe(WANG);
    expect(await served({ groupToken: 'g-sales', routes }, 'other')()).toBe(LI);
  });

  test('is whom a rule names, before the settings and their routes', async () => {
    const routes = [{ sessionFrom: 'vip*', groupToken: 'g-vip' }];
    const settings = { groupToken: 'g-vip', agentToken: WANG, routes };
    expect(await served(settings, 'vip-7', { group: 'g-sales' })()).toBe(LI);
    expect(await served(settings, 'vip-7', { agent: LI })()).toBe(LI);
    expect(await served(settings, 'vip-7', { priority: 3 })()).toBe(WANG);
  });

  test('is asked for anew when the route changes', () =>
    withDesk(
      async (desk) => {
        const conversation = desk.context().conversation!;
        await desk.say('你好', { conversation: { ...conversation, context: 'other' } });
        await desk.say('在吗', { conversation: { ...conversation, context: 'vip-7' } });
        expect(desk.count('scheduler')).toBe(2);
        expect(desk.meiqia.conversationOf(OPENID)?.agent).toBe(WANG);
      },
      { groupToken: 'g-sales', routes: [{ sessionFrom: 'vip*', groupToken: 'g-vip' }], noReallocate: false },
      { agents },
    ));
});

describe('a visitor who has to queue', () => {
  const busy = { agents: [agent(LI, { capacity: 0 })] };

  test('is told his place, and what he writes is stored', () =>
    withDesk(
      async (desk) => {
        const deliveries = await desk.say('你好');
        expect(deliveries.at(-1)).toMatchObject({ outcome: 'accepted' });
        expect(desk.events).toContainEqual(expect.objectContaining({ kind: 'queued', ahead: 0 }));
        expect(desk.serving()).toBe('queue');
        expect(deliveries.flatMap(({ wakes = [] }) => wakes)).toContainEqual({
          name: 'queue',
          afterMs: 30_000,
        });
        await desk.say('在吗');
        expect(desk.count('scheduler')).toBe(1);
        expect(kinds(await desk.say('还在吗'))).not.toContain('queued');
        expect(desk.meiqia.messages.all.map(({ state }) => state)).toEqual(['queued', 'queued', 'queued']);
      },
      {},
      busy,
    ));

  test('waits with what is not stored, at most twenty times', () =>
    withDesk(
      async (desk) => {
        expect((await desk.say('你好')).at(-1)).toMatchObject({
          outcome: 'later',
          code: 'queueing',
          because: 'queue',
          afterMs: 30_000,
          atMost: 20,
        });
        expect(desk.events.filter(({ kind }) => kind === 'queued')).toHaveLength(1);
      },
      {},
      { ...busy, storesQueued: false },
    ));

  test('is looked after until an agent is free', () =>
    withDesk(
      async (desk) => {
        await desk.say('你好');
        const waiting = await desk.adapter.wake!('queue', desk.context());
        expect(waiting).toEqual({ outcome: 'accepted', wakes: [{ name: 'queue', afterMs: 30_000 }] });
        desk.meiqia.putAgent(agent(LI));
        const served = await desk.adapter.wake!('queue', desk.context());
        expect(served).toMatchObject({ wakes: [{ name: 'queue', afterMs: null }] });
        desk.fold(served.events);
        expect(desk.events).toContainEqual(expect.objectContaining({ kind: 'queueLeft', reason: 'served' }));
        expect(desk.serving()).toBe('agent');
        expect(await desk.adapter.wake!('queue', desk.context())).toEqual({
          outcome: 'accepted',
          wakes: [{ name: 'queue', afterMs: null }],
        });
      },
      {},
      busy,
    ));

  test('is served by whoever the stream says, whether anybody looked or not', () =>
    withDesk(
      async (desk) => {
        await desk.say('你好');
        desk.meiqia.putAgent(agent(LI));
        await desk.pull();
        expect(desk.events).toContainEqual(expect.objectContaining({ kind: 'queueLeft' }));
        expect(desk.serving()).toBe('agent');
      },
      {},
      busy,
    ));
});

describe('a robot', () => {
  test('serves first, and what it says is known for a robot’s', () =>
    withDesk(
      async (desk) => {
        await desk.say('退货');
        await desk.pull();
        expect(desk.serving()).toBe('robot');
        expect(desk.events).toContainEqual(
          expect.objectContaining({
            kind: 'message',
            from: expect.objectContaining({ role: 'robot', name: '小助手' }),
            parts: [{ kind: 'text', text: '您是说“退货”吗？' }],
            automatic: true,
          }),
        );
      },
      {},
      { robot },
    ));

  test('gives way to a human who is asked for', () =>
    withDesk(
      async (desk) => {
        await desk.say('退货');
        const asked = await desk.adapter.askForAgent!(desk.context());
        expect(asked.outcome).toBe('accepted');
        desk.fold(asked.events);
        expect(desk.serving()).toBe('agent');
        expect(desk.meiqia.conversationOf(OPENID)).toMatchObject({ isRobot: false, agent: LI });
      },
      {},
      { robot },
    ));

  test('is passed over where a human is asked for first of all', () =>
    withDesk(
      async (desk) => {
        desk.fold((await desk.adapter.askForAgent!(desk.context())).events);
        expect(desk.serving()).toBe('agent');
        expect(desk.count('scheduler')).toBe(2);
      },
      {},
      { robot },
    ));

  test('stays where no human is there, and the visitor is told', () =>
    withDesk(
      async (desk) => {
        await desk.say('退货');
        desk.fold((await desk.adapter.askForAgent!(desk.context())).events);
        expect(desk.events.at(-1)).toMatchObject({ kind: 'nobodyOnline', keeps: true });
        expect(desk.serving()).toBe('robot');
      },
      {},
      { robot, agents: [agent(LI, { isOnline: false })] },
    ));

  test('is left to understand the wish itself, where words are to do', () =>
    withDesk(async (desk) => expect(desk.adapter.askForAgent).toBeUndefined(), { handover: 'text' }));
});

test('a visitor on the block list is refused, and nobody is told', () =>
  withDesk(async (desk) => {
    await desk.say('你好');
    desk.meiqia.block(OPENID, true);
    const [sent] = await desk.say('在吗');
    expect(sent).toMatchObject({
      outcome: 'refused',
      code: 'blacklist',
      isSilent: true,
    });
    expect(sent).not.toHaveProperty('alarm');
    desk.meiqia.endConversation(OPENID);
    await desk.pull();
    expect((await desk.say('还在吗')).at(-1)).toMatchObject({
      outcome: 'refused',
      code: 'blacklist',
      isSilent: true,
    });
  }));

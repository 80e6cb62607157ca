import { describe, expect, test } from 'vitest';
import type { Message } from '../../../src/model/message.ts';
import { attemptOf, conversation, messageOf, NOW, OPENID, openAdapter, withDesk } from './desk.ts';

const reply = (vendorId?: string): Message => ({
  ...messageOf([]),
  direction: 'reply',
  ...(vendorId !== undefined && { vendorId }),
});

describe('a rating', () => {
  test.each([
    ['2', 2],
    ['1', 1],
    ['0', 0],
  ])('of option %s is the level %i, for the conversation that was asked about', (id, level) =>
    withDesk(async (desk) => {
      await desk.say('你好');
      const session = desk.meiqia.conversationOf(OPENID)?.id ?? '';
      desk.meiqia.endConversation(OPENID);
      const rated = await desk.adapter.rate!({ session, option: { id, label: 'x' } }, desk.context());
      expect(rated).toEqual({ outcome: 'accepted' });
      expect(desk.meiqia.conversations[0]?.level).toBe(level);
    }),
  );

  test('of another grade is none', () =>
    withDesk(async (desk) => {
      const rated = await desk.adapter.rate!(
        { session: '1', option: { id: '5', label: 'x' } },
        desk.context(),
      );
      expect(rated).toEqual({ outcome: 'refused', code: 'no_grade' });
      expect(desk.calls).toEqual([]);
    }));

  test('has three grades', () => {
    const { adapter } = openAdapter({}, () => Promise.reject(new Error('never called')));
    expect(adapter.ratingOptions?.(undefined, '1').map(({ label }) => label)).toEqual([
      '满意',
      '一般',
      '不满意',
    ]);
  });
});

describe('word that WeChat has taken a message', () => {
  test('goes to Meiqia by the message’s own number, to the digit', () =>
    withDesk(async (desk) => {
      await desk.say('你好');
      const id = desk.meiqia.agentSends(OPENID, { contentType: 'text', content: '稍等' });
      expect(await desk.adapter.delivered!(reply(id), desk.context())).toEqual({ outcome: 'accepted' });
      expect(desk.meiqia.delivered).toEqual([id]);
    }));

  test('goes to Meiqia after the end of the conversation as well', () =>
    withDesk(async (desk) => {
      await desk.say('你好');
      const id = desk.meiqia.agentSends(OPENID, { contentType: 'text', content: '再见' });
      desk.meiqia.endConversation(OPENID);
      await desk.pull();
      expect(desk.serving()).toBe('nobody');
      await desk.adapter.delivered!(reply(id), desk.context());
      expect(desk.meiqia.delivered).toEqual([id]);
    }));

  test.each([['t:3000001'], [undefined]])('of a message known as %s goes nowhere', (vendorId) =>
    withDesk(async (desk) => {
      await desk.say('你好');
      const before = desk.calls.length;
      expect(await desk.adapter.delivered!(reply(vendorId), desk.context())).toEqual({ outcome: 'accepted' });
      expect(desk.calls).toHaveLength(before);
    }),
  );

  test('is left where Meiqia does not take it', () =>
    withDesk(async (desk) => {
      await desk.say('你好');
      desk.meiqia.fail({ path: '/client/msg_delivered', status: 500 });
      expect(await desk.adapter.delivered!(reply('1'), desk.context())).toEqual({ outcome: 'accepted' });
    }));

  test('is never given where nobody wants it', () =>
    withDesk(async (desk) => expect(desk.adapter.delivered).toBeUndefined(), { receipts: 'none' }));
});

describe('what is done for a visitor', () => {
  test('his profile is sent, and remembered', () =>
    withDesk(async (desk) => {
      const sent = await desk.adapter.sendProfile!(desk.context());
      expect(sent.outcome).toBe('accepted');
      expect(desk.meiqia.visitorOf(OPENID)?.attrs).toMatchObject({
        openid: OPENID,
        name: expect.any(String),
      });
      desk.fold(sent.events);
      expect(desk.memory).toHaveProperty('profile');
    }));

  test('a note to the agent is a text with a mark, where that is wanted', () =>
    withDesk(
      async (desk) => {
        await desk.say('你好');
        expect(await desk.adapter.note!('消息未送达', desk.context())).toEqual({ outcome: 'accepted' });
        expect(desk.meiqia.messages.all.at(-1)?.text).toBe('【系统】消息未送达');
      },
      { noteAs: 'text' },
    ));

  test('and nothing at all by default', () =>
    withDesk(async (desk) => expect(desk.adapter.note).toBeUndefined()));

  test('his conversation is closed only where that is asked for', () =>
    withDesk(async (desk) => {
      await desk.say('你好');
      const closed = await desk.adapter.closeSession!(desk.context());
      expect(closed.outcome).toBe('accepted');
      desk.fold(closed.events);
      expect(desk.serving()).toBe('nobody');
      expect(desk.meiqia.conversationOf(OPENID)).toBeUndefined();
    }));

  test('wakes without a visitor have nothing to do', () =>
    withDesk(async (desk) => {
      const context = { ...desk.context(), conversation: undefined };
      expect(await desk.adapter.wake!('start', context)).toEqual({ outcome: 'accepted' });
      expect(await desk.adapter.wake!('queue', context)).toEqual({ outcome: 'accepted' });
    }));
});

describe('mode link', () => {
  const settings = { mode: 'link', entId: '100001', groupToken: 'g-1' };
  const open = () => openAdapter(settings, () => Promise.reject(new Error('never called')));
  const text = messageOf([{ kind: 'text', text: '你好' }]);

  test('gives the way to the chat page, with what agents are to know', async () => {
    const { adapter } = open();
    const attempt = { ...attemptOf(undefined), conversation: { ...conversation, context: 'pages/cart' } };
    const delivery = await adapter.forward(text, attempt);
    const [part] = delivery.say ?? [];
    expect(delivery.outcome).toBe('accepted');
    const url = new URL(part?.kind === 'link' ? part.url : '');
    expect(`${url.origin}${url.pathname}`).toBe('https://static.meiqia.com/dist/standalone.html');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      _: 't',
      eid: '100001',
      clientid: OPENID,
      metadata: JSON.stringify({
        来源: `微信小程序 ${conversation.appid}`,
        小程序页面: 'pages/cart',
        openid: OPENID,
      }),
      groupid: 'g-1',
    });
  });

  test('gives it once, and again after its interval', async () => {
    const { adapter, clock } = open();
    const forward = async (memory?: Parameters<typeof adapter.fold>[0]) =>
      adapter.forward(text, attemptOf(memory));
    const first = await forward();
    const memory = adapter.fold(undefined, first.events![0]!, NOW);
    clock.now += 599_000;
    expect(await forward(memory)).toEqual({ outcome: 'accepted' });
    clock.now += 2000;
    expect((await forward(memory)).say).toHaveLength(1);
  });

  test('says nothing to somebody who only entered', async () => {
    expect(
      await open().adapter.forward(
        messageOf([{ kind: 'event', name: 'session-enter' }]),
        attemptOf(undefined),
      ),
    ).toEqual({
      outcome: 'accepted',
    });
  });

  test('can nothing that needs the SDK', () => {
    const { adapter } = open();
    for (const name of ['pull', 'rate', 'askForAgent', 'react', 'delivered', 'settles'] as const) {
      expect(adapter[name]).toBeUndefined();
    }
  });
});

describe('the check', () => {
  test('makes a visitor who never writes, and lists every guess with its setting', () =>
    withDesk(async (desk) => {
      const findings = await desk.adapter.check!(desk.context().signal);
      expect(findings[0]).toEqual({ level: 'ok', text: 'Meiqia knows the AppKey: enterprise 100001' });
      const guesses = findings.slice(1);
      expect(guesses.every(({ level, text }) => level === 'warn' && text.startsWith('to settle'))).toBe(true);
      const named = guesses.map(({ text }) => text).join('\n');
      for (const setting of [
        'pollScheduleSec registerDeviceToken userAgent sdkVersion platform statistics baseUrls hostDiscovery requestIv',
        'wrapBase64 visitorIds idSecret noReallocate pullOverlapSec pollWindowSec receive pushAnswer pushMaxAgeSec imageTypes',
        'maxUploadBytes maxTextChars perSecond timeoutMs queuePollSec ratingExpiresSec onUnknown',
      ].flatMap((names) => names.split(' '))) {
        expect(named).toContain(setting);
      }
      expect(desk.meiqia.conversations).toEqual([]);
      expect(desk.meiqia.messages.count).toBe(0);
      expect(desk.meiqia.visitors.map(({ ownId }) => ownId)).toEqual(['kefu-bridge-check']);
      expect(desk.meiqia.refusals.all).toEqual([]);
    }));

  test.each([
    ['the AppKey is wrong', { appKey: 'wrong' }, 'AppKey'],
    ['nobody answers', { baseUrls: ['http://127.0.0.1:9'] }, 'cannot be reached'],
  ])('fails where %s', (_name, settings, words) =>
    withDesk(async (desk) => {
      const [finding] = await desk.adapter.check!(desk.context().signal);
      expect(finding).toMatchObject({ level: 'fatal', text: expect.stringContaining(words) });
    }, settings),
  );

  test('says what to look at where Meiqia gives no settings', () =>
    withDesk(async (desk) => {
      desk.meiqia.fail({ path: '/sdk/init', matches: ({ path }) => path === '/sdk/init', status: 500 });
      const findings = await desk.adapter.check!(desk.context().signal);
      expect(findings.at(-1)).toMatchObject({ level: 'fatal' });
    }));
});

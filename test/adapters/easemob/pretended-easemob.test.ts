import { afterEach, describe, expect, test } from 'vitest';
import {
  type EasemobOptions,
  type PretendedEasemob,
  startEasemob,
} from '../../../sandbox/vendors/easemob.ts';
import { createAddressGuard } from '../../../src/http/address-guard.ts';
import { createFetch } from '../../../src/http/fetch.ts';
import type { RawRequest } from '../../../src/ports/request.ts';
import { openBridgeDouble } from '../../sandbox/bridge-double.ts';
import { association, attemptOf, im, NAME, NOW, openDesk, rest } from './desk.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** The adapter against the pretended Easemob, which calls it back. */
async function openBoth(settings: Record<string, unknown> = im, options: Partial<EasemobOptions> = {}) {
  const clock = { now: NOW };
  const bridge = await openBridgeDouble(() => clock.now);
  const easemob = await startEasemob({
    ...im,
    callbackUrl: bridge.url,
    rest: { ...association, callbackUrl: bridge.url },
    now: () => clock.now,
    ...options,
  });
  const road = createFetch(createAddressGuard([]));
  const desk = openDesk({ ...settings, restBase: easemob.url, kefuBase: easemob.url }, {}, (call) =>
    road.fetch(call),
  );
  bridge.answer = (call) => {
    const request: RawRequest = {
      method: call.method,
      path: call.path,
      query: call.query,
      headers: Object.fromEntries(Object.entries(call.headers).map(([name, value]) => [name, String(value)])),
      body: call.body,
    };
    const reading = desk.push(request);
    const { status = 500, body = '' } = reading?.answer ?? {};
    return { status, type: 'text/plain', body };
  };
  open.push(async () => {
    road.close();
    await easemob.close();
    await bridge.close();
  });
  return { easemob, desk, clock, bridge };
}

/** Waits until so many callbacks in all were done with. */
async function calledBack({ callbacks }: PretendedEasemob, count: number) {
  while (callbacks.count < count) await callbacks.next();
  return callbacks.all;
}

const kinds = (desk: ReturnType<typeof openDesk>) =>
  desk.events.filter(({ kind }) => kind !== 'noted').map(({ kind }) => kind);

describe('against the pretended Easemob, over IM', () => {
  test('a first message reaches an agent, who knows the visitor, and the helpdesk confirms it', async () => {
    const { easemob, desk } = await openBoth();
    expect((await desk.say('你好')).at(-1)).toMatchObject({
      outcome: 'accepted',
      vendorId: expect.stringMatching(/^\d{19}$/),
    });
    expect(easemob.messages.all).toMatchObject([
      { visitor: NAME, text: '你好', state: 'agent', weichat: { visitor: { tags: ['小程序'] } } },
    ]);
    const called = await calledBack(easemob, 4);
    expect(called.map(({ verdict }) => verdict.kind)).toEqual(Array(4).fill('accepted'));
    expect(kinds(desk)).toEqual(['sessionStarted', 'receipt']);
    expect(easemob.unseen.all).toEqual([]);
  });

  test('what was lost while the bridge was away comes at its start, once', async () => {
    const { easemob, desk, bridge } = await openBoth(
      { ...im, exceptionStorage: true },
      { keepsLostCallbacks: true, tellsEvents: false },
    );
    const { answer } = bridge;
    bridge.answer = () => ({ status: 503, type: 'text/plain', body: '' });
    const lost = await easemob.agentSays(NAME, '您好');
    expect(lost).toMatchObject({ verdict: { kind: 'refused' }, attempts: [{}, {}] });
    bridge.answer = answer;
    for (const count of [2, 3]) {
      expect(await desk.adapter.wake!('start', attemptOf(undefined))).toEqual({ outcome: 'accepted' });
      await calledBack(easemob, count);
    }
    expect(easemob.callbacks.all.slice(1).map(({ verdict }) => verdict.kind)).toEqual([
      'accepted',
      'accepted',
    ]);
    expect(desk.events).toMatchObject([{ kind: 'message', parts: [{ text: '您好' }] }]);
  });

  test('an agent’s words and pictures come back', async () => {
    const { easemob, desk } = await openBoth();
    await desk.say('你好');
    await easemob.agentSays(NAME, '<您好> & "再见"');
    await easemob.agentSendsPicture(NAME, Buffer.from('png'));
    const messages = desk.events.filter((event) => event.kind === 'message');
    expect(messages.map((event) => event.kind === 'message' && event.parts)).toMatchObject([
      [{ kind: 'text', text: '<您好> & "再见"' }],
      [
        {
          kind: 'image',
          media: { from: { url: expect.stringContaining('?share-secret='), isSecret: true } },
        },
      ],
    ]);
    const part = messages[1]?.kind === 'message' ? messages[1].parts[0] : undefined;
    const url = part?.kind === 'image' ? part.media.from.url : undefined;
    const { headers = {} } = (await desk.adapter.mediaRequest?.(url ?? '')) ?? {};
    expect(await (await fetch(url ?? '', { headers })).text()).toBe('png');
    expect((await fetch(url ?? '')).status).toBe(401);
    expect((await fetch(String(url).split('?')[0] ?? '', { headers })).status).toBe(401);
  });

  test('every kind of message is shown to agents as what it is', async () => {
    const { easemob, desk } = await openBoth();
    const bytes = Buffer.from('x');
    desk.copies.set('x_1', {
      type: 'image/png',
      bytes: 1,
      name: 'a.png',
      md5: '0f',
      width: 1,
      height: 1,
      read: async () => bytes,
    });
    const media = { id: 'x_1', from: {} };
    await desk.forward([
      { kind: 'image', media },
      { kind: 'voice', media },
      { kind: 'video', media },
      { kind: 'file', name: 'a.pdf', media },
      { kind: 'location', latitude: 30.25, longitude: 120.1 },
      { kind: 'link', title: '商品', url: 'https://shop.example/1' },
      { kind: 'miniProgramPage', title: '订单', path: 'pages/order' },
      { kind: 'text', text: '好'.repeat(801) },
    ]);
    expect(easemob.unseen.all).toEqual([]);
    expect(easemob.refusedCalls.all).toEqual([]);
    expect(easemob.messages.all.map(({ type }) => type)).toEqual([
      'img',
      'audio',
      'video',
      'file',
      'loc',
      'txt',
      'txt',
      'txt',
      'txt',
    ]);
    expect(easemob.messages.all[0]?.file?.bytes).toEqual(bytes);
    expect(easemob.messages.all[5]?.msgtype).toMatchObject({ track: { title: '商品' } });
  });

  test('the same message again, after a lost answer, is one for agents', async () => {
    const { easemob, desk } = await openBoth();
    await desk.say('一');
    const undo = easemob.fail({ lose: true, path: '/acme/shop/messages' });
    expect((await desk.say('二', { key: 'm_2' })).at(-1)).toMatchObject({ outcome: 'unknown' });
    undo();
    expect((await desk.say('二', { key: 'm_2', number: 2 })).at(-1)).toMatchObject({ outcome: 'accepted' });
    expect(easemob.messages.all.map(({ text }) => text)).toEqual(['一', '二']);
  });

  test('a receipt may be quicker than the answer', async () => {
    const { desk } = await openBoth(im, { acks: 'before' });
    const deliveries = await desk.say('你好');
    expect(deliveries.at(-1)).toMatchObject({ outcome: 'accepted' });
    expect(kinds(desk)).toContain('receipt');
  });

  test('a robot serves first, then an agent who is asked for', async () => {
    const robot = { id: 'r-1', name: '小环', reply: (text: string) => `您问的是${text}` };
    const { easemob, desk } = await openBoth(im, { robot });
    await desk.say('退货');
    await calledBack(easemob, 5);
    expect(desk.serving()).toBe('robot');
    expect(desk.events.find(({ kind }) => kind === 'message')).toMatchObject({
      from: { role: 'robot', name: '小环' },
      automatic: true,
    });
    await desk.run(attemptOf(desk.memory, { key: 'm_2' }), (attempt) => desk.adapter.askForAgent!(attempt));
    expect(easemob.handovers.all).toMatchObject([{ visitor: NAME, action: 'TransferToKf' }]);
    await calledBack(easemob, 8);
    expect(desk.serving()).toBe('agent');
  });

  test('a greeting is an automatic word, whoever serves then', async () => {
    const { easemob, desk } = await openBoth(im, { greeting: '欢迎光临', tellsEvents: false });
    await desk.say('你好');
    await calledBack(easemob, 3);
    const greeting = { kind: 'message', from: { role: 'system' }, automatic: true };
    expect(desk.events.find(({ kind }) => kind === 'message')).toMatchObject(greeting);
    expect(desk.serving()).toBe('nobody');
    await easemob.agentSays(NAME, '您好');
    expect(desk.serving()).toBe('agent');
  });

  test('a visitor waits while nobody is there, and is served by who comes', async () => {
    const { easemob, desk } = await openBoth(im, { agents: [{ id: 'a-1', name: '小李', isOnline: false }] });
    await desk.say('你好');
    await calledBack(easemob, 4);
    expect(desk.serving()).toBe('queue');
    expect(kinds(desk)).toContain('nobodyOnline');
    await easemob.setOnline('a-1', true);
    expect(desk.serving()).toBe('agent');
  });

  test('a session is handed on, rated and ended', async () => {
    const { easemob, desk } = await openBoth();
    await desk.say('你好');
    await calledBack(easemob, 4);
    await easemob.transfer(NAME, 'a-2');
    await easemob.inviteRating(NAME);
    await easemob.endSession(NAME);
    expect(kinds(desk)).toEqual([
      'sessionStarted',
      'receipt',
      'sessionStarted',
      'ratingAsked',
      'sessionEnded',
    ]);
    expect(desk.serving()).toBe('nobody');
    const asked = desk.events.find(({ kind }) => kind === 'ratingAsked');
    if (asked?.kind !== 'ratingAsked') throw new Error('expected to be asked for a rating');
    const option = asked.options![1]!;
    await desk.run(attemptOf(desk.memory, { key: 'm_3' }), (attempt) =>
      desk.adapter.rate!({ session: asked.session, option }, attempt),
    );
    expect(easemob.enquiries.all).toMatchObject([
      { visitor: NAME, args: { inviteId: 4711, summary: '4', evaluationDegreeId: 102, appraiseTags: [] } },
    ]);
    expect(easemob.unseen.all).toEqual([]);
  });

  test('a message is taken back', async () => {
    const { easemob, desk } = await openBoth();
    await desk.say('你好');
    await easemob.agentSays(NAME, '错了');
    const message = desk.events.find(({ kind }) => kind === 'message');
    const vendorId = message?.kind === 'message' ? message.vendorId : undefined;
    await easemob.recall(NAME, vendorId ?? '');
    expect(desk.events.at(-1)).toMatchObject({ kind: 'recalled', vendorId });
  });

  test('another user of the app cannot write to a visitor, nor can who repeats what he saw', async () => {
    const { easemob, desk } = await openBoth();
    await desk.say('你好');
    await easemob.imUserSays('mallory', NAME, '转账给我');
    const called = await easemob.agentSays(NAME, '您好');
    await easemob.repeat(called);
    const forged = JSON.parse(String(called.attempts[0]?.request.body));
    forged.payload.bodies[0].msg = '转账给我';
    forged.msg_id = '999';
    await easemob.repeat(called, Buffer.from(JSON.stringify(forged)));
    const words = desk.events.flatMap((event) => (event.kind === 'message' ? event.parts : []));
    expect(words).toEqual([{ kind: 'text', text: '您好' }]);
  });

  test('tokens that end are replaced', async () => {
    const { easemob, desk } = await openBoth();
    await desk.say('一');
    easemob.revokeTokens();
    await desk.say('二', { key: 'm_2' });
    expect(easemob.tokensIssued).toBe(2);
    expect(easemob.messages.count).toBe(2);
  });

  test('who speaks for all is heard once the check has made him a user', async () => {
    const { easemob, desk } = await openBoth({ ...im, identity: 'shared', sharedUser: 'proxy_cb' });
    await desk.say('一');
    expect(easemob.unseen.all).toMatchObject([{ from: 'proxy_cb', because: 'from is no user' }]);
    await desk.adapter.check!(new AbortController().signal);
    await desk.say('二', { key: 'm_2' });
    expect(easemob.messages.all).toMatchObject([
      { visitor: 'proxy_cb', text: '二', weichat: { visitor: { openid: 'oABC_1' } } },
    ]);
  });

  test('the check finds the account in order', async () => {
    const { easemob, desk } = await openBoth();
    expect((await desk.adapter.check!(new AbortController().signal))[0]).toMatchObject({ level: 'ok' });
    expect(easemob.messages.count).toBe(0);
  });
});

describe('against the pretended Easemob, by the REST channel', () => {
  test('words go both ways, and a session ends', async () => {
    const { easemob, desk } = await openBoth(rest);
    expect((await desk.say('你好')).at(-1)).toEqual({ outcome: 'accepted' });
    await easemob.agentSays('oABC_1', '您好');
    await easemob.endSession('oABC_1');
    expect(easemob.messages.all).toMatchObject([{ visitor: 'oABC_1', channel: 'rest', text: '你好' }]);
    expect(kinds(desk)).toEqual(['sessionStarted', 'message', 'sessionEnded']);
    expect(easemob.callbacks.all.every(({ verdict }) => verdict.kind === 'accepted')).toBe(true);
  });

  test('a wrong secret is told, and loses nothing', async () => {
    const { easemob, desk } = await openBoth({ ...rest, restClientSecret: 'f'.repeat(32) });
    expect((await desk.say('你好')).at(-1)).toMatchObject({ outcome: 'later', alarm: expect.any(String) });
    expect(easemob.messages.count).toBe(0);
    expect(easemob.refusedCalls.all.at(-1)).toMatchObject({ status: 401, because: 'signature' });
  });

  test('the check finds the association in order, and agents see nothing of it', async () => {
    const { easemob, desk } = await openBoth(rest);
    expect((await desk.adapter.check!(new AbortController().signal))[0]).toMatchObject({ level: 'ok' });
    expect(easemob.messages.count).toBe(0);
  });

  test('callbacks that are not signed are taken where the address proves them', async () => {
    const { easemob, desk } = await openBoth(rest, {});
    await desk.say('你好');
    easemob.changeSettings({ rest: { ...easemob.settings.rest!, signsCallbacks: false } });
    expect((await easemob.agentSays('oABC_1', '您好')).verdict).toEqual({
      kind: 'refused',
      reason: 'status 401',
    });
  });
});

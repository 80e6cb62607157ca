import { afterEach, describe, expect, test } from 'vitest';
import type { Call } from '../../../sandbox/vendors/server.ts';
import { startZhichi, type ZhichiOptions } from '../../../sandbox/vendors/zhichi.ts';
import { createAddressGuard } from '../../../src/http/address-guard.ts';
import { createFetch } from '../../../src/http/fetch.ts';
import type { RawRequest } from '../../../src/ports/request.ts';
import { openBridgeDouble } from '../../sandbox/bridge-double.ts';
import {
  APP_ID,
  APP_KEY,
  attemptOf,
  COMPANY,
  FORWARD_KEY,
  kept,
  messageOf,
  NOW,
  openDesk,
  PARTNER,
  SECRET,
} from './desk.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** The adapter against the pretended Zhichi, through the real road out and in. */
async function openBoth(options: Partial<ZhichiOptions> = {}, settings: Record<string, unknown> = {}) {
  const door = await openBridgeDouble(() => desk.clock.now);
  door.answer = (call) => ({ type: 'text/plain', ...desk.push(requestOf(call)).answer });
  const address = door.url;
  const zhichi = await startZhichi({
    appId: APP_ID,
    appKey: APP_KEY,
    pushUrl: `${address}/push-${SECRET}`,
    ...(settings.replies === 'forward' && { forwardUrl: `${address}/forward-${SECRET}` }),
    resendAfterMs: 0,
    forwardAfterMs: 0,
    now: () => desk.clock.now,
    ...options,
  });
  const road = createFetch(createAddressGuard([]));
  const desk = openDesk({}, { baseUrl: zhichi.url, ...settings }, (call) => road.fetch(call));
  open.push(async () => {
    road.close();
    await zhichi.close();
    await door.close();
  });
  return { zhichi, desk };
}

/** What came to the bridge's public listener, as its adapter is given it. */
function requestOf({ method, path, query, headers, body }: Call): RawRequest {
  const part = path.split('/')[4] ?? '';
  return { method, path, part, query, headers: headers as Record<string, string>, body }; // none of them comes twice
}

describe('against the pretended Zhichi', () => {
  test('a message reaches an agent, and his answer the visitor', async () => {
    const { zhichi, desk } = await openBoth();
    expect(await desk.said('你好')).toMatchObject({ outcome: 'accepted' });
    expect(zhichi.messages.all).toMatchObject([{ partnerId: PARTNER, type: 'text', content: '你好' }]);
    const { verdict } = await zhichi.agentSays(PARTNER, '您好');
    expect(verdict).toEqual({ kind: 'accepted' });
    expect(desk.events.findLast(({ kind }) => kind === 'message')).toMatchObject({
      from: { role: 'agent', name: '小李' },
      parts: [{ kind: 'text', text: '您好' }],
      visitor: PARTNER,
    });
    expect(zhichi.refusals.all).toEqual([]);
  });

  test.each(['camel', 'snake', 'wrapped', 'form'] as const)(
    'a push that is spelled in %s is read, with a picture, too',
    async (pushFormat) => {
      const { zhichi, desk } = await openBoth({ pushFormat });
      await desk.say('你好');
      await zhichi.agentSays(PARTNER, '您好');
      await zhichi.agentSendsPicture(PARTNER, Buffer.from('x'));
      expect(desk.events.filter(({ kind }) => kind === 'message').slice(-2)).toMatchObject([
        { parts: [{ kind: 'text', text: '您好' }] },
        { parts: [{ kind: 'image', media: { from: { url: expect.stringContaining(zhichi.url) } } }] },
      ]);
    },
  );

  test.each<[string, Partial<ZhichiOptions>, Record<string, unknown>]>([
    ['numbers as texts', { numbersAsTexts: true }, {}],
    ['another spelling of the envelope', { camelCase: true }, {}],
    [
      'the overseas path and header',
      { apiPrefix: '/api/5/user', authStyle: 'bearer' },
      { apiPrefix: '/api/5/user', authStyle: 'bearer' },
    ],
    ['an agent who serves already', { saysServed: 4 }, {}],
  ])('%s make no difference', async (_what, options, settings) => {
    const { zhichi, desk } = await openBoth(options, settings);
    await desk.say('一');
    desk.memory = undefined;
    expect(await desk.said('二', { key: 'm_2' })).toMatchObject({ outcome: 'accepted' });
    expect(zhichi.messages.all.map(({ content }) => content)).toEqual(['一', '二']);
    expect(zhichi.refusals.all).toEqual([]);
  });

  test('a wrong header or path is told, not taken for something else', async () => {
    const bearer = await openBoth({ authStyle: 'bearer' });
    expect(await bearer.desk.said('一')).toMatchObject({ code: '900001', alarm: expect.any(String) });
    const path = await openBoth({ apiPrefix: '/api/5/user' });
    expect(await path.desk.said('一')).toMatchObject({ code: 'http 404', alarm: expect.any(String) });
  });

  test('pictures, voices and videos are taken as the settings send them', async () => {
    const { zhichi, desk } = await openBoth({ takesVideo: true }, { voice: 'convert', sendVideo: true });
    desk.copies.set('x_1', kept('image/jpeg'));
    const media = { id: 'x_1', from: {} };
    await desk.forward([
      { kind: 'image', media },
      { kind: 'video', media },
      { kind: 'voice', media },
      { kind: 'file', name: 'a.pdf', media },
    ]);
    expect(zhichi.messages.all.map(({ type }) => type)).toEqual(['image', 'video', 'text', 'text']);
    expect(zhichi.refusals.all).toEqual([]);
  });

  test('an uploaded picture lies there to the byte', async () => {
    const { zhichi, desk } = await openBoth({}, { mediaVia: 'ticketUpload' });
    const bytes = Buffer.from([0, 255, 13, 10, 45, 45]);
    desk.copies.set('x_1', kept('image/png', bytes, '图 "1".png'));
    await desk.forward([{ kind: 'image', media: { id: 'x_1', from: {} } }]);
    const [message] = zhichi.messages.all;
    expect(zhichi.file(message?.content ?? '')?.bytes).toEqual(bytes);
    expect(zhichi.refusals.all).toEqual([]);
  });

  test('a visitor who queues is let in by the push, and by asking again', async () => {
    for (const saysQueued of [0, -1] as const) {
      const agents = [{ id: 'ag01', name: '小李', isOnline: true, capacity: 1 }];
      const { zhichi, desk } = await openBoth({ agents, saysQueued });
      await zhichi.startSession('somebody-else', 'ag01');
      expect(await desk.said('一')).toMatchObject({ outcome: 'later', because: 'queue' });
      expect(await desk.said('一', { number: 2 })).toMatchObject({ outcome: 'later', because: 'queue' });
      expect(desk.serving()).toBe('queue');
      await zhichi.endSession('somebody-else');
      expect(desk.serving()).toBe('agent');
      expect(await desk.said('一', { number: 3 })).toMatchObject({ outcome: 'accepted' });
    }
  });

  test('with events switched off everything works by what a message comes to', async () => {
    const { zhichi, desk } = await openBoth({ pushesEvents: false }, { acceptEvents: false });
    await desk.say('一');
    await zhichi.endSession(PARTNER);
    expect(desk.serving()).toBe('agent');
    expect(await desk.said('二', { key: 'm_2' })).toMatchObject({ outcome: 'accepted' });
    expect(zhichi.messages.all.map(({ content }) => content)).toEqual(['一', '二']);
    expect(zhichi.sessions).toHaveLength(2);
  });

  test('what an agent writes after the end is delivered, and begins nothing', async () => {
    const { zhichi, desk } = await openBoth();
    await desk.say('一');
    await zhichi.endSession(PARTNER);
    await zhichi.agentSays(PARTNER, '还有一句');
    expect(desk.events.at(-1)).toMatchObject({ kind: 'message', parts: [{ text: '还有一句' }] });
    expect(desk.serving()).toBe('nobody');
  });

  test('an agent who passes on, invites to rate and takes back is heard', async () => {
    const { zhichi, desk } = await openBoth();
    await desk.say('一');
    await zhichi.transfer(PARTNER, 'ag02');
    await zhichi.inviteRating(PARTNER);
    await zhichi.recall(PARTNER, 'm1');
    expect(desk.events.slice(-4).map(({ kind }) => kind)).toEqual([
      'sessionStarted',
      'ratingAsked',
      'noted',
      'recalled',
    ]);
    const [option] = desk.adapter.ratingOptions!(desk.memory, '');
    const choice = { session: '', option: option! };
    expect(await desk.adapter.rate!(choice, attemptOf(desk.memory))).toEqual({ outcome: 'accepted' });
    expect(await desk.adapter.rate!(choice, attemptOf(desk.memory))).toEqual({ outcome: 'accepted' });
    expect(zhichi.ratings.all.map(({ status }) => status)).toEqual([1, 2]);
    expect(await desk.adapter.closeSession!(attemptOf(desk.memory))).toEqual({ outcome: 'accepted' });
    expect(zhichi.sessionOf(PARTNER)).toBeUndefined();
  });

  test('with nobody online what waits is a ticket', async () => {
    const settings = { whenNobody: 'ticket', companyId: COMPANY, ticketTypeId: 't', ticketCollectSec: 0 };
    const { zhichi, desk } = await openBoth({ agents: [] }, settings);
    desk.copies.set('x_1', kept('image/jpeg'));
    const behind = [messageOf([{ kind: 'image', media: { id: 'x_1', from: {} } }])];
    expect(await desk.said('一', { behind })).toMatchObject({ outcome: 'accepted', took: 1 });
    expect(zhichi.tickets.all).toMatchObject([
      { payload: { ticket_content: '一', file_str: expect.any(String) } },
    ]);
    expect(zhichi.refusals.all).toEqual([]);
  });

  test('a wanted agent who is away is replaced by another, and one who must be is waited for', async () => {
    const agents = [
      { id: 'ag01', name: '小李', isOnline: false, capacity: 1 },
      { id: 'ag02', name: '小王', isOnline: true, capacity: 1 },
    ];
    const any = await openBoth({ agents }, { agentId: 'ag01' });
    expect(await any.desk.said('一')).toMatchObject({ outcome: 'accepted' });
    const only = await openBoth({ agents }, { agentId: 'ag01', agentOnly: true });
    expect(await only.desk.said('一')).toMatchObject({ outcome: 'later', because: 'nobody' });
    expect([...any.zhichi.refusals.all, ...only.zhichi.refusals.all]).toEqual([]);
  });

  test('a visitor on the blacklist is refused, and a full queue is nobody', async () => {
    const { zhichi, desk } = await openBoth();
    zhichi.blacklist(PARTNER);
    expect(await desk.said('一')).toMatchObject({ outcome: 'refused', code: 'blacklisted' });
    const agents = [{ id: 'ag01', name: '小李', isOnline: true, capacity: 0 }];
    const full = await openBoth({ agents, queueLength: 0 });
    expect(await full.desk.said('一')).toMatchObject({ outcome: 'later', because: 'nobody' });
  });

  test('the robot answers first, and hands over', async () => {
    const reply = (question: string) =>
      question === '退货' ? { answer: '七天内可退' } : { answer: '请稍候', transfer_type: 3 };
    const { zhichi, desk } = await openBoth({ robot: { flag: 1, reply } }, { route: 'robot', robotFlag: 1 });
    await desk.say('退货');
    expect(desk.serving()).toBe('robot');
    await desk.say('找人', { key: 'm_2' });
    expect(desk.serving()).toBe('agent');
    expect(zhichi.questions.all.map(({ question }) => question)).toEqual(['退货', '找人']);
    expect(zhichi.messages.all).toEqual([]);
    expect(zhichi.refusals.all).toEqual([]);
  });

  test('a message whose answer was lost is there once, by the record', async () => {
    const { zhichi, desk } = await openBoth();
    await desk.say('一');
    zhichi.fail({ path: '/api/chat/5/user/chat_send', lose: true });
    expect(await desk.said('二', { key: 'm_2' })).toMatchObject({ outcome: 'unknown' });
    const lost = { startedAt: NOW, code: 'econnreset' };
    expect(await desk.said('二', { key: 'm_2', number: 2, lost })).toMatchObject({ outcome: 'accepted' });
    expect(zhichi.messages.all.map(({ content }) => content)).toEqual(['一', '二']);
  });

  test('a record that is late is seen through, and repaired in push mode', async () => {
    const { zhichi, desk } = await openBoth({}, { repair: 'deliver' });
    await desk.say('一');
    await zhichi.agentSays(PARTNER, '推送了');
    zhichi.agentWritesUnseen(PARTNER, '没推送');
    desk.clock.now += 60_000;
    const page = await desk.pull('repair');
    expect(page).toMatchObject({
      alarm: expect.any(String),
      events: [{ parts: [{ text: '没推送' }] }],
    });
  });

  test('by the record, what an agent writes is read from it, and pushes only ring', async () => {
    const { zhichi, desk } = await openBoth({}, { replies: 'record' });
    await desk.say('一');
    await zhichi.agentSays(PARTNER, '您好');
    expect(desk.events.some((event) => event.kind === 'message' && !event.automatic)).toBe(false);
    const page = await desk.pull('record');
    expect(page).toMatchObject({ events: [{ kind: 'message', parts: [{ text: '您好' }] }] });
  });

  test('by the forwarding, what an agent writes comes with its session', async () => {
    const settings = { replies: 'forward', forwardCompanyId: COMPANY, forwardAppKey: FORWARD_KEY };
    const { zhichi, desk } = await openBoth({}, settings);
    await desk.say('一');
    await zhichi.agentSays(PARTNER, '您好');
    await zhichi.pushes.next(
      ({ body }) => JSON.stringify(body).includes('您好') && JSON.stringify(body).includes('"msg"'),
    );
    const message = desk.events.find((event) => event.kind === 'message' && !event.automatic);
    expect(message).toMatchObject({ visitor: desk.bound[0], parts: [{ text: '您好' }] });
    expect(desk.events.some(({ visitor, react }) => visitor === PARTNER && react !== undefined)).toBe(true);
  });

  test('with the key or the clock of another nothing is taken, and somebody is told', async () => {
    const key = await openBoth({ appKey: 'another' });
    expect(await key.desk.said('一')).toMatchObject({ code: '900003', alarm: expect.any(String) });
    const clock = await openBoth({ now: () => NOW + 301_000 });
    expect(await clock.desk.said('一')).toMatchObject({
      code: '900003',
      alarm: expect.stringContaining('301 s ahead'),
    });
    const account = await openBoth({ appId: 'another' });
    expect(await account.desk.said('一')).toMatchObject({ code: '900004', alarm: expect.any(String) });
  });

  test('the check finds the account in order', async () => {
    const groups = [{ id: 'g', name: '售后', agentIds: ['ag01'] }];
    const { zhichi, desk } = await openBoth({ groups }, { groupId: 'g', agentId: 'ag01' });
    const findings = await desk.adapter.check!(new AbortController().signal);
    expect(findings.slice(0, 2)).toMatchObject([
      { level: 'ok' },
      { level: 'ok', text: '2 agent(s) are online' },
    ]);
    expect(findings.some(({ level }) => level === 'fatal')).toBe(false);
    expect([...zhichi.refusals.all, ...zhichi.applications.all]).toEqual([]);
  });
});

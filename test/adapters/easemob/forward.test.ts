import { describe, expect, test } from 'vitest';
import type { Part } from '../../../src/model/message.ts';
import type { KeptMedia } from '../../../src/ports/channel.ts';
import {
  callsOf,
  conversation,
  im,
  LOST,
  messagesOf,
  NAME,
  NOT_SENT,
  openDesk,
  page,
  REGISTERED,
  rest,
  SENT,
  says,
  sent,
  text,
  UUID,
} from './desk.ts';

const AMR = Buffer.concat([
  Buffer.from('#!AMR\n'),
  ...Array(100).fill(Buffer.from([0x3c, ...Array(31).fill(0)])),
]);

function copy(bytes: Buffer, more: Partial<KeptMedia> = {}): KeptMedia {
  return {
    type: 'image/png',
    bytes: bytes.length,
    name: 'a.png',
    md5: '0f',
    read: async () => bytes,
    ...more,
  };
}

const media = { id: 'x_1', from: {} };
const image: Part = { kind: 'image', media };
const refusedBody = says({ error: 'illegal_argument' }, 400);

describe('a visitor', () => {
  test('is registered once, before his first message', async () => {
    const desk = openDesk();
    await desk.say('一');
    await desk.say('二');
    expect(desk.names()).toEqual(['/token', '/users', '/messages/users', '/messages/users']);
  });

  test('who is there already is as good as registered', async () => {
    const desk = openDesk(im, { '/users': says({ error: 'duplicate_unique_property_exists' }, 400) });
    await desk.say('一');
    await desk.say('二');
    expect(desk.names().filter((name) => name === '/users')).toHaveLength(1);
  });

  test.each([
    ['is not available', page(503)],
    ['loses the answer', LOST],
    ['cannot be reached', NOT_SENT],
    ['says nothing', says({})],
  ])(
    'whose registration %s waits, and is heard without one once that seems to be for good',
    async (_what, answer) => {
      const desk = openDesk(im, { '/users': answer });
      for (const number of [1, 2, 19]) {
        expect((await desk.say('一', { number })).at(-1)).toMatchObject({
          outcome: 'later',
          because: 'vendor',
        });
      }
      expect((await desk.say('一', { number: 20 })).at(-1)).toMatchObject({ outcome: 'accepted' });
      expect((await desk.say('二')).at(-1)).toMatchObject({ outcome: 'later' });
    },
  );

  test('whose message failed beside its registration is registered with the next try', async () => {
    const desk = openDesk(im, { '/users': [page(503), REGISTERED], '/messages/users': [page(503), SENT] });
    expect(await desk.say('一', { number: 20 })).toMatchObject([{ outcome: 'later' }]);
    expect(await desk.say('一', { number: 21 })).toMatchObject([
      { outcome: 'more' },
      { outcome: 'accepted' },
    ]);
  });

  test('who cannot be registered for good is heard at once', async () => {
    const desk = openDesk(im, { '/users': refusedBody });
    expect((await desk.say('一')).at(-1)).toMatchObject({ outcome: 'accepted' });
  });

  test.each([
    ['the account', says({ error: 'organization_application_not_found' }, 404)],
    ['too many calls', says({ error: 'reach_limit' }, 429)],
  ])('whose registration fails for %s waits', async (_what, answer) => {
    const desk = openDesk(im, { '/users': answer });
    expect((await desk.say('一', { number: 9 })).at(-1)).toMatchObject({
      outcome: 'later',
      because: 'vendor',
    });
    expect(desk.names()).not.toContain('/messages/users');
  });

  test('is described with the first message of a session, and when something changed', async () => {
    const desk = openDesk();
    await desk.say('一');
    await desk.say('二');
    await desk.say('三', { conversation: { ...conversation, context: 'pages/cart' } });
    desk.fold([{ kind: 'sessionEnded', session: 's', reason: 'other', keys: [], at: 1 }]);
    await desk.say('四');
    const told = messagesOf(desk).map(({ ext }) => ext.weichat.visitor);
    const plain = {
      userNickname: expect.stringMatching(/^微信用户[0-9a-f]{4}$/),
      description: '小程序 wx1a2b3c4d5e6f7a8b',
      tags: ['小程序'],
    };
    expect(told).toEqual([
      plain,
      undefined,
      { ...plain, description: `${plain.description} pages/cart` },
      plain,
    ]);
  });

  test('whose description was refused with a message is described again', async () => {
    const desk = openDesk(im, { '/messages/users': [page(503), SENT] });
    await desk.say('一');
    await desk.say('一', { number: 2 });
    expect(messagesOf(desk).every(({ ext }) => ext.weichat.visitor !== undefined)).toBe(true);
  });

  test('may have another speak for him', async () => {
    const desk = openDesk({ ...im, identity: 'shared', sharedUser: 'proxy_cb', mpId: 'gh_1' });
    await desk.say('一');
    await desk.say('二');
    expect(desk.names()).toEqual(['/token', '/messages/users', '/messages/users']);
    for (const message of messagesOf(desk)) {
      expect(message.from).toBe('proxy_cb');
      expect(message.ext.weichat.visitor).toMatchObject({
        source: 'weixin',
        openid: 'oABC_1',
        mp: 'gh_1',
        msgId: expect.any(String),
        userNickname: expect.stringMatching(/^微信用户/),
      });
    }
  });
});

describe('a text', () => {
  test('goes with the settings of its session', async () => {
    const settings = { queueName: '售后', agentUsername: 'li', originType: 'weixin', language: 'zh-CN' };
    const desk = openDesk({ ...im, ...settings });
    await desk.say('你好');
    expect(messagesOf(desk)[0].ext.weichat).toMatchObject(settings);
  });

  test('asks for whom a rule names, before the settings', async () => {
    const settings = { queueName: '售后', agentUsername: 'li' };
    const desk = openDesk({ ...im, ...settings });
    await desk.say('你好', { routing: { group: '售前' } });
    expect(messagesOf(desk)[0].ext.weichat).toMatchObject({ queueName: '售前' });
    expect(messagesOf(desk)[0].ext.weichat).not.toHaveProperty('agentUsername');
    const byRest = openDesk({ ...rest, ...settings, queueId: '7' });
    await byRest.say('你好', { routing: { agent: 'wang' } });
    expect(messagesOf(byRest)[0].ext).toMatchObject({ agent_username: 'wang' });
    for (const other of ['queue_id', 'queue_name'])
      expect(messagesOf(byRest)[0].ext).not.toHaveProperty(other);
  });

  test('that is too long goes in pieces, each under an id of its own, the last under the message’s', async () => {
    const desk = openDesk();
    const whole = '好'.repeat(2000);
    const deliveries = await desk.say(whole);
    const messages = messagesOf(desk);
    expect(messages.map(({ body }) => body.msg).join('')).toBe(whole);
    expect(messages).toHaveLength(3);
    const ids = messages.map(({ ext }) => ext.weichat.msg_id_for_ack);
    expect(new Set(ids).size).toBe(3);
    expect(ids.at(-1)).toBe(UUID);
    expect(deliveries.at(-1)).toMatchObject({ outcome: 'accepted' });
  });

  test('goes on at the piece that failed, under the same id', async () => {
    const desk = openDesk(im, { '/messages/users': [SENT, LOST, SENT] });
    const whole = '好'.repeat(1600);
    const first = await desk.say(whole);
    expect(first.at(-1)).toMatchObject({ outcome: 'unknown' });
    const progress = first.findLast((delivery) => delivery.outcome === 'more');
    await desk.say(whole, {
      ...(progress?.outcome === 'more' && { progress: progress.progress }),
      number: 2,
    });
    const ids = messagesOf(desk).map(({ ext }) => ext.weichat.msg_id_for_ack);
    expect(ids).toHaveLength(3);
    expect(ids[1]).toBe(ids[2]);
  });

  test('without words is nothing to send', async () => {
    const desk = openDesk();
    expect(await desk.say(' \n')).toEqual([{ outcome: 'accepted' }]);
    expect(desk.calls).toEqual([]);
  });

  test('that does not fit with all that goes beside it leaves that out for the next message', async () => {
    const visitorTemplate = { userNickname: '微信用户', description: '{page}', tags: ['一', '二'] };
    const desk = openDesk({ ...im, maxTextBytes: 4700, maxTextChars: 5000, visitorTemplate });
    await desk.say('a'.repeat(4650), { conversation: { ...conversation, context: '页'.repeat(150) } });
    const [message] = callsOf(desk, '/messages/users');
    expect(Buffer.byteLength(String(message?.body))).toBeLessThanOrEqual(5000);
    expect(sent(message).ext.weichat.visitor).toEqual({ userNickname: '微信用户' });
    await desk.say('短', { conversation: { ...conversation, context: '页'.repeat(150) } });
    const told = { userNickname: '微信用户', description: '页'.repeat(150), tags: ['一', '二'] };
    expect(messagesOf(desk)[1].ext.weichat.visitor).toEqual(told);
  });

  test('that does not fit even so goes in halves', async () => {
    const desk = openDesk({ ...im, maxTextBytes: 6000, maxTextChars: 6000 });
    const whole = 'ab'.repeat(2475);
    expect((await desk.say(whole)).at(-1)).toMatchObject({ outcome: 'accepted' });
    const messages = messagesOf(desk);
    expect(messages).toHaveLength(2);
    expect(messages.map(({ body }) => body.msg).join('')).toBe(whole);
  });

  test.each([
    ['413', says({ error: 'illegal_argument' }, 413)],
    ['14007', says({ error: 'illegal_argument', error_code: 14007 }, 400)],
  ])('that Easemob says is too large (%s) goes in halves, as new messages', async (_code, tooLarge) => {
    const desk = openDesk(im, { '/messages/users': [SENT, tooLarge, tooLarge, SENT] });
    const whole = `${'好'.repeat(800)}${'行'.repeat(700)}`;
    expect((await desk.say(whole)).at(-1)).toMatchObject({ outcome: 'accepted' });
    const [first, refused, half, ...taken] = messagesOf(desk);
    expect(`${first.body.msg}${taken.map(({ body }) => body.msg).join('')}`).toBe(whole);
    expect(`${first.body.msg}${refused.body.msg}`).toBe(whole);
    expect(taken.length).toBe(3);
    const ids = [first, refused, ...taken].map(({ ext }) => ext.weichat.msg_id_for_ack);
    expect(ids[1]).toBe(UUID);
    expect(ids.at(-1)).toBe(UUID);
    expect(new Set(ids).size).toBe(4);
    expect(half.ext.weichat.msg_id_for_ack).toBe(taken[0].ext.weichat.msg_id_for_ack);
  });

  test('that is short and too large all the same is refused', async () => {
    const tooLarge = says({ error: 'illegal_argument' }, 413);
    const desk = openDesk(im, { '/messages/users': tooLarge });
    expect((await desk.say('好'.repeat(100))).at(-1)).toMatchObject({ outcome: 'refused' });
    expect((await desk.say('好'.repeat(700))).at(-1)).toMatchObject({ outcome: 'refused' });
    expect(messagesOf(desk).length).toBeLessThan(8);
  });

  test('that is a card and too large goes without the card, in halves', async () => {
    const desk = openDesk(im, { '/messages/users': [says({ error: 'x' }, 413), SENT] });
    await desk.forward([{ kind: 'link', title: '长'.repeat(300), url: 'https://shop.example/1' }]);
    const [, ...taken] = messagesOf(desk);
    expect(taken.map(({ body }) => body.msg).join('')).toBe(`${'长'.repeat(300)}\nhttps://shop.example/1`);
    for (const { ext } of taken) expect(ext).not.toHaveProperty('msgtype');
  });
});

describe('a picture', () => {
  test('is uploaded for those who have its secret, and shown by it', async () => {
    const desk = openDesk();
    desk.copies.set('x_1', copy(Buffer.from('png'), { width: 3, height: 2 }));
    await desk.forward([image]);
    const [upload] = callsOf(desk, '/chatfiles');
    expect(upload?.url).toBe('https://a1.easemob.com/acme/shop/chatfiles');
    expect(upload?.headers).toMatchObject({ 'restrict-access': 'true', authorization: 'Bearer YWMt-token' });
    expect(upload?.headers?.['content-type']).toMatch(/^multipart\/form-data; boundary=\S+$/);
    expect(String(upload?.body)).toContain('name="file"; filename="a.png"\r\n');
    expect(messagesOf(desk)[0]).toMatchObject({
      type: 'img',
      body: {
        url: 'https://a1.easemob.com/acme/shop/chatfiles/5fd7',
        secret: 'X9d',
        filename: 'a.png',
        size: { width: 3, height: 2 },
      },
    });
  });

  test('may be for everybody', async () => {
    const desk = openDesk(
      { ...im, restrictFiles: false },
      { '/chatfiles': says({ entities: [{ uuid: 'u' }] }) },
    );
    desk.copies.set('x_1', copy(Buffer.from('png')));
    await desk.forward([image]);
    expect(callsOf(desk, '/chatfiles')[0]?.headers).not.toHaveProperty('restrict-access');
    expect(messagesOf(desk)[0].body).not.toHaveProperty('secret');
  });

  test.each<[string, object, Record<string, unknown>]>([
    ['could not be had', {}, {}],
    ['is too large', {}, { bytes: 10_485_761 }],
    ['is refused at the upload', { '/chatfiles': page(413) }, { bytes: 3 }],
    ['is refused as a message', { '/messages/users': [refusedBody, SENT] }, { bytes: 3 }],
  ])('that %s is a line of text', async (_what, answers, kept) => {
    const desk = openDesk(im, answers as never);
    if (Object.keys(kept).length > 0) desk.copies.set('x_1', copy(Buffer.from('png'), kept));
    expect((await desk.forward([image])).at(-1)).toMatchObject({ outcome: 'accepted' });
    expect(messagesOf(desk).at(-1)).toMatchObject({ type: 'txt', body: { msg: '[图片] 发送失败' } });
  });

  test.each([
    ['is not available', page(503), { outcome: 'later', because: 'vendor' }],
    ['loses the answer', LOST, { outcome: 'later', because: 'vendor' }],
    ['gives no file', says({ entities: [] }), { outcome: 'later', because: 'message' }],
  ])('whose upload %s waits: another upload harms nobody', async (_what, answer, outcome) => {
    const desk = openDesk(im, { '/chatfiles': answer });
    desk.copies.set('x_1', copy(Buffer.from('png')));
    expect((await desk.forward([image])).at(-1)).toMatchObject(outcome);
    expect(messagesOf(desk)).toEqual([]);
  });

  test('is uploaded once, however often its message is tried', async () => {
    const desk = openDesk(im, { '/messages/users': [page(503), SENT] });
    desk.copies.set('x_1', copy(Buffer.from('png')));
    const first = await desk.forward([image]);
    const progress = first.findLast((delivery) => delivery.outcome === 'more');
    await desk.forward([image], {
      ...(progress?.outcome === 'more' && { progress: progress.progress }),
      number: 2,
    });
    expect(callsOf(desk, '/chatfiles')).toHaveLength(1);
  });
});

describe('another kind of message', () => {
  const url = 'https://a1.easemob.com/acme/shop/chatfiles/5fd7';
  test.each<[Part, Partial<KeptMedia>, object]>([
    [
      { kind: 'voice', media },
      { type: 'audio/amr', name: 'v.amr' },
      { type: 'audio', body: { url, secret: 'X9d', filename: 'v.amr', length: 2 } },
    ],
    [
      { kind: 'video', media },
      { type: 'video/mp4', name: 'v.mp4' },
      { type: 'video', body: { url, secret: 'X9d', filename: 'v.mp4', length: 1, file_length: AMR.length } },
    ],
    [
      { kind: 'file', name: '合同.pdf', media: { ...media, name: '合同.pdf' } },
      { type: 'application/pdf' },
      { type: 'file', body: { url, secret: 'X9d', filename: '合同.pdf', file_length: AMR.length } },
    ],
  ])('with a medium goes as what it is (%#)', async (part, kept, message) => {
    const desk = openDesk();
    desk.copies.set('x_1', copy(AMR, kept));
    await desk.forward([part]);
    expect(messagesOf(desk)[0]).toMatchObject(message);
  });

  test.each<[Part, object]>([
    [
      { kind: 'location', latitude: 30.25, longitude: 120.1, label: '西湖' },
      { type: 'loc', body: { lat: '30.25', lng: '120.1', addr: '西湖' } },
    ],
    [
      { kind: 'location', latitude: 1, longitude: 2 },
      { type: 'loc', body: { addr: '位置' } },
    ],
    [
      {
        kind: 'link',
        title: '商品',
        url: 'https://shop.example/1',
        description: '好',
        pictureUrl: 'https://shop.example/1.png',
      },
      {
        type: 'txt',
        body: { msg: '商品\nhttps://shop.example/1' },
        ext: {
          msgtype: {
            track: {
              title: '商品',
              desc: '好',
              img_url: 'https://shop.example/1.png',
              item_url: 'https://shop.example/1',
            },
          },
        },
      },
    ],
    [
      { kind: 'miniProgramPage', title: '订单', path: 'pages/order' },
      {
        body: { msg: '[小程序] 订单\npages/order' },
        ext: { msgtype: { track: { title: '我正在看：', desc: '订单' } } },
      },
    ],
    [{ kind: 'file', name: 'a.pdf', description: '3 MB' }, { body: { msg: '[文件] a.pdf 3 MB' } }],
    [
      { kind: 'menu', text: '请选', options: [{ id: '1', label: '退货' }] },
      { body: { msg: '请选\n1. 退货' } },
    ],
    [{ kind: 'choice', of: 'menu', option: { id: '??', label: '退货' } }, { body: { msg: '退货' } }],
    [{ kind: 'unsupported', vendorKind: 'sticker' }, { body: { msg: '[暂不支持的消息] sticker' } }],
  ])('goes as what the helpdesk has for it (%#)', async (part, message) => {
    const desk = openDesk();
    await desk.forward([part]);
    expect(messagesOf(desk)).toMatchObject([message]);
  });

  const link: Part = { kind: 'link', title: '商品', url: 'https://shop.example/1' };

  test.each([
    ['text', '商品\nhttps://shop.example/1', false],
    ['track', '', true],
    ['both', '商品\nhttps://shop.example/1', true],
  ])('that is a card goes as the setting says (%s)', async (cards, msg, hasCard) => {
    const desk = openDesk({ ...im, cards });
    await desk.forward([link]);
    const [message] = messagesOf(desk);
    expect(message.body.msg).toBe(msg);
    expect(message.ext.msgtype !== undefined).toBe(hasCard);
  });

  test.each<[Part, string]>([
    [link, '商品\nhttps://shop.example/1'],
    [{ kind: 'location', latitude: 1, longitude: 2, label: '家' }, '[位置] 家 (1,2)'],
  ])('that is refused goes as text, once (%#)', async (part, msg) => {
    const desk = openDesk({ ...im, cards: 'track' }, { '/messages/users': [refusedBody, refusedBody, SENT] });
    expect((await desk.forward([part])).at(-1)).toMatchObject({ outcome: 'refused' });
    const messages = messagesOf(desk);
    expect(messages).toHaveLength(2);
    expect(messages[1]).toMatchObject({ type: 'txt', body: { msg } });
    expect(messages[1].ext).not.toHaveProperty('msgtype');
  });

  test('that enters the chat is none', () => expect(openDesk().adapter.accepts.has('event')).toBe(false));
});

describe('by the REST channel', () => {
  test('a text goes with the profile, each time, and with its skill group', async () => {
    const desk = openDesk({ ...rest, queueId: '7', queueName: '售后', agentUsername: 'li' });
    await desk.say('一');
    await desk.say('二');
    for (const message of messagesOf(desk)) {
      expect(message).toMatchObject({
        from: 'oABC_1',
        origin_type: 'rest',
        timestamp: 1_700_000_000_000,
        ext: {
          queue_id: '7',
          queue_name: '售后',
          agent_username: 'li',
          visitor: { callback_user: 'oABC_1', user_nickname: expect.any(String), tags: ['小程序'] },
        },
      });
    }
    expect(desk.names()).toEqual(['/rest/messages', '/rest/messages']);
  });

  test('a medium goes as a link to the bridge’s copy, or as text without one', async () => {
    const desk = openDesk(rest);
    await desk.forward([image]);
    desk.copies.set('x_1', copy(AMR, { type: 'audio/amr', name: 'v.amr' }));
    await desk.forward([{ kind: 'voice', media }]);
    expect(messagesOf(desk).map(({ bodies }) => bodies[0])).toEqual([
      text('[图片] 发送失败'),
      { type: 'audio', url: 'https://bridge.example/media/x_1', filename: 'v.amr', length: 2 },
    ]);
  });

  test('cards, places and answers go as over IM', async () => {
    const desk = openDesk(rest);
    await desk.forward([{ kind: 'link', title: '商品', url: 'https://shop.example/1' }]);
    await desk.forward([{ kind: 'location', latitude: 1, longitude: 2 }]);
    await desk.forward([{ kind: 'choice', of: 'menu', option: { id: 'm:7', label: '退货' } }]);
    const [link, place, choice] = messagesOf(desk);
    expect(link.ext.msgtype.track).toEqual({ title: '商品', item_url: 'https://shop.example/1' });
    expect(place.bodies).toEqual([{ type: 'loc', lat: '1', lng: '2', addr: '位置' }]);
    expect(choice).toMatchObject({ bodies: [text('退货')], ext: { msgtype: { choice: { menuid: '7' } } } });
  });

  test('time may be in seconds, and a visitor may have a name without capitals', async () => {
    const desk = openDesk({ ...rest, restTimestampUnit: 's', restVisitorId: 'name' });
    await desk.say('一');
    expect(messagesOf(desk)[0]).toMatchObject({ timestamp: '1700000000', from: NAME });
  });

  test('a signature that is refused is made anew, once', async () => {
    const refused = says({ status: 'FAIL', errorCode: 'KEFU_401' }, 401);
    const desk = openDesk(rest, { '/rest/messages': [refused, says({ status: 'OK' })] });
    expect((await desk.say('一')).at(-1)).toEqual({ outcome: 'accepted' });
    const wrong = openDesk(rest, { '/rest/messages': refused });
    expect((await wrong.say('一')).at(-1)).toMatchObject({
      outcome: 'later',
      afterMs: 60_000,
      alarm: expect.any(String),
    });
    expect(wrong.calls).toHaveLength(2);
  });
});

test('a message whose registration went well is sent in the next step', async () => {
  const desk = openDesk(im, { '/users': REGISTERED });
  expect((await desk.say('一')).map(({ outcome }) => outcome)).toEqual(['more', 'accepted']);
});

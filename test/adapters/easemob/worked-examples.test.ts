import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { decodeBase32, encodeBase32, imNameOf } from '../../../adapters/easemob/names.ts';
import { signCall, signCallback } from '../../../adapters/easemob/signature.ts';
import {
  attemptOf,
  bodyOf,
  CALL_ID,
  CALLBACK_SECRET,
  callsOf,
  eventsIn,
  im,
  KEY,
  NAME,
  openDesk,
  REST_ID,
  REST_SECRET,
  rest,
  restCallback,
  SERVICE,
  sent,
  UUID,
} from './desk.ts';

const byName = { imNames: 'base32', namePrefix: 'wx-' } as const;

test.each([
  ['oAbCdEfGhIjKlMnOpQrStUvWxYz0', 'wx-n5aweq3eivteo2cjnjfwytloj5yfc4storkxmv3ylf5da', 48],
  ['oABC_1', 'wx-n5aueq27ge', 13],
])('the IM name of %s is %s', (visitor, name, length) => {
  expect(imNameOf(byName, { visitor, appid: 'wx1' })).toBe(name);
  expect(name).toHaveLength(length);
  expect(decodeBase32(name.slice(3))?.toString()).toBe(visitor);
  expect(encodeBase32(Buffer.from(visitor))).toBe(name.slice(3));
});

test('a callback is proved by the MD5 of callId, secret and milliseconds', () => {
  expect(signCallback(CALL_ID, CALLBACK_SECRET, '1700000123456')).toBe('04ecf62e4fd9c73edc6ee1112be1896c');
  expect(signCallback(CALL_ID, CALLBACK_SECRET, '1700000123')).toBe('43a349e48fc38d1e948871699737a86e');
});

/** To the byte, but for the line breaks. */
const EXAMPLE =
  '{"timestamp":1700000123456,"chat_type":"chat","from":"kefuchannelimid_100001","to":"wx-n5aueq27ge",' +
  '"payload":{"bodies":[{"msg":"您好","type":"txt"}],"ext":{"weichat":{"msgId":"cd6a1c3d-7110-4f8b-8f7b-b27df7517a58","agent":' +
  '{"userNickname":"小李","avatar":"//…/a.png"},"event":null,"ctrlType":null,"html_safe_body":{"type":"txt","msg":"您好"}}}},' +
  '"msg_id":"283668490328474724","callId":"acme#shop_3f0c2f3e-5b1d-4c58-9a57-0d9c6f1f2a11","eventType":"chat",' +
  '"securityVersion":"1.0.0","security":"04ecf62e4fd9c73edc6ee1112be1896c","appkey":"acme#shop","host":"msync@…"}';

test('the callback of the example is an agent’s message, answered without a word', () => {
  const { adapter } = openDesk();
  const reading = adapter.readCallback?.(bodyOf(EXAMPLE), 1_700_000_123_456);
  expect(reading).toMatchObject({ kind: 'events', answer: { status: 200, body: '' } });
  expect(eventsIn(adapter, bodyOf(EXAMPLE), 1_700_000_123_456)).toMatchObject([
    {
      kind: 'message',
      from: { role: 'agent', name: '小李' },
      parts: [{ kind: 'text', text: '您好' }],
      vendorId: 'cd6a1c3d-7110-4f8b-8f7b-b27df7517a58',
      visitor: NAME,
      at: 1_700_000_123_456,
    },
  ]);
});

test('it may be answered as old documents wanted it', () => {
  const { adapter } = openDesk({ ...im, callbackAnswer: 'accept' });
  expect(adapter.readCallback?.(bodyOf(EXAMPLE), 1_700_000_123_456)).toMatchObject({
    answer: {
      status: 200,
      type: 'application/json',
      body: JSON.stringify({
        callId: CALL_ID,
        accept: 'true',
        reason: '',
        security: 'd72f2f98a7e005c3f394ba5225548299',
      }),
    },
  });
});

test('a token is asked for, a visitor registered, and his message sent', async () => {
  const desk = openDesk({
    ...im,
    tokenTtlSec: 1_024_000,
    queueName: '售后',
    visitorTemplate: {
      userNickname: '微信用户7f3a',
      description: '小程序「某某商城」 pages/order/detail?id=9',
      tags: ['小程序'],
    },
  });
  expect((await desk.say('你好')).at(-1)).toMatchObject({
    outcome: 'accepted',
    vendorId: '1029457500870543736',
  });
  const [token, user, message] = desk.calls;
  const base = 'https://a1.easemob.com/acme/shop';
  expect([token?.url, user?.url, message?.url]).toEqual([
    `${base}/token`,
    `${base}/users`,
    `${base}/messages/users`,
  ]);
  expect(token?.headers).not.toHaveProperty('authorization');
  expect(sent(token)).toEqual({
    grant_type: 'client_credentials',
    client_id: im.clientId,
    client_secret: im.clientSecret,
    ttl: 1_024_000,
  });
  expect(sent(user)).toEqual({ username: NAME });
  expect(message?.headers).toEqual({
    accept: 'application/json',
    authorization: 'Bearer YWMt-token',
    'content-type': 'application/json',
  });
  expect(String(message?.body)).toBe(
    `{"from":"${NAME}","to":["${SERVICE}"],"type":"txt","body":{"msg":"你好"},` +
      `"ext":{"weichat":{"msg_id_for_ack":"${UUID}","queueName":"售后",` +
      '"visitor":{"userNickname":"微信用户7f3a","description":"小程序「某某商城」 pages/order/detail?id=9","tags":["小程序"]}}}}',
  );
});

const PATH = '/api/tenants/5833/rest/channels/260/messages';
const REST_BODY = Buffer.from(
  '{"bodies":[{"type":"txt","msg":"你好，环信"}],"ext":{"visitor":{"callback_user":"oABC_1","user_nickname":"微信用户"}},"msg_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","origin_type":"rest","from":"oABC_1","timestamp":1700000000000}',
);
const PRETTY = Buffer.from(JSON.stringify(JSON.parse(REST_BODY.toString()), null, 2));

test('a call of the REST channel is signed over method, path, end and the body’s bytes', () => {
  const md5 = (bytes: Buffer, as: 'hex' | 'base64' = 'hex') => createHash('md5').update(bytes).digest(as);
  const signed = { method: 'POST', path: PATH, expires: '1700000060000', body: REST_BODY };
  expect(REST_BODY).toHaveLength(238);
  expect(md5(REST_BODY)).toBe('d56ff08e82d0c43a5608b678f30b6f08');
  expect(['POST', PATH, '1700000060000', md5(REST_BODY)].join('\n')).toHaveLength(96);
  expect(signCall(REST_SECRET, signed)).toBe('UuXGjTQawvTaInV2UIFJCjAWI+banohGvZmrbnLPFP4=');
  expect(signCall(REST_SECRET, { ...signed, expires: '-1' })).toBe(
    'VyL/z3JzCYl1GSHK8oD4whgRxUBQLfVkp9x9oNay4Sc=',
  );
  expect(md5(REST_BODY, 'base64')).toBe('1W/wjoLQxDpWCLZ48wtvCA==');
  expect(signCall(REST_SECRET, signed, 'base64')).toBe('gyvLZ8VG0m7AV90KXbti7yULEsSqIOLVRau8r0e62d4=');
});

test('the MD5 within a signature is not in capitals', () => {
  const md5 = createHash('md5').update(REST_BODY).digest('hex').toUpperCase();
  const wrong = createHmac('sha256', REST_SECRET)
    .update(`POST\n${PATH}\n1700000060000\n${md5}`)
    .digest('base64');
  expect(wrong).toBe('ojRJ6Rcm/kgUVTSRxRYe/5ji/EcUMhkuHdh17+uTjQ0=');
  const request = restCallback(REST_BODY.toString(), { path: PATH, expires: '1700000060000' });
  const { adapter } = openDesk(rest);
  const read = (signature: string) => {
    const headers = { ...request.headers, authorization: `hmac ${REST_ID}:${signature}` };
    return adapter.readCallback?.({ ...request, headers }, 1_700_000_000_000).kind;
  };
  expect(read(wrong)).toBe('refused');
  expect(read('UuXGjTQawvTaInV2UIFJCjAWI+banohGvZmrbnLPFP4=')).not.toBe('refused');
});

test('the same data in other bytes has another signature', () => {
  expect(PRETTY).toHaveLength(322);
  expect(createHash('md5').update(PRETTY).digest('hex')).toBe('6b903bb5ee5437079d6628d6fb8a3f64');
  const signed = { method: 'POST', path: PATH, expires: '1700000060000', body: PRETTY };
  expect(signCall(REST_SECRET, signed)).toBe('F8rqER0s1Je08U76Ixd5ukY6rR3w2rJcBDY1ZzumBcs=');
});

test.each([
  ['hex', 'UuXGjTQawvTaInV2UIFJCjAWI+banohGvZmrbnLPFP4='],
  ['base64', 'gyvLZ8VG0m7AV90KXbti7yULEsSqIOLVRau8r0e62d4='],
])(
  'the message of the example is sent by the REST channel to the byte (restMd5 %s)',
  async (restMd5, signature) => {
    const desk = openDesk({
      ...rest,
      restMd5,
      visitorTemplate: { userNickname: '微信用户', description: '', tags: [] },
    });
    expect((await desk.say('你好，环信', { key: KEY })).at(-1)).toEqual({ outcome: 'accepted' });
    const [call] = callsOf(desk, '/rest/messages');
    expect(call?.url).toBe(`https://kefu.easemob.com${PATH}`);
    expect(String(call?.body)).toBe(REST_BODY.toString());
    expect(call?.headers).toEqual({
      'content-type': 'application/json; charset=utf-8',
      'x-auth-expires': '1700000060000',
      authorization: `hmac ${REST_ID}:${signature}`,
    });
  },
);

const REST_CALLBACK =
  '{"msg_id":"0b7f4b1e-5d0c-4d86-8c5f-0f2f3c1e9d77","origin_type":"rest","from":"a0000000-0000-4000-8000-000000000001","to":"oABC_1","timestamp":1700000123456,"bodies":[{"msg":"您好","type":"txt"}],"ext":{"agent":{"user_nickname":"小李"},"visitor":{"callback_user":"oABC_1"}}}';

test('the callback of the REST channel is proved as a call is', () => {
  expect(createHash('md5').update(REST_CALLBACK).digest('hex')).toBe('5e15cf8b498ec2b99ae60b25016770c2');
  const request = restCallback(REST_CALLBACK, { path: '/callbacks/easemob/t1', expires: '1700000183456' });
  expect(request.headers.authorization).toBe(`hmac ${REST_ID}:Q6RoUm+AH/whfBvGgSEgMt+zJyDvF34zu3jHJ4Ddh+o=`);
  const { adapter } = openDesk(rest);
  expect(adapter.readCallback?.(request, 1_700_000_123_456)).toMatchObject({
    kind: 'events',
    answer: { status: 200, body: '' },
    events: [
      {
        kind: 'message',
        from: { role: 'agent', name: '小李' },
        parts: [{ kind: 'text', text: '您好' }],
        visitor: 'oABC_1',
        at: 1_700_000_123_456,
      },
    ],
  });
});

test('a rating is handed in as the web widget does', async () => {
  const desk = openDesk(im);
  await desk.say('你好');
  desk.calls.length = 0;
  const option = { id: '4711:101:5:5', label: '非常满意' };
  const { adapter } = desk;
  const context = attemptOf(desk.memory);
  await adapter.rate?.({ session: 's-1', option }, context);
  expect(sent(desk.calls[0])).toMatchObject({
    type: 'txt',
    body: { msg: '' },
    ext: {
      weichat: {
        msg_id_for_ack: UUID,
        ctrlType: 'enquiry',
        ctrlArgs: {
          inviteId: 4711,
          serviceSessionId: 's-1',
          summary: '5',
          detail: '',
          evaluationDegreeId: 101,
          appraiseTags: [],
          evaluateWay: 'agent',
        },
      },
    },
  });
});

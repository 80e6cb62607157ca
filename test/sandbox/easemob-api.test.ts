import { describe, expect, test } from 'vitest';
import { signCallback, signRest } from '../../sandbox/vendors/easemob/signature.ts';
import {
  app,
  association,
  messageOf,
  NAME,
  NOW,
  openBench,
  REST_PATH,
  restMessageOf,
  SERVICE,
} from './easemob-bench.ts';

describe('signatures', () => {
  test('are those of the worked examples', () => {
    const callId = 'acme#shop_3f0c2f3e-5b1d-4c58-9a57-0d9c6f1f2a11';
    expect(signCallback(callId, app.callbackSecret, 1_700_000_123_456)).toBe(
      '04ecf62e4fd9c73edc6ee1112be1896c',
    );
    const body = Buffer.from(
      '{"bodies":[{"type":"txt","msg":"你好，环信"}],"ext":{"visitor":{"callback_user":"oABC_1","user_nickname":"微信用户"}},"msg_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","origin_type":"rest","from":"oABC_1","timestamp":1700000000000}',
    );
    const signed = { path: REST_PATH, expires: '1700000060000', body };
    expect(signRest(association.clientSecret, signed)).toBe('UuXGjTQawvTaInV2UIFJCjAWI+banohGvZmrbnLPFP4=');
    expect(signRest(association.clientSecret, signed, 'base64')).toBe(
      'gyvLZ8VG0m7AV90KXbti7yULEsSqIOLVRau8r0e62d4=',
    );
  });
});

describe('a token', () => {
  const wanted = {
    grant_type: 'client_credentials',
    client_id: app.clientId,
    client_secret: app.clientSecret,
  };

  test.each([
    [{ ...wanted, client_id: 'x' }, 400, 'invalid_grant'],
    [{ ...wanted, client_secret: 'x' }, 400, 'invalid_grant'],
    [{ ...wanted, grant_type: 'password' }, 400, 'illegal_argument'],
    [{ ...wanted, ttl: -1 }, 400, 'illegal_argument'],
  ])('is not given for %j', async (body, status, error) => {
    await using bench = await openBench();
    expect(await bench.call('/acme/shop/token', body)).toMatchObject({ status, json: { error } });
  });

  test('has the life that is asked for', async () => {
    await using bench = await openBench();
    expect((await bench.call('/acme/shop/token', { ...wanted, ttl: 600 })).json).toMatchObject({
      expires_in: 600,
    });
    expect((await bench.call('/acme/shop/token', wanted)).json).toMatchObject({ expires_in: 5_184_000 });
  });

  test('is needed for all else, and ends in time', async () => {
    await using bench = await openBench();
    const headers = { authorization: `Bearer ${await bench.token()}` };
    const register = (given: Record<string, string>) =>
      bench.call('/acme/shop/users', { username: 'a' }, { headers: given });
    expect(await register({})).toMatchObject({ status: 401, json: { error: 'unauthorized' } });
    expect((await register({ authorization: 'Bearer x' })).status).toBe(401);
    expect((await register(headers)).status).toBe(200);
    bench.clock.now += 5_184_000_000;
    expect((await register(headers)).status).toBe(401);
  });
});

describe('the IM cloud', () => {
  test('knows its app only, and wants JSON', async () => {
    await using bench = await openBench();
    expect((await bench.call('/acme/other/token', {})).json).toMatchObject({
      error: 'organization_application_not_found',
    });
    expect((await bench.im('/nothing', {})).json).toMatchObject({ error: 'service_resource_not_found' });
    expect((await bench.im('/users', {}, { headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    expect((await bench.im('/users', {}, { body: '{' })).json).toMatchObject({ error: 'json_parse' });
  });

  test('registers a name once, whatever its capitals', async () => {
    await using bench = await openBench();
    expect((await bench.im('/users', { username: NAME })).json.entities).toMatchObject([{ username: NAME }]);
    expect(await bench.im('/users', { username: NAME.toUpperCase() })).toMatchObject({
      status: 400,
      json: { error: 'duplicate_unique_property_exists' },
    });
    for (const username of ['', '微信', 'a b', 'x'.repeat(65), 1]) {
      expect((await bench.im('/users', { username })).status).toBe(400);
    }
    for (const more of [{ password: 'x'.repeat(65) }, { nickname: 'x'.repeat(101) }, { nickname: 1 }]) {
      expect((await bench.im('/users', { username: 'another', ...more })).status).toBe(400);
    }
  });

  test.each<[string, object]>([
    ['from', { from: '' }],
    ['to', { to: SERVICE }],
    ['to', { to: [] }],
    ['type', { type: 'html' }],
    ['body', { body: null }],
    ['ext', { ext: null }],
    ['body.msg', { body: {} }],
    ['body.size', { type: 'img', body: { url: 'https://a.example', filename: 'a' } }],
    ['body.length', { type: 'audio', body: { url: 'https://a.example', filename: 'a', length: 1.5 } }],
    ['body.file_length', { type: 'video', body: { url: 'https://a.example', filename: 'a', length: 1 } }],
    ['body.lat', { type: 'loc', body: { lat: 30.5, lng: '120', addr: 'x' } }],
    ['body.action', { type: 'cmd', body: {} }],
  ])('takes no message whose %s is wrong', async (field, change) => {
    await using bench = await openBench();
    expect((await bench.im('/messages/users', { ...messageOf('x'), ...change })).status).toBe(400);
    expect(bench.easemob.refusedCalls.all.at(-1)).toMatchObject({ because: field });
  });

  test('takes no request of more than 5 KB', async () => {
    await using bench = await openBench();
    expect(await bench.say('x'.repeat(5000))).toMatchObject({ status: 413, json: { error_code: 14007 } });
  });

  test('takes so many calls and messages in a time', async () => {
    await using bench = await openBench({ perSecondRate: 5, perMinuteRate: 1 });
    expect((await bench.say('一')).status).toBe(200);
    expect(await bench.call('/acme/shop/token', {})).toMatchObject({ status: 400 });
    expect((await bench.call('/acme/shop/token', {})).json).toMatchObject({ error: 'reach_limit' });
    bench.clock.now += 1000;
    expect(await bench.im('/messages/users', messageOf('二'))).toMatchObject({
      status: 403,
      json: { error_description: 'message send reach limit' },
    });
  });

  test.each<[string, object]>([
    ['from is no user', { from: 'somebody' }],
    ['to', { to: ['another'] }],
    ['no weichat', { ext: {} }],
    ['msg_id_for_ack', { ext: { weichat: {} } }],
    ['visitor.userNickname', { ext: { weichat: { msg_id_for_ack: '1', visitor: { tags: [] } } } }],
    ['visitor', { ext: { weichat: { msg_id_for_ack: '1', visitor: { userNickname: 'x', avatar: 'y' } } } }],
    ['routetype', { routetype: 'ROUTE_ONLINE' }],
    ['text', { body: { msg: 'x', text: 'x' } }],
    ['type', { ext: { weichat: { msg_id_for_ack: '1' }, type: 'custom' } }],
    ['avatar', { ext: { weichat: { msg_id_for_ack: '1', avatar: 'x' } } }],
    ['ctrlType', { ext: { weichat: { msg_id_for_ack: '1', ctrlType: 'rate' } } }],
    ['empty text', { body: { msg: '' } }],
    ['no such file', { type: 'file', body: { url: 'https://a.example/1', filename: 'a' } }],
    [
      'ctrlArgs.inviteId',
      {
        body: { msg: '' },
        ext: { weichat: { msg_id_for_ack: '1', ctrlType: 'enquiry', ctrlArgs: { inviteId: '1' } } },
      },
    ],
  ])('takes a message that no agent ever sees (%s), and says nothing of it', async (because, change) => {
    await using bench = await openBench();
    expect((await bench.say('x', 'id-1', change as Record<string, unknown>)).status).toBe(200);
    expect(bench.easemob.unseen.all).toMatchObject([{ because }]);
    expect(bench.easemob.messages.all).toEqual([]);
  });

  test('keeps files for who has their secret, and a token', async () => {
    await using bench = await openBench({ fileMaxBytes: 4 });
    const authorization = `Bearer ${await bench.token()}`;
    const get = (url: string, headers = {}) => fetch(url, { headers: { authorization, ...headers } });
    const upload = (bytes: string, name = 'file', headers = {}) =>
      bench.im('/chatfiles', undefined, {
        headers: { 'content-type': 'multipart/form-data; boundary=b1', ...headers },
        body: `--b1\r\nContent-Disposition: form-data; name="${name}"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n${bytes}\r\n--b1--\r\n`,
      });
    const { json } = await upload('png', 'file', { 'restrict-access': 'true' });
    const [{ uuid, 'share-secret': secret }] = json.entities;
    const url = `${bench.easemob.url}/acme/shop/chatfiles/${uuid}`;
    expect((await get(url)).status).toBe(401);
    expect((await get(`${url}?share-secret=x`)).status).toBe(401);
    expect((await fetch(`${url}?share-secret=${secret}`)).status).toBe(401);
    expect(await (await get(`${url}?share-secret=${secret}`)).text()).toBe('png');
    expect(await (await get(url, { 'share-secret': secret })).text()).toBe('png');
    expect((await upload('png')).json.entities[0]).not.toHaveProperty('share-secret');
    expect((await upload('12345')).status).toBe(413);
    expect((await upload('png', 'media')).status).toBe(400);
  });
});

describe('the REST channel', () => {
  test('shows a message that is signed and whole', async () => {
    await using bench = await openBench();
    expect(await bench.rest(restMessageOf('你好'))).toEqual({ status: 200, json: { status: 'OK' } });
    expect(bench.easemob.messages.all).toMatchObject([{ visitor: 'oABC_1', channel: 'rest', text: '你好' }]);
  });

  test.each([
    ['signature', { secret: 'x' }],
    ['expired', { expires: String(NOW - 1) }],
    ['X-Auth-Expires', { headers: { 'x-auth-expires': 'x' } }],
    ['client id', { headers: { authorization: 'hmac other:x' } }],
    ['client id', { headers: { authorization: 'Bearer x' } }],
  ])('refuses a call by its %s', async (because, change) => {
    await using bench = await openBench();
    expect((await bench.rest(restMessageOf('你好'), change)).status).toBe(401);
    expect(bench.easemob.refusedCalls.all).toMatchObject([{ because }]);
  });

  test.each<[string, object]>([
    ['from', { from: '' }],
    ['msg_id', { msg_id: 'm_1' }],
    ['origin_type', { origin_type: 'weixin' }],
    ['timestamp', { timestamp: '1700000000' }],
    ['bodies', { bodies: [] }],
    ['bodies.type', { bodies: [{ type: 'cmd', action: 'x' }] }],
    ['ext.visitor', { ext: { visitor: { callback_user: 'oABC_1' } } }],
    ['ext.visitor', { ext: { visitor: { callback_user: 'oABC_1', user_nickname: 'x', avatar: 'y' } } }],
    ['ext.visitor', { ext: { visitor: { callback_user: 'oABC_1', user_nickname: 'x', phone: 1 } } }],
    ['ext.visitor.tags', { ext: { visitor: { callback_user: 'oABC_1', user_nickname: 'x', tags: 'y' } } }],
    ['ext', { ext: { visitor: { callback_user: 'oABC_1', user_nickname: 'x' }, weichat: {} } }],
    ['to', { to: 'x' }],
  ])('refuses a message whose %s is wrong', async (because, change) => {
    await using bench = await openBench();
    expect((await bench.rest(restMessageOf('你好', change))).status).toBe(400);
    expect(bench.easemob.refusedCalls.all).toMatchObject([{ because }]);
  });

  test('may be off, or elsewhere', async () => {
    await using bench = await openBench();
    expect((await bench.call('/api/tenants/1/rest/channels/2/messages', {})).status).toBe(404);
    bench.easemob.changeSettings({ rest: undefined });
    expect((await bench.rest(restMessageOf('你好'))).status).toBe(403);
  });
});

import { describe, expect, test } from 'vitest';
import { APP_KEY, type Known, type Manner, NOW, OWN_ID, seal, withApp } from './meiqia-bench.ts';

const refusals = (app: {
  readonly meiqia: { readonly refusals: { readonly all: readonly { because: string }[] } };
}) => app.meiqia.refusals.all.map(({ because }) => because);

describe('a call that is plain', () => {
  test.each<[string, Manner, string]>([
    ['with Authorization', { headers: { authorization: `${APP_KEY}:0:1767601858` } }, 'authorization'],
    ['of another type', { headers: { 'content-type': 'application/json' } }, 'content-type'],
    ['of no SDK', { headers: { 'user-agent': 'curl/8' } }, 'user-agent'],
    ['of no version', { headers: { app_version: undefined } }, 'app_version'],
    ['of another platform', { headers: { app_platform: 'ios' } }, 'app_platform'],
    ['that names no platform', { query: { src: undefined } }, 'src'],
    ['of another enterprise', { query: { ent_id: '7' } }, 'ent_id'],
    ['that holds no JSON', { raw: '[]' }, 'json'],
  ])('%s is refused', (_name, manner, because) =>
    withApp(async (app) => {
      expect((await app.plain('sdk/init_sdk_user', { app_key: APP_KEY }, manner)).status).toBe(400);
      expect(refusals(app)).toEqual([because]);
    }),
  );

  test('may leave out the enterprise as long as it cannot be known', () =>
    withApp(async (app) => {
      const unknown = { query: { ent_id: undefined } };
      expect((await app.plain('sdk/init_sdk_user', { app_key: APP_KEY }, unknown)).status).toBe(200);
      const body = { ent_id: '100001', content_type: 'video', filename: 'v.mp4' };
      expect((await app.plain('upload/oss/policies', body, unknown)).status).toBe(400);
    }));

  test('of another app is answered by 404, at a wrong host by its words', () =>
    withApp(async (app) => {
      expect((await app.plain('sdk/init_sdk_user', { app_key: 'x' })).status).toBe(404);
      app.meiqia.changeSettings({ isWrongHost: true });
      expect(await app.plain('sdk/init_sdk_user', { app_key: APP_KEY })).toEqual({
        status: 400,
        json: { message: 'invalid domain' },
      });
    }));
});

describe('a call that is encrypted', () => {
  const expiry = (sec: number) => ({ authorization: `${APP_KEY}:TRACK:${Math.floor(NOW / 1000) + sec}` });

  test.each<[string, (of: Known) => Manner, number]>([
    ['without proof', () => ({ headers: { authorization: undefined } }), 401],
    ['of another app', ({ track_id: id }) => ({ headers: { authorization: `x:${id}:1767601858` } }), 401],
    ['of nobody', () => ({ headers: expiry(60) }), 401],
    [
      'that is too late',
      ({ track_id: id }) => ({ headers: { authorization: `${APP_KEY}:${id}:1767601798` } }),
      401,
    ],
    [
      'that is good for too long',
      ({ track_id: id }) => ({ headers: { authorization: `${APP_KEY}:${id}:1767601900` } }),
      401,
    ],
    ['in clear', () => ({ raw: '{"device_token":"x"}' }), 401],
    ['in quotes', ({ aes_key: key }) => ({ raw: `"${seal('{"device_token":"x"}', key)}"` }), 401],
    ['under another key', () => ({ raw: seal('{"device_token":"x"}', 'k'.repeat(16)) }), 401],
    ['with lines that are too long', ({ aes_key: key }) => ({ raw: `${seal('x'.repeat(200), key)}\n` }), 401],
    ['that holds no JSON', ({ aes_key: key }) => ({ raw: seal('x', key) }), 400],
    [
      'with a field that nobody knows',
      ({ aes_key: key }) => ({ raw: seal('{"device_token":"x","y":1}', key) }),
      400,
    ],
  ])('%s is refused', (_name, manner, status) =>
    withApp(async (app) => {
      const visitor = await app.visitor();
      expect(
        (await app.sealed(visitor, 'client/device_token', { device_token: 'x' }, manner(visitor))).status,
      ).toBe(status);
    }),
  );

  test('is taken with its lines broken, and answered under the visitor’s key', () =>
    withApp(
      async (app) => {
        const visitor = await app.visitor();
        const body = JSON.stringify({ device_token: 'x'.repeat(100) });
        const raw = seal(body, visitor.aes_key).replaceAll(/.{76}/g, '$&\n');
        expect((await app.sealed(visitor, 'client/device_token', {}, { raw })).status).toBe(200);
        expect(app.meiqia.visitorOf(OWN_ID)?.deviceToken).toBe('x'.repeat(100));
        app.meiqia.changeKey(OWN_ID);
        expect((await app.sealed(visitor, 'client/device_token', { device_token: 'x' })).status).toBe(401);
      },
      { keyLength: 32 },
    ));

  test('by PUT takes no query', () =>
    withApp(async (app) => {
      const visitor = await app.visitor();
      const { track_id, visit_id } = visitor;
      const body = { attrs: { name: 'x' }, track_id, ent_id: '100001', visit_id };
      const put = (query = {}) => app.sealed(visitor, 'client/attrs', body, { method: 'PUT', query });
      expect((await put()).status).toBe(200);
      expect((await put({ src: 'android_sdk' })).status).toBe(400);
    }));
});

describe('own ids', () => {
  test.each(['short', 'x'.repeat(33)])('%s cannot be bound', (dev_client_id) =>
    withApp(async (app) => {
      const visitor = await app.visitor();
      expect((await app.sealed(visitor, 'sdk/get_dev_client_id', { dev_client_id })).status).toBe(400);
    }),
  );

  test('that are known give the visitor who has them', () =>
    withApp(async (app) => {
      const first = await app.visitor();
      const made = (await app.plain('sdk/init_sdk_user', { app_key: APP_KEY })).json as unknown as Known;
      const found = await app.sealed(made, 'sdk/get_dev_client_id', { dev_client_id: OWN_ID });
      expect(found.json).toMatchObject({
        found_client: true,
        track_id: first.track_id,
        aes_key: first.aes_key,
      });
      const again = await app.plain('sdk/init_sdk_user', { app_key: APP_KEY, track_id: first.track_id });
      expect(again.json).toMatchObject({ track_id: first.track_id });
      expect((await app.plain('sdk/init_sdk_user', { app_key: APP_KEY, track_id: 'gone' })).status).toBe(400);
    }));
});

describe('allocation and messages', () => {
  test.each([{ ent_id: '100001' }, { fallback: 4 }, { no_reallocate: 'true' }, { exclude_agent_tokens: [] }])(
    'take no %j',
    (change) =>
      withApp(async (app) => {
        expect((await app.schedule(await app.visitor(), change)).status).toBe(400);
      }),
  );

  test('without an agent say so, and queue where all are busy', () =>
    withApp(
      async (app) => {
        const visitor = await app.visitor();
        expect((await app.schedule(visitor)).json).toEqual({ success: false });
        expect((await app.send(visitor)).json).toEqual({ success: false });
        app.meiqia.putAgent({ token: 'a1', nickname: '小李', isOnline: true, capacity: 0 });
        expect((await app.schedule(visitor)).json).toEqual({ result: 'queueing' });
        expect((await app.send(visitor)).json).toMatchObject({
          result: 'queueing',
          msg: { conversation_id: null },
        });
        expect(app.meiqia.queue).toEqual([OWN_ID]);
        expect((await app.proved(visitor, 'client/queue/position')).json).toEqual({ position: 1 });
      },
      { agents: [] },
    ));

  test.each([
    { content: '' },
    { content: ' 你好' },
    { content: 'x'.repeat(2001) },
    { type: 'file' },
    { type: 'photo', content: 'no-key' },
    { ent_id: 100001 },
    { extra: { x: 1 }, type: 'photo' },
    {
      type: 'hybrid',
      content:
        '[{"type":"product_card","body":{"title":"x","description":"","pic_url":"y","product_url":"z"}}]',
    },
  ])('take no %j', (change) =>
    withApp(async (app) => {
      const visitor = await app.visitor();
      await app.schedule(visitor);
      expect((await app.send(visitor, change)).status).toBe(400);
    }),
  );

  test('after the end say that the conversation is not found', () =>
    withApp(async (app) => {
      const visitor = await app.visitor();
      await app.schedule(visitor);
      app.meiqia.endConversation(OWN_ID);
      expect(await app.send(visitor)).toEqual({ status: 200, json: { msg: 'conversation not found' } });
    }));

  test('from the block list are black', () =>
    withApp(async (app) => {
      const visitor = await app.visitor();
      app.meiqia.block(OWN_ID, true);
      for (const said of [await app.schedule(visitor), await app.send(visitor)]) {
        expect(said.json).toEqual({ success: false, black: true });
      }
    }));
});

describe('the stream', () => {
  const since = (t: string) => ({
    query: { limit: '100', ascending: '1', last_message_created_on: t, _time: String(NOW) },
  });
  const path = ({ track_id: id }: Known) => `conversation/${id}/messages_streams`;

  test('has nothing by 404, and everything behind its bound', () =>
    withApp(async (app) => {
      const visitor = await app.visitor();
      expect(
        (await app.proved(visitor, path(visitor), undefined, since('2026-01-05T08:00:00.000000'))).status,
      ).toBe(404);
      await app.schedule(visitor);
      const all = await app.proved(visitor, path(visitor), undefined, since('2026-01-05T08:00:00.000000'));
      const messages = all.json.messages as { created_on: string; action: string }[];
      expect(messages.map(({ action }) => action)).toEqual(['init_conv', 'message']);
      const last = since(messages[1]?.created_on ?? '');
      expect((await app.proved(visitor, path(visitor), undefined, last)).json.messages).toHaveLength(1);
      app.meiqia.changeSettings({ includesBound: false });
      expect((await app.proved(visitor, path(visitor), undefined, last)).status).toBe(404);
    }));

  test.each([
    { limit: '101' },
    { ascending: undefined },
    { last_message_created_on: '2026-01-05T08:00:00Z' },
    { _time: '1' },
  ])('takes no %j', (query) =>
    withApp(async (app) => {
      const visitor = await app.visitor();
      const manner = { query: { ...since('2026-01-05T08:00:00.000000').query, ...query } };
      expect((await app.proved(visitor, path(visitor), undefined, manner)).status).toBe(400);
    }),
  );
});

describe('uploads', () => {
  const upload = (url: string, { track_id: id }: Known, file: File, headers = {}) => {
    const form = new FormData();
    form.set('file', file);
    return fetch(`${url}/upload?user_id=${id}&ent_id=100001`, { method: 'POST', body: form, headers });
  };
  const jpeg = new File([new Uint8Array([0xff, 0xd8, 0xff, 0xe0])], 'file.jpeg', { type: 'image/jpeg' });

  test('are proved by nothing, and known by their bytes', () =>
    withApp(async (app) => {
      const visitor = await app.visitor();
      const taken = await upload(app.meiqia.url, visitor, jpeg);
      expect(await taken.json()).toEqual({
        photo_url: expect.stringContaining('/files/'),
        photo_key: expect.any(String),
      });
      const forged = new File(['<html>'], 'file.jpeg', { type: 'image/jpeg' });
      expect((await upload(app.meiqia.url, visitor, forged)).status).toBe(415);
      expect((await upload(app.meiqia.url, visitor, jpeg, { authorization: 'x' })).status).toBe(400);
      app.meiqia.changeSettings({ uploadMaxBytes: 3 });
      expect((await upload(app.meiqia.url, visitor, jpeg)).status).toBe(413);
    }));

  test('of videos want all fields before the file, and a policy that was given', () =>
    withApp(async (app) => {
      await app.visitor();
      const body = { ent_id: '100001', content_type: 'video', filename: 'v.mp4' };
      const { json } = await app.plain('upload/oss/policies', body);
      const { url, fields } = json.policy as { url: string; fields: Record<string, string> };
      const mp4 = new File(['\0\0\0\x18ftypmp42'], 'v.mp4', { type: 'video/mp4' });
      const put = (entries: readonly (readonly [string, string | File])[]) => {
        const form = new FormData();
        for (const [name, value] of entries) form.append(name, value);
        return fetch(url, { method: 'POST', body: form });
      };
      expect((await put([['file', mp4], ...Object.entries(fields)])).status).toBe(403);
      expect((await put([...Object.entries({ ...fields, policy: 'x' }), ['file', mp4]])).status).toBe(403);
      expect((await put([...Object.entries(fields), ['file', mp4]])).status).toBe(204);
      expect((await put([...Object.entries(fields), ['file', mp4]])).status).toBe(403);
    }));
});

import { describe, expect, test } from 'vitest';
import { APP_KEY, type App, type Known, NOW, OWN_ID, withApp } from './meiqia-bench.ts';

describe('the query', () => {
  test.each<[string, (of: Known) => string, Record<string, string>]>([
    ['of the queue', () => 'client/queue/position', { track_id: 'x' }],
    [
      'of the stream',
      ({ track_id: id }) => `conversation/${id}/messages_streams`,
      {
        limit: '9',
        ascending: '1',
        last_message_created_on: '2026-01-05T08:00:00.000000',
        _time: `${NOW}`,
        x: '1',
      },
    ],
    ['of the state', () => 'unified-api/conversations/v1/active_conv', { visit_id: 'x' }],
  ])('%s names nothing that nobody asks for', (_name, path, query) =>
    withApp(async (app) => {
      const visitor = await app.visitor();
      expect((await app.proved(visitor, path(visitor), undefined, { query })).status).toBe(400);
    }),
  );

  test('of an upload names the visitor and the enterprise alone', () =>
    withApp(async (app) => {
      const visitor = await app.visitor();
      expect(await upload(app, visitor, { query: '&src=android_sdk' })).toBe(400);
      expect(await upload(app, visitor)).toBe(200);
    }));
});

describe('an upload', () => {
  test.each([{ app_platform: 'android_sdk' }, { app_channel: 'sdk' }, { 'user-agent': 'x MeiqiaSDK/ x' }])(
    'has nothing of an app about it, such as %j',
    (headers) =>
      withApp(async (app) => {
        expect(await upload(app, await app.visitor(), { headers })).toBe(400);
      }),
  );

  test('is named by its type', () =>
    withApp(async (app) => {
      expect(await upload(app, await app.visitor(), { name: 'photo.jpg' })).toBe(415);
    }));
});

describe('fields', () => {
  test('such as the visit are the visitor’s own', () =>
    withApp(async (app) => {
      const visitor = await app.visitor();
      expect((await app.schedule(visitor, { visit_id: '' })).status).toBe(400);
    }));

  test('such as a profile are taken once only, unless they are to be written over', () =>
    withApp(async (app) => {
      const visitor = await app.visitor();
      const { track_id, visit_id } = visitor;
      const put = (attrs: object, rest = {}) => {
        const body = { attrs, track_id, ent_id: '100001', visit_id, ...rest };
        return app.sealed(visitor, 'client/attrs', body, { method: 'PUT' });
      };
      await put({ name: '一' });
      await put({ name: '二', openid: 'x' });
      expect(app.meiqia.visitorOf(OWN_ID)?.attrs).toEqual({ name: '一' });
      await put({ openid: 'x' }, { overwrite: true });
      expect(app.meiqia.visitorOf(OWN_ID)?.attrs).toEqual({ name: '一', openid: 'x' });
    }));

  test('such as the thumbnail of a video are a view of that video', () =>
    withApp(async (app) => {
      const visitor = await app.visitor();
      await app.schedule(visitor);
      const policy = { ent_id: '100001', content_type: 'video', filename: 'v.mp4' };
      const { json } = await app.plain('upload/oss/policies', policy);
      const { url, fields } = json.policy as { url: string; fields: Record<string, string> };
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append('file', new File(['\0\0\0\x18ftypmp42'], 'v.mp4', { type: 'video/mp4' }));
      await fetch(url, { method: 'POST', body: form });
      const thumb_url = `${json.file_url}?x-oss-process=video/snapshot,t_0,f_jpg,w_0,h_0,ar_auto`;
      const extra = { filename: 'v.mp4', size: 12, type: 'video', thumb_url };
      const send = (change: object) =>
        app.send(visitor, { type: 'video', content: fields.key, extra: { ...extra, ...change } });
      expect((await send({ thumb_url: `${json.file_url}` })).status).toBe(400);
      expect((await send({ size: 11 })).status).toBe(400);
      expect((await send({})).status).toBe(200);
    }));

  test('such as those of a receipt are bare numbers, and no others', () =>
    withApp(async (app) => {
      const visitor = await app.visitor();
      await app.schedule(visitor);
      const id = app.meiqia.agentSends(OWN_ID, { contentType: 'text', content: '您好' });
      const conv = app.meiqia.conversationOf(OWN_ID)?.id;
      const tell = (raw: string) => app.plain('client/msg_delivered', {}, { raw });
      const ids = `"ent_id":100001,"track_id":"${visitor.track_id}","conv_id":${conv}`;
      expect((await tell(`{${ids},"msg_ids":["${id}"]}`)).status).toBe(400);
      expect((await tell(`{${ids},"msg_ids":[${id}],"app_key":"${APP_KEY}"}`)).status).toBe(400);
      expect((await tell(`{${ids},"msg_ids":[${id}]}`)).status).toBe(200);
      expect(app.meiqia.delivered).toEqual([id]);
    }));
});

async function upload(
  { meiqia }: App,
  { track_id: id }: Known,
  {
    name = 'file.jpeg',
    query = '',
    headers = {},
  }: { name?: string; query?: string; headers?: Record<string, string> } = {},
): Promise<number> {
  const form = new FormData();
  form.set('file', new File([new Uint8Array([0xff, 0xd8, 0xff, 0xe0])], name, { type: 'image/jpeg' }));
  const url = `${meiqia.url}/upload?user_id=${id}&ent_id=100001${query}`;
  const { status } = await fetch(url, { method: 'POST', body: form, headers });
  return status;
}

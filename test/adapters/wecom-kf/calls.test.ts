import { describe, expect, test } from 'vitest';
import { hintIn } from '../../../adapters/wecom-kf/answer.ts';
import { createApi, type WecomApi } from '../../../adapters/wecom-kf/api.ts';
import { linkFor } from '../../../adapters/wecom-kf/link.ts';
import { wecomKfSettings } from '../../../adapters/wecom-kf/settings.ts';
import { passOn } from '../../../adapters/wecom-kf/sync.ts';
import type { HttpCall } from '../../../src/ports/http.ts';
import type { Log } from '../../../src/ports/log.ts';
import { KF, NOW, settings } from './desk.ts';

const { signal } = new AbortController();
const token = '{"errcode":0,"errmsg":"ok","access_token":"accesstoken000001","expires_in":7200}';

/** The API before somebody who answers everything by this, and what he was asked. */
function open(answer: string, given: Record<string, unknown> = {}) {
  const calls: HttpCall[] = [];
  const log: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => log };
  const parsed = wecomKfSettings.parse({ ...settings, ...given });
  const cached = async (_key: string, load: () => Promise<{ readonly value: string }>) =>
    (await load()).value;
  const tools = {
    async fetch(call: HttpCall) {
      calls.push(call);
      const body = Buffer.from(call.name === '/cgi-bin/gettoken' ? token : answer);
      return { kind: 'answer', status: 200, headers: {}, body } as const;
    },
    now: () => NOW,
    log,
    cached,
    forget: async () => undefined,
  };
  return { api: createApi(parsed, tools), calls, settings: parsed, cached };
}

/** The call that somebody makes, as the examples write it. */
async function callOf(
  make: (api: WecomApi) => Promise<unknown>,
  { answer = '{"errcode":0,"errmsg":"ok"}', given = {} }: { answer?: string; given?: object } = {},
) {
  const { api, calls } = open(answer, { ...given });
  await make(api);
  const [asked, call] = calls;
  const url = new URL(call?.url ?? '');
  return {
    asked: asked?.url,
    line: `${call?.method} ${url.pathname}${url.search}`,
    type: call?.headers?.['content-type'],
    body: call?.body?.toString() ?? '',
  };
}

describe('the calls of the examples', () => {
  const chat = { openKfid: KF, external: 'wmSimA' };
  const text = (content: string) => ({ msgtype: 'text', text: { content } }) as const;

  test('gettoken', async () => {
    const { asked } = await callOf((api) => api.state(chat, signal));
    expect(asked).toBe(
      `https://qyapi.weixin.qq.com/cgi-bin/gettoken?corpid=ww1a2b3c4d5e6f7a8b&corpsecret=${settings.secret}`,
    );
  });

  test.each<readonly [string, (api: WecomApi) => Promise<unknown>, object]>([
    [
      'kf/sync_msg',
      (api) =>
        api.syncMessages({ openKfid: KF, cursor: '4gw7MepFLfgF2VC5npN', token: 'ENCsimToken0001' }, signal),
      {
        cursor: '4gw7MepFLfgF2VC5npN',
        token: 'ENCsimToken0001',
        limit: 1000,
        voice_format: 0,
        open_kfid: 'wkSimAAAAkf0000000000000000000001',
      },
    ],
    [
      'kf/send_msg',
      (api) => api.sendMessage({ ...chat, msgid: 'h0123456789abcdef0123456789abcde', text: '你好' }, signal),
      {
        touser: 'wmSimA',
        open_kfid: KF,
        msgid: 'h0123456789abcdef0123456789abcde',
        msgtype: 'text',
        text: { content: '你好' },
      },
    ],
    [
      'kf/send_msg_on_event',
      (api) => api.sendOnEvent({ code: 'CODE', msgid: 'm1', content: text('你好') }, signal),
      { code: 'CODE', msgid: 'm1', msgtype: 'text', text: { content: '你好' } },
    ],
    ['kf/service_state/get', (api) => api.state(chat, signal), { open_kfid: KF, external_userid: 'wmSimA' }],
    [
      'kf/service_state/trans',
      (api) => api.moveState({ ...chat, state: 3, servicer: 'zhangsan' }, signal),
      { open_kfid: KF, external_userid: 'wmSimA', service_state: 3, servicer_userid: 'zhangsan' },
    ],
    ['kf/add_contact_way', (api) => api.addContactWay(KF, 'mpbridge'), { open_kfid: KF, scene: 'mpbridge' }],
    [
      'kf/customer/batchget',
      (api) => api.customers(['wmSimA'], signal),
      { external_userid_list: ['wmSimA'], need_enter_session_context: 1 },
    ],
    ['kf/account/list', (api) => api.accounts(signal), { offset: 0, limit: 100 }],
  ])('%s', async (path, make, body) => {
    const call = await callOf(make);
    expect(call.line).toBe(`POST /cgi-bin/${path}?access_token=accesstoken000001`);
    expect(call.type).toBe('application/json');
    expect(JSON.parse(call.body)).toEqual(body);
  });

  test('kf/servicer/list, user/get and media/get', async () => {
    const lines = [
      (await callOf((api) => api.servicers(KF, signal))).line,
      (await callOf((api) => api.member('zhangsan', signal))).line,
    ];
    expect(lines).toEqual([
      `GET /cgi-bin/kf/servicer/list?access_token=accesstoken000001&open_kfid=${KF}`,
      'GET /cgi-bin/user/get?access_token=accesstoken000001&userid=zhangsan',
    ]);
    expect(await open('').api.mediaUrl('MEDIA_ID')).toBe(
      'https://qyapi.weixin.qq.com/cgi-bin/media/get?access_token=accesstoken000001&media_id=MEDIA_ID',
    );
  });

  test('media/upload: one part, named media', async () => {
    const file = {
      as: 'image',
      name: 'a.png',
      type: 'application/octet-stream',
      bytes: Buffer.from('\x89PNG..'),
    } as const;
    const { line, type, body } = await callOf((api) => api.upload(file, signal));
    expect(line).toBe('POST /cgi-bin/media/upload?access_token=accesstoken000001&type=image');
    const boundary = type?.split('boundary=')[1];
    expect(
      body.startsWith(`--${boundary}\r\nContent-Disposition: form-data; name="media"; filename="a.png"\r\n`),
    ).toBe(true);
    expect(body.split(`--${boundary}`)).toHaveLength(3);
  });

  test('message/send, where equal words are dropped within a minute', async () => {
    const given = { app: { duplicateCheckSec: 60 } };
    const { line, body } = await callOf(
      (api) => api.sendToMember('zhangsan', text('【#K7】小明：在吗'), signal),
      { given },
    );
    expect(line).toBe('POST /cgi-bin/message/send?access_token=accesstoken000001');
    expect(JSON.parse(body)).toEqual({
      touser: 'zhangsan',
      agentid: 1000002,
      msgtype: 'text',
      text: { content: '【#K7】小明：在吗' },
      enable_duplicate_check: 1,
      duplicate_check_interval: 60,
    });
  });
});

describe('the answers of the examples', () => {
  test('a page of sync_msg is the last one, and the next begins at its cursor', async () => {
    const answer = await open(
      '{"errcode":0,"errmsg":"ok","next_cursor":"4gw7MepFLfgF2VC5npN","has_more":0,"msg_list":[]}',
    ).api.syncMessages({ openKfid: KF }, signal);
    expect(answer.kind === 'ok' && passOn({}, answer.fields)).toEqual({
      cursor: '{"at":"4gw7MepFLfgF2VC5npN"}',
      more: false,
      isStuck: false,
    });
  });

  test('a link is passed on with the reference behind it, and nothing else changed', async () => {
    const {
      api,
      settings: parsed,
      cached,
    } = open(
      '{"errcode":0,"errmsg":"ok","url":"https://work.weixin.qq.com/kf/kfcbf8f8d07ac7215f?enc_scene=ENCGFSDF567DF"}',
    );
    const desk = { settings: parsed, api, cached, now: () => NOW };
    expect(await linkFor(desk, { ref: 'a=1&b=2', openKfid: KF })).toEqual({
      kind: 'link',
      url: 'https://work.weixin.qq.com/kf/kfcbf8f8d07ac7215f?enc_scene=ENCGFSDF567DF&scene_param=a%3D1%26b%3D2',
    });
  });

  test('an upload is known by its media_id, though its time is a text', async () => {
    const answer = await open(
      '{"errcode":0,"errmsg":"","type":"image","media_id":"1G6nrLmr5EC3MMb_-zK1dDdzmd0p7cNliYu9V5w7o8K0","created_at":"1380000000"}',
    ).api.upload({ as: 'image', name: 'a.png', type: 'image/png', bytes: Buffer.alloc(6) }, signal);
    expect(answer).toMatchObject({
      kind: 'ok',
      fields: { media_id: '1G6nrLmr5EC3MMb_-zK1dDdzmd0p7cNliYu9V5w7o8K0' },
    });
  });

  test('an error is known by its number, and by its hint to whoever asks WeCom', async () => {
    const body =
      '{"errcode":95018,"errmsg":"send msg session status invalid, hint: [1750671663464083173076547], from ip: 1.2.3.4, more info at https://open.work.weixin.qq.com/devtool/query?e=95018"}';
    const answer = await open(body).api.sendMessage(
      { openKfid: KF, external: 'wmSimA', msgid: 'm', text: '' },
      signal,
    );
    expect(answer).toEqual({ kind: 'said', code: 95018 });
    expect(hintIn({ kind: 'answer', status: 200, headers: {}, body: Buffer.from(body) })).toBe(
      '1750671663464083173076547',
    );
  });
});

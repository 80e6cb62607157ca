import { type PretendedWeChat, startWeChat, type WeChatOptions } from '../../sandbox/vendors/wechat.ts';
import { openBridgeDouble } from './bridge-double.ts';

export const NOW = 1_700_000_000_000;
export const OPENID = 'oSim0000000000000000000user1';
export const KEY = 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY';

export const account = {
  appid: 'wx1a2b3c4d5e6f7a8b',
  secret: 'app-secret-of-the-tests',
  token: 'mpPushToken01',
  encodingAESKey: KEY,
  originalId: 'gh_0a1b2c3d4e5f',
  kind: 'miniprogram',
  mode: 'plain',
  format: 'json',
} as const;

/** A pretended WeChat, the place where it pushes, and a clock that is moved by hand. */
export async function openBench(options: Partial<WeChatOptions> = {}) {
  const clock = { now: NOW };
  const now = () => clock.now;
  const bridge = await openBridgeDouble(now);
  const wechat = await startWeChat({ ...account, now, ...options });
  const freshToken = async () => {
    const asked = { grant_type: 'client_credential', appid: account.appid, secret: account.secret };
    return String((await post(wechat, '/cgi-bin/stable_token', asked)).access_token);
  };
  /** An API call with a token that is good now. */
  const call = async (path: string, body: unknown) => {
    return post(wechat, `/cgi-bin/${path}?access_token=${await freshToken()}`, body);
  };
  return {
    wechat,
    bridge,
    clock,
    freshToken,
    call,
    send: (text: string, openid = OPENID) =>
      call('message/custom/send', { touser: openid, msgtype: 'text', text: { content: text } }),
    /** The visitor writes, so that sends are granted. */
    grant: () => wechat.actSilently(OPENID, 'message'),
    async [Symbol.asyncDispose]() {
      await wechat.close();
      await bridge.close();
    },
  };
}

/** Posts JSON, or a body as it is. */
export async function post(
  wechat: PretendedWeChat,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const isReady = typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream;
  const response = await fetch(wechat.url + path, {
    method: 'POST',
    headers,
    body: isReady ? body : JSON.stringify(body),
    duplex: 'half',
  } as RequestInit); // `duplex` is missing in the type: a stream needs it
  const text = await response.text();
  return response.status === 200 ? JSON.parse(text) : { status: response.status };
}

export function wrapMedia(
  bytes: Buffer,
  { name = 'media', filename = 'a.png', boundary = 'b1' } = {},
): { readonly body: Buffer; readonly headers: Record<string, string> } {
  const head = `--b1\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: image/png\r\n\r\n`;
  return {
    headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--b1--\r\n')]),
  };
}

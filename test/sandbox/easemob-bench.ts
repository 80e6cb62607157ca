import { signRest } from '../../sandbox/vendors/easemob/signature.ts';
import { type EasemobOptions, startEasemob } from '../../sandbox/vendors/easemob.ts';
import { openBridgeDouble } from './bridge-double.ts';

export const NOW = 1_700_000_000_000;
export const SERVICE = 'kefuchannelimid_100001';
export const NAME = 'wx-n5aueq27ge';
export const app = {
  orgName: 'acme',
  appName: 'shop',
  clientId: 'YXA6-id',
  clientSecret: 'YXA6-secret',
  imServiceNumber: SERVICE,
  callbackSecret: 'madeUpCallbackSecret01',
};
export const association = {
  tenantId: '5833',
  channelId: '260',
  clientId: 'a0000000-0000-4000-8000-000000000001',
  clientSecret: '0123456789abcdef0123456789abcdef',
};
export const REST_PATH = '/api/tenants/5833/rest/channels/260/messages';

/** How a call is made otherwise than it should be. */
export interface Change {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly body?: string | Buffer;
}

export type Bench = Awaited<ReturnType<typeof openBench>>;

/** A pretended Easemob, the place where it calls back, and a clock that is moved by hand. */
export async function openBench(options: Partial<EasemobOptions> = {}) {
  const clock = { now: NOW };
  const now = () => clock.now;
  const bridge = await openBridgeDouble(now);
  const rest = { ...association, callbackUrl: bridge.url };
  const easemob = await startEasemob({ ...app, callbackUrl: bridge.url, rest, now, ...options });
  async function call(path: string, body: unknown, change: Change = {}) {
    const method = change.method ?? 'POST';
    const response = await fetch(easemob.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...change.headers },
      ...(method === 'POST' && { body: change.body ?? JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, json: text === '' ? undefined : JSON.parse(text) };
  }
  const token = async () => {
    const { json } = await call('/acme/shop/token', {
      grant_type: 'client_credentials',
      client_id: app.clientId,
      client_secret: app.clientSecret,
    });
    return String(json.access_token);
  };
  const im = async (path: string, body: unknown, change: Change = {}) =>
    call(`/acme/shop${path}`, body, {
      ...change,
      headers: { authorization: `Bearer ${await token()}`, ...change.headers },
    });
  return {
    easemob,
    bridge,
    clock,
    call,
    token,
    im,
    /** Registers the visitor of the examples, and sends a message of his. */
    async say(msg: string, id = 'id-1', change: Record<string, unknown> = {}) {
      await im('/users', { username: NAME });
      return im('/messages/users', { ...messageOf(msg, id), ...change });
    },
    /** By the REST channel, signed. */
    rest(body: unknown, change: Change & { readonly expires?: string; readonly secret?: string } = {}) {
      const bytes = Buffer.from(change.body ?? JSON.stringify(body));
      const expires = change.expires ?? String(clock.now + 60_000);
      const secret = change.secret ?? association.clientSecret;
      const signature = signRest(secret, { path: REST_PATH, expires, body: bytes });
      return call(REST_PATH, body, {
        ...change,
        body: bytes,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'x-auth-expires': expires,
          authorization: `hmac ${association.clientId}:${signature}`,
          ...change.headers,
        },
      });
    },
    /** Waits until so many callbacks in all were done with, and gives their bodies. */
    async calledBack(count: number) {
      while (easemob.callbacks.count < count) await easemob.callbacks.next();
      return bridge.calls.map(({ body }) => JSON.parse(body.toString()));
    },
    async [Symbol.asyncDispose]() {
      await easemob.close();
      await bridge.close();
    },
  };
}

export function messageOf(msg: string, id = 'id-1') {
  return {
    from: NAME,
    to: [SERVICE],
    type: 'txt',
    body: { msg },
    ext: { weichat: { msg_id_for_ack: id, visitor: { userNickname: '微信用户' } } },
  };
}

export function restMessageOf(msg: string, change: object = {}) {
  return {
    bodies: [{ type: 'txt', msg }],
    ext: { visitor: { callback_user: 'oABC_1', user_nickname: '微信用户' } },
    msg_id: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
    origin_type: 'rest',
    from: 'oABC_1',
    timestamp: NOW,
    ...change,
  };
}

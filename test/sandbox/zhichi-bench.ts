import { createHash } from 'node:crypto';
import { startZhichi, type ZhichiOptions } from '../../sandbox/vendors/zhichi.ts';
import { openBridgeDouble } from './bridge-double.ts';

/** Near the times of all worked examples. */
export const NOW = 1_700_000_100_000;
export const APP_ID = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
export const APP_KEY = 'madeUpAppKey01';
export const VISITOR = 'wx1a2b3c4d5e6f7a8b_oABC_1';

export const one = { id: 'ag01', name: '小李', isOnline: true, capacity: 1 };
export const other = { id: 'ag02', name: '小王', isOnline: true, capacity: 1 };
export const groups = [{ id: 'g1', name: '售后', agentIds: ['ag02'] }];

export const done = {
  status: 200,
  type: 'application/json',
  body: '{"ret_code":"000000","ret_msg":"success"}',
};

/** How a call is made otherwise than it should be. */
export interface Change {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly body?: string | Buffer;
}

export type Bench = Awaited<ReturnType<typeof openBench>>;

/** A pretended Zhichi, the place where it pushes, and a clock that is moved by hand. */
export async function openBench(options: Partial<ZhichiOptions> = {}) {
  const clock = { now: NOW };
  const now = () => clock.now;
  const bridge = await openBridgeDouble(now);
  bridge.answer = () => done;
  const pushUrl = `${bridge.url}/push-secret`;
  const keys = { appId: APP_ID, appKey: APP_KEY };
  const zhichi = await startZhichi({
    ...keys,
    pushUrl,
    resendAfterMs: 0,
    forwardAfterMs: 0,
    now,
    ...options,
  });
  let token: string | undefined;

  async function fetchToken(change: Readonly<Record<string, string>> = {}) {
    const time = String(Math.floor(clock.now / 1000));
    const sign = createHash('md5').update(`${APP_ID}${time}${APP_KEY}`).digest('hex');
    const query = new URLSearchParams({ appid: APP_ID, create_time: time, sign, ...change });
    const answer = await fetch(`${zhichi.url}/api/get_token?${query}`);
    const said = (await answer.json()) as Answer;
    if (said.item?.token !== undefined) token = String(said.item.token);
    return said;
  }
  async function call(path: string, body: unknown, change: Change = {}): Promise<Answer> {
    if (token === undefined) await fetchToken();
    const { method = 'POST' } = change;
    const response = await fetch(zhichi.url + (path.startsWith('/') ? path : `/api/chat/5/user/${path}`), {
      method,
      headers: {
        'Content-Type': 'application/json;charset=UTF-8',
        token: token ?? '',
        ...change.headers,
      },
      ...(method === 'POST' && { body: change.body ?? JSON.stringify(body) }),
    });
    const text = await response.text();
    return response.status === 200 ? JSON.parse(text) : { status: response.status };
  }
  return {
    zhichi,
    bridge,
    clock,
    fetchToken,
    call,
    connect: (fields: object = {}, partnerid = VISITOR) => call('chat_connect', { partnerid, ...fields }),
    send: (content = '在吗', partnerid = VISITOR) => call('chat_send', { partnerid, content }),
    /** What was pushed so far, in order of arrival. */
    pushed: () => bridge.calls.map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>),
    async [Symbol.asyncDispose]() {
      await zhichi.close();
      await bridge.close();
    },
  };
}

/** What a call is answered. `status`: an HTTP status other than 200. */
export interface Answer {
  readonly ret_code?: string;
  readonly item?: Readonly<Record<string, unknown>>;
  readonly items?: readonly Readonly<Record<string, unknown>>[];
  readonly status?: number;
}

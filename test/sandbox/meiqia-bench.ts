import { createCipheriv, createDecipheriv } from 'node:crypto';
import { type MeiqiaOptions, type PretendedMeiqia, startMeiqia } from '../../sandbox/vendors/meiqia.ts';

export const APP_KEY = '3c1f0e5a9b7d4c2e8f6a1b0c9d8e7f60';
export const SECRET_KEY = '$2a$12$madeUp';
export const OWN_ID = 'oAbCdEfGhIjKlMnOpQrStUvWxYz0';
export const NOW = 1_767_601_798_123;

/** A visitor as an app knows him. */
export interface Known {
  readonly track_id: string;
  readonly enterprise_id: string;
  readonly browser_id: string;
  readonly visit_id: string;
  readonly aes_key: string;
}

export interface Said {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

/** How a call is made; what is given wins over what the app does. */
export interface Manner {
  readonly method?: string;
  readonly headers?: Record<string, string | undefined>;
  readonly query?: Record<string, string | undefined>;
  /** The bytes, in place of what the body would become. */
  readonly raw?: string;
}

/** A pretended Meiqia, and an app that calls it as the SDK does: written by hand, without a line of the adapter. */
export async function openApp(options: Partial<MeiqiaOptions> = {}) {
  const clock = { now: NOW };
  const meiqia = await startMeiqia({
    appKey: APP_KEY,
    secretKey: SECRET_KEY,
    now: () => clock.now,
    ...options,
  });

  async function call(
    path: string,
    body: object | undefined,
    manner: Manner,
    given: Record<string, string>,
  ): Promise<Said> {
    const { method = body === undefined ? 'GET' : 'POST' } = manner;
    const headers = {
      'user-agent': 'Mozilla/5.0 (Linux; Android 13; x) MeiqiaSDK/ Source/SDK4.1.5 Language/zh',
      app_version: '4.1.5',
      app_platform: 'android_sdk',
      app_channel: 'sdk',
      ...(body !== undefined && { 'content-type': 'application/json; charset=utf-8' }),
      ...given,
      ...manner.headers,
    };
    const query = method === 'PUT' ? {} : { ent_id: '100001', src: 'android_sdk' };
    const whole = new URLSearchParams(defined({ ...query, ...manner.query }));
    const text = manner.raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const answer = await fetch(`${meiqia.url}/${path}?${whole}`, {
      method,
      headers: defined(headers),
      ...(text !== undefined && { body: text }),
    });
    return { status: answer.status, json: JSON.parse((await answer.text()) || '{}') };
  }

  const prove = ({ track_id: id }: Known) => ({
    authorization: `${APP_KEY}:${id}:${Math.floor(clock.now / 1000) + 60}`,
  });
  return {
    meiqia,
    clock,
    plain: (path: string, body: object, manner: Manner = {}) => call(path, body, manner, {}),
    proved: (of: Known, path: string, body?: object, manner: Manner = {}) =>
      call(path, body, manner, prove(of)),
    /** The answer is opened. */
    async sealed(of: Known, path: string, body: object, manner: Manner = {}): Promise<Said> {
      const raw = seal(JSON.stringify(body), of.aes_key);
      const { status, json } = await call(path, body, { raw, ...manner }, prove(of));
      const { ret } = json;
      return { status, json: typeof ret === 'string' ? JSON.parse(unseal(ret, of.aes_key)) : json };
    },
    /** A visitor with his own id. */
    async visitor(ownId = OWN_ID): Promise<Known> {
      const made = (await this.plain('sdk/init_sdk_user', { app_key: APP_KEY })).json as unknown as Known;
      await this.sealed(made, 'sdk/get_dev_client_id', { dev_client_id: ownId });
      return made;
    },
    schedule(of: Known, change: object = {}) {
      const ids = { visit_id: of.visit_id, track_id: of.track_id, ent_id: 100001 };
      return this.sealed(of, 'scheduler', {
        fallback: 3,
        ...ids,
        no_reallocate: true,
        queueing: true,
        ...change,
      });
    },
    send(of: Known, change: object = {}) {
      const ids = { browser_id: of.browser_id, track_id: of.track_id, ent_id: '100001' };
      return this.sealed(of, 'client/send_msg', { ...ids, type: 'text', content: '你好', ...change });
    },
  };
}

export type App = Awaited<ReturnType<typeof openApp>>;

/** Runs with an app, and closes what it calls whatever becomes of it. */
export async function withApp(
  run: (app: App & { readonly meiqia: PretendedMeiqia }) => Promise<void>,
  options: Partial<MeiqiaOptions> = {},
): Promise<void> {
  const app = await openApp(options);
  try {
    await run(app);
  } finally {
    await app.meiqia.close();
  }
}

export function seal(text: string, key: string): string {
  const iv = Buffer.alloc(16);
  const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, iv);
  return Buffer.concat([iv, cipher.update(text), cipher.final()]).toString('base64');
}

function unseal(text: string, key: string): string {
  const bytes = Buffer.from(text, 'base64');
  const decipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, bytes.subarray(0, 16));
  return Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]).toString();
}

function defined(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

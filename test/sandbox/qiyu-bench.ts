import { createHash } from 'node:crypto';
import { type PretendedQiyu, type QiyuOptions, startQiyu } from '../../sandbox/vendors/qiyu.ts';
import { openBridgeDouble } from './bridge-double.ts';

export const SECRET = '0F1E2D3C4B5A69788796A5B4C3D2E1F0';
/** Near the times of all worked examples. */
export const NOW = 1_700_000_100_000;
export const UID = 'oABC_1';

export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=',
  'base64',
);

/** How a call is made otherwise than it should be; `null` leaves a parameter out. */
export interface Change {
  readonly query?: Readonly<Record<string, string | null>>;
  readonly type?: string;
  readonly method?: string;
  readonly body?: string | Buffer;
  /** The checksum is made over this. */
  readonly content?: string | Buffer;
}

export type Bench = Awaited<ReturnType<typeof openBench>>;

/** A pretended Qiyu without limits to its rate, the place where it calls back, and a clock that is moved by hand. */
export async function openBench(options: Partial<QiyuOptions> = {}) {
  const clock = { now: NOW };
  const now = () => clock.now;
  const bridge = await openBridgeDouble(now);
  const qiyu = await startQiyu({
    appKey: 'key1',
    appSecret: SECRET,
    callbackUrl: bridge.url,
    resendAfterMs: 0,
    perInterfaceRate: Number.POSITIVE_INFINITY,
    perTenantRate: Number.POSITIVE_INFINITY,
    now,
    ...options,
  });
  const call = (path: string, body: unknown, change: Change = {}) =>
    callQiyu(qiyu, clock, { path, body, change });
  return {
    qiyu,
    bridge,
    clock,
    call,
    /** Applies for a human. */
    apply: (uid = UID, fields: object = {}) => call('event/applyStaff', { uid, staffType: 1, ...fields }),
    send: (uid = UID, content = '在吗') => call('message/send', { uid, msgType: 'TEXT', content }),
    async [Symbol.asyncDispose]() {
      await qiyu.close();
      await bridge.close();
    },
  };
}

export const one = { id: 143, name: '小李', isOnline: true, capacity: 1 };
export const other = { id: 1234, name: 'lantian', isOnline: true, capacity: 1 };
export const robot = { id: 9, name: '小七', greeting: '我是机器人' };
export const groups = [{ id: 5, name: '售后', agentIds: [1234] }];

/** Types and bodies of what was called back so far, in the order of arrival. */
export function calledBack({
  bridge,
}: Bench): readonly (readonly [string | null, Record<string, unknown>])[] {
  return bridge.calls.map(({ query, body }) => [query.get('eventType'), JSON.parse(body.toString())]);
}

/** Waits until `count` callbacks are done. */
export async function expectCallbacks(bench: Bench, count: number) {
  for (let done = bench.qiyu.callbacks.count; done < count; done += 1) await bench.qiyu.callbacks.next();
  return calledBack(bench);
}

async function callQiyu(
  qiyu: PretendedQiyu,
  clock: { readonly now: number },
  { path, body, change }: { readonly path: string; readonly body: unknown; readonly change: Change },
): Promise<Record<string, unknown>> {
  const bytes = change.body ?? JSON.stringify(body);
  const time = change.query?.time ?? String(Math.floor(clock.now / 1000));
  const md5 = createHash('md5')
    .update(change.content ?? bytes)
    .digest('hex');
  const checksum = createHash('sha1')
    .update(SECRET + md5 + time)
    .digest('hex');
  const query = Object.entries({ appKey: 'key1', time, checksum, ...change.query });
  const pairs = query.filter((pair): pair is [string, string] => pair[1] !== null);
  const method = change.method ?? 'POST';
  const response = await fetch(`${qiyu.url}/openapi/${path}?${new URLSearchParams(pairs)}`, {
    method,
    headers: { 'Content-Type': change.type ?? 'application/json;charset=utf-8' },
    ...(method === 'POST' && { body: bytes }),
  });
  const text = await response.text();
  return response.status === 200 ? JSON.parse(text) : { status: response.status };
}

/** The body and content type of `message/uploadFile`. */
export function wrapFile(
  bytes: Buffer,
  { name = 'file', filename = '图.png' as string | null } = {},
): Change {
  const disposition = `form-data; name="${name}"${filename === null ? '' : `; filename="${filename}"`}`;
  const head = `--b1\r\nContent-Disposition: ${disposition}\r\nContent-Type: image/png\r\n\r\n`;
  return {
    type: 'multipart/form-data; boundary=b1',
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--b1--\r\n')]),
    content: bytes,
  };
}

export const plainType = 'text/plain;charset=ISO-8859-1';

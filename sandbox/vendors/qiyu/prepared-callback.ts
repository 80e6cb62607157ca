import { randomBytes } from 'node:crypto';
import type { JsonRecord } from '../json.ts';
import type { CallbackFormat, QiyuSettings } from './settings.ts';
import { signContent, signNonce } from './signature.ts';

/** A callback ready to be sent, and sent again. */
export interface PreparedCallback {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What an attacker, or a wrong console setting, would do otherwise. */
export interface Forgery {
  /** Signs with this secret. */
  readonly appSecret?: string;
  /** Seconds; signed. */
  readonly time?: number | string;
  readonly isUpperCase?: boolean;
  /** Replaces query parameters after signing: `null` leaves one out, a list sends it several times. */
  readonly query?: Readonly<Record<string, string | null | readonly string[]>>;
  /** Sent in place of the body, with the query as signed. */
  readonly body?: string | Buffer;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface CallbackContent {
  readonly eventType: string;
  /** A string is sent as it stands, be it JSON or not. */
  readonly body: JsonRecord | string;
  readonly format?: CallbackFormat;
  readonly forgery?: Forgery;
}

/** Writes and signs a callback as the settings say. */
export function prepareCallback(
  settings: QiyuSettings,
  target: { readonly url: string; readonly now: number },
  { eventType, body, format = settings.callbackFormat, forgery = {} }: CallbackContent,
): PreparedCallback {
  const content = typeof body === 'string' ? body : writeJson(body, format);
  const time = String(forgery.time ?? Math.floor(target.now / 1000));
  const appSecret = forgery.appSecret ?? settings.appSecret;
  const nonce = randomBytes(8).toString('hex');
  const isNonce = settings.callbackScheme === 'nonce';
  const checksum = isNonce ? signNonce(appSecret, nonce, time) : signContent({ appSecret, content, time });
  const query = {
    eventType,
    ...(isNonce && { nonce }),
    time,
    checksum: forgery.isUpperCase ? checksum.toUpperCase() : checksum,
    ...forgery.query,
  };
  return {
    url: addQuery(target.url, query),
    method: forgery.method ?? 'POST',
    headers: { 'Content-Type': 'application/json;charset=utf-8', ...forgery.headers },
    body: Buffer.from(forgery.body ?? content),
  };
}

/** The same data in other bytes: raw UTF-8, indented, or with escapes for all but ASCII. */
export function writeJson(value: unknown, format: CallbackFormat): string {
  if (format === 'pretty') return JSON.stringify(value, null, 4);
  const text = JSON.stringify(value);
  if (format === 'compact') return text;
  return text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function addQuery(url: string, query: Readonly<Record<string, string | null | readonly string[]>>): string {
  const whole = new URL(url);
  for (const [name, value] of Object.entries(query)) {
    for (const each of typeof value === 'string' ? [value] : (value ?? []))
      whole.searchParams.append(name, each);
  }
  return whole.href;
}

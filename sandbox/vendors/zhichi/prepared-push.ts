import { createHash, randomInt } from 'node:crypto';
import type { JsonRecord } from '../json.ts';
import type { ZhichiSettings } from './settings.ts';

/** A push ready to be sent, and sent again. */
export interface PreparedPush {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What an attacker, or a wrong address, would do otherwise. */
export interface Forgery {
  /** In place of the last piece of the address. */
  readonly part?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Writes a push as the settings spell it. Nothing signs it: the address is all that proves it. */
export function preparePush(
  settings: ZhichiSettings,
  body: JsonRecord | string,
  forgery: Forgery = {},
): PreparedPush | undefined {
  const { pushUrl, pushFormat } = settings;
  if (pushUrl === undefined) return undefined;
  const url = forgery.part === undefined ? pushUrl : new URL(forgery.part, pushUrl).href;
  const isForm = pushFormat === 'form' && typeof body !== 'string';
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json;charset=UTF-8';
  return {
    url,
    method: forgery.method ?? 'POST',
    headers: { 'Content-Type': type, ...forgery.headers },
    body: Buffer.from(typeof body === 'string' ? body : writeBody(body, pushFormat)),
  };
}

/** A batch of the forwarding, with the headers that sign it: never the body. */
export function prepareForwarding(
  settings: ZhichiSettings,
  body: JsonRecord,
  now: number,
): PreparedPush | undefined {
  const { forwardUrl, companyId, forwardKey, signsForwarding } = settings;
  if (forwardUrl === undefined) return undefined;
  const [time, random] = [String(now), String(randomInt(1000))];
  const signed = {
    'X-Log-Sign': signLog(`${companyId}${time}${random}`, forwardKey),
    'X-Log-TimeStamp': time,
    'X-Log-RandomCode': random,
  };
  return {
    url: forwardUrl,
    method: 'POST',
    headers: { 'Content-Type': 'application/json;charset=UTF-8', ...(signsForwarding && signed) },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** Lower-case hex MD5 of company, milliseconds and random number, with the key behind them. */
export function signLog(content: string, key: string): string {
  return createHash('md5').update(`${content}${key}`).digest('hex');
}

function writeBody(body: JsonRecord, format: ZhichiSettings['pushFormat']): string {
  const text = JSON.stringify(body);
  switch (format) {
    case 'camel':
      return text;
    case 'snake':
      return JSON.stringify(
        Object.fromEntries(Object.entries(body).map(([name, value]) => [toSnake(name), value])),
      );
    case 'wrapped':
      return JSON.stringify({ data: text });
    case 'form':
      return new URLSearchParams({ data: text }).toString();
    default:
      return format satisfies never;
  }
}

function toSnake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

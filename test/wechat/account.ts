import { readFileSync } from 'node:fs';
import { encrypt, readKey } from '../../src/formats/envelope-cipher.ts';
import { signParts } from '../../src/formats/sorted-signature.ts';
import type { RawRequest } from '../../src/ports/request.ts';
import { type WeChatSettings, wechatSettings } from '../../src/wechat/settings.ts';

export const TOKEN = 'mpPushToken01';
export const KEY = 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY';
export const OTHER_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
export const APPID = 'wx1a2b3c4d5e6f7a8b';
export const ACCOUNT = 'gh_0a1b2c3d4e5f';
export const VISITOR = 'oSim0000000000000000000user1';
export const TIMESTAMP = '1700000000';
export const NONCE = '1597212914';
/** The moment of the worked examples, in milliseconds. */
export const NOW = 1_700_000_000_000;

/** Settings of the account in the worked examples. */
export function settingsWith(change: Record<string, unknown> = {}): WeChatSettings {
  return wechatSettings.parse({
    appid: APPID,
    originalId: ACCOUNT,
    secret: 'app-secret-of-the-tests',
    token: TOKEN,
    encodingAESKey: KEY,
    ...change,
  });
}

/** A push as WeChat sends it; `change` spoils or adds parameters of the query, `undefined` takes one out. */
export function postWith(body: string | Buffer, query: Record<string, string | undefined>): RawRequest {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, value);
  return { method: 'POST', path: '/wechat/shop', query: parameters, headers: {}, body: Buffer.from(body) };
}

export interface Signing {
  readonly token?: string;
  readonly timestamp?: string;
  readonly nonce?: string;
}

export function plainPush(body: string | Buffer, signing: Signing = {}): RawRequest {
  const { token = TOKEN, timestamp = TIMESTAMP, nonce = NONCE } = signing;
  return postWith(body, { signature: signParts([token, timestamp, nonce]), timestamp, nonce });
}

/** Wraps a plain body as the safe mode does. */
export function safePush(
  message: string,
  using: Signing & { readonly key?: string; readonly appid?: string; readonly format?: 'xml' | 'json' } = {},
): RawRequest {
  const { key = KEY, appid = APPID, format = message.trimStart().startsWith('{') ? 'json' : 'xml' } = using;
  const encrypted = encrypt(message, { key: readKey(key), receiver: appid, random: Buffer.alloc(16, 7) });
  const body =
    format === 'json'
      ? JSON.stringify({ ToUserName: ACCOUNT, Encrypt: encrypted })
      : `<xml><ToUserName><![CDATA[${ACCOUNT}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`;
  return signSafe(body, encrypted, using);
}

export function signSafe(body: string, encrypted: string, signing: Signing = {}): RawRequest {
  const { token = TOKEN, timestamp = TIMESTAMP, nonce = NONCE } = signing;
  return postWith(body, {
    signature: signParts([token, timestamp, nonce]),
    timestamp,
    nonce,
    openid: VISITOR,
    encrypt_type: 'aes',
    msg_signature: signParts([token, timestamp, nonce, encrypted]),
  });
}

export function getWith(query: Record<string, string>): RawRequest {
  return { ...postWith('', query), method: 'GET' };
}

export function payload(name: string): string {
  return readFileSync(new URL(`../vendors/payloads/wechat/${name}`, import.meta.url), 'utf8');
}

/** Reads a JSON text of `fields` with the common ones before it. */
export function jsonBody(fields: string): string {
  return `{"ToUserName":"${ACCOUNT}","FromUserName":"${VISITOR}","CreateTime":1700000000,${fields}}`;
}

import { randomInt } from 'node:crypto';
import { type Account, pushKeysOf } from './account.ts';
import { type PushMessage, writeBody } from './body.ts';
import { encryptMessage, signParts } from './cipher.ts';

/** A push ready to be sent, and sent again: a repeat is the same bytes with the same query. */
export interface PreparedPush {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** What an answer is judged by. */
  readonly account: Account;
  readonly openid: string;
  readonly nonce: string;
  readonly isEvent: boolean;
}

/** What an attacker, or a wrong console setting, would do otherwise. */
export interface Forgery {
  /** Signs, encrypts and wraps with these settings in place of the account's own. */
  readonly account?: Partial<Account>;
  /** Seconds. */
  readonly timestamp?: number | string;
  readonly nonce?: string;
  /** Replaces query parameters after signing: `null` leaves one out, a list sends it several times. */
  readonly query?: Readonly<Record<string, string | null | readonly string[]>>;
  /** Sent in place of the body, with the query as signed. */
  readonly body?: string | Buffer;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Signs and wraps a whole message by mode and format (WeChat, message push page). */
export function preparePush(
  account: Account,
  target: { readonly url: string; readonly now: number },
  { message, forgery = {} }: { readonly message: PushMessage; readonly forgery?: Forgery },
): PreparedPush {
  const used = { ...account, ...forgery.account };
  const keys = pushKeysOf(used);
  const timestamp = String(forgery.timestamp ?? Math.floor(target.now / 1000));
  const nonce = forgery.nonce ?? String(randomInt(100_000_000, 2_000_000_000));
  const encrypted = used.mode === 'plain' ? undefined : encryptMessage(keys, writeBody(used.format, message));
  const query = {
    signature: signParts([keys.token, timestamp, nonce]),
    timestamp,
    nonce,
    openid: message.FromUserName,
    ...(encrypted !== undefined && {
      encrypt_type: 'aes',
      msg_signature: signParts([keys.token, timestamp, nonce, encrypted]),
    }),
  };
  return {
    url: addQuery(target.url, { ...query, ...forgery.query }),
    method: forgery.method ?? 'POST',
    headers: { 'User-Agent': 'Mozilla/4.0', 'Content-Type': 'text/xml', ...forgery.headers },
    body: Buffer.from(forgery.body ?? wrap(used, message, encrypted)),
    account,
    openid: message.FromUserName,
    nonce,
    isEvent: message.MsgType === 'event',
  };
}

/** The request that verifies an address: a GET with `echostr`, alike in every mode. */
export function prepareVerification(
  account: Account,
  target: { readonly url: string; readonly now: number },
  forgery: Forgery = {},
): { readonly url: string; readonly echo: string } {
  const used = { ...account, ...forgery.account };
  const timestamp = String(forgery.timestamp ?? Math.floor(target.now / 1000));
  const nonce = forgery.nonce ?? String(randomInt(100_000_000, 2_000_000_000));
  const echo = String(randomInt(1_000_000_000, 280_000_000_000_000));
  const query = { signature: signParts([used.token, timestamp, nonce]), timestamp, nonce, echostr: echo };
  return { url: addQuery(target.url, { ...query, ...forgery.query }), echo };
}

function wrap(account: Account, message: PushMessage, encrypted: string | undefined): string {
  if (encrypted === undefined) return writeBody(account.format, message);
  const fields = account.mode === 'compatible' ? message : { ToUserName: account.originalId };
  return writeBody(account.format, { ...fields, Encrypt: encrypted });
}

export function addQuery(
  url: string,
  query: Readonly<Record<string, string | null | readonly string[]>>,
): string {
  const whole = new URL(url);
  for (const [name, value] of Object.entries(query)) {
    for (const each of typeof value === 'string' ? [value] : (value ?? []))
      whole.searchParams.append(name, each);
  }
  return whole.href;
}

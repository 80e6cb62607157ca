import { randomInt } from 'node:crypto';
import type { PushKeys } from './account.ts';
import { type Field, writeBody } from './body.ts';
import { encryptMessage, signParts } from './cipher.ts';
import { addQuery } from './prepared-push.ts';

/** An authorisation event ready to be sent, and sent again. */
export interface PreparedEvent {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What an attacker would do otherwise. */
export interface EventForgery {
  /** Signs and encrypts with these in place of the platform's own. */
  readonly keys?: Partial<PushKeys>;
  /** Seconds. */
  readonly timestamp?: number;
  /** Replaces query parameters after signing: `null` leaves one out. */
  readonly query?: Readonly<Record<string, string | null>>;
  /** Sent in place of the body, with the query as signed. */
  readonly body?: string;
  readonly method?: string;
}

/** Always encrypted, with the platform's AppID beside it in the clear (WeChat, third-party platforms, authorisation events). */
export function prepareEvent(
  component: PushKeys,
  target: { readonly url: string; readonly now: number },
  {
    fields,
    forgery = {},
  }: { readonly fields: { readonly [name: string]: Field }; readonly forgery?: EventForgery },
): PreparedEvent {
  const keys = { ...component, ...forgery.keys };
  const timestamp = String(forgery.timestamp ?? Math.floor(target.now / 1000));
  const nonce = String(randomInt(100_000_000, 2_000_000_000));
  const encrypted = encryptMessage(keys, writeBody('xml', { AppId: component.appid, ...fields }));
  const query = {
    signature: signParts([keys.token, timestamp, nonce]),
    timestamp,
    nonce,
    encrypt_type: 'aes',
    msg_signature: signParts([keys.token, timestamp, nonce, encrypted]),
  };
  return {
    url: addQuery(target.url, { ...query, ...forgery.query }),
    method: forgery.method ?? 'POST',
    headers: { 'User-Agent': 'Mozilla/4.0', 'Content-Type': 'text/xml' },
    body: Buffer.from(forgery.body ?? writeBody('xml', { AppId: component.appid, Encrypt: encrypted })),
  };
}

import { createHmac } from 'node:crypto';
import { readFields } from '../formats/fields.ts';
import { flatten } from '../formats/session-from.ts';
import { keepItems } from '../model/profile.ts';
import type { Fetch, HttpResult } from '../ports/http.ts';
import type { ProfileAnswer, ProfileSource } from '../ports/profile.ts';

/** How the merchant's server is reached, and how it knows who asks. */
export interface MerchantSettings {
  readonly url: string;
  /** The present secret, then the previous ones. None: the call is not signed. */
  readonly secrets: readonly string[];
  readonly bearer?: string;
  readonly ttlMs: number;
  readonly timeoutMs: number;
}

const mostBytes = 65_536;

/**
 * Asks the merchant's server about a visitor: POST of `{ tenant, appid, visitor, context? }`, signed where there is a
 * secret; the openid stands in the body, as URLs are logged. It answers 200 with a flat JSON object, or 204
 * or 404 where it does not know him. All it says is proved, as it comes from the merchant.
 */
export function createMerchant(
  settings: MerchantSettings,
  { fetch, now }: { readonly fetch: Fetch; readonly now: () => number },
): ProfileSource {
  const { url, secrets, bearer, ttlMs, timeoutMs } = settings;
  return {
    ttlMs,
    async ask(question, signal) {
      const body = JSON.stringify(question);
      const result = await fetch({
        method: 'POST',
        url,
        name: 'profile lookup',
        timeoutMs,
        connectTimeoutMs: Math.min(timeoutMs, 3000),
        maxBytes: mostBytes,
        signal,
        seal: () => ({
          url,
          headers: {
            accept: 'application/json',
            'content-type': 'application/json',
            ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
            ...(secrets.length > 0 && signQuestion(secrets, now(), body)),
          },
          body,
        }),
      });
      return readResult(result);
    },
  };
}

/**
 * `v1=` and the HMAC-SHA256, in hexadecimal digits, of `<x-kefu-timestamp>.<body>`, one for each secret, as during a change of
 * secrets nobody knows which one the other side has.
 */
export function signQuestion(
  secrets: readonly string[],
  now: number,
  body: string,
): Readonly<Record<'x-kefu-timestamp' | 'x-kefu-signature', string>> {
  const time = String(Math.floor(now / 1000));
  const signatures = secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`,
  );
  return { 'x-kefu-timestamp': time, 'x-kefu-signature': signatures.join(' ') };
}

function readResult(result: HttpResult): ProfileAnswer {
  if (result.kind !== 'answer') return { kind: 'failed', code: result.code };
  const { status, body } = result;
  if (status === 204 || status === 404) return { kind: 'known', items: [] };
  if (status !== 200) return { kind: 'failed', code: `http_${status}` };
  const fields = readFields(body.toString('utf8'));
  if (fields === undefined) return { kind: 'failed', code: 'unreadable' };
  return { kind: 'known', items: keepItems(flatten(fields), true) };
}

import { createHmac, timingSafeEqual } from 'node:crypto';

/** `v1,…`: HMAC-SHA256 over id, time and bytes, joined by full stops (Standard Webhooks 1.0.0, signature scheme). */
export function signBytes(
  secret: string,
  { id, time, body }: { readonly id: string; readonly time: string; readonly body: Uint8Array },
): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest('base64')}`;
}

export function isSigned(signature: string, expected: string): boolean {
  const [left, right] = [Buffer.from(signature), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

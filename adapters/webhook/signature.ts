import { isUtf8 } from 'node:buffer';
import { Webhook } from 'standardwebhooks';
import { isSameText } from '../../src/formats/same-text.ts';
import type { RawRequest } from '../../src/ports/request.ts';

/** The three headers of a call (Standard Webhooks 1.0.0, section on headers). */
export type SignedHeaders = Readonly<
  Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>
>;

/** Signs for all secrets at once, as during a rotation nobody knows which one the other side has. */
export function signCall(
  secrets: readonly string[],
  { id, now, body }: { readonly id: string; readonly now: number; readonly body: string },
): SignedHeaders {
  const at = new Date(now);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  };
}

export type Proof =
  | { readonly kind: 'proved'; readonly id: string; readonly at: number; readonly text: string }
  | { readonly kind: 'unproved'; readonly reason: 'headers' | 'body' | 'signature' | 'timestamp' };

/**
 * Proves a callback over its raw bytes. The library's own `verify` asks the machine for the time and parses the body;
 * here the clock is an argument, and nothing is parsed that is not proved.
 */
export function proveCall(
  { headers, body }: Pick<RawRequest, 'headers' | 'body'>,
  given: { readonly secrets: readonly string[]; readonly toleranceSec: number; readonly now: number },
): Proof {
  const id = headers['webhook-id'] ?? '';
  const time = headers['webhook-timestamp'] ?? '';
  // What is signed is joined by full stops, so that an id with one could be moved into what stands behind it.
  if (!/^[\x21-\x2d\x2f-\x7e]{1,256}$/.test(id) || !/^[1-9]\d{0,11}$/.test(time)) return unproved('headers');
  // The library signs text: bytes that are no text would all be the same sign to it.
  if (!isUtf8(body)) return unproved('body');
  const at = Number(time) * 1000;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(body);
  const signatures = (headers['webhook-signature'] ?? '').split(' ');
  const isSigned = given.secrets
    .map((secret) => new Webhook(secret).sign(id, new Date(at), text))
    .some((expected) => signatures.some((signature) => isSameText(signature, expected)));
  if (!isSigned) return unproved('signature');
  if (Math.abs(given.now - at) > given.toleranceSec * 1000) return unproved('timestamp');
  return { kind: 'proved', id, at, text };
}

function unproved(reason: Extract<Proof, { kind: 'unproved' }>['reason']): Proof {
  return { kind: 'unproved', reason };
}

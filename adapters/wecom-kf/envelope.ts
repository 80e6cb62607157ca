import { type CipherKey, decrypt, readKey } from '../../src/formats/envelope-cipher.ts';
import { findSigner } from '../../src/formats/sorted-signature.ts';
import { type Fields, textOf } from '../../src/formats/text-fields.ts';
import { readXml } from '../../src/formats/xml.ts';
import type { RawRequest } from '../../src/ports/request.ts';
import type { CompanySettings } from './company-settings.ts';

/** `message`: proved and decrypted. `unreadable`: proved, but no XML that may be read. */
export type EnvelopeReading =
  | { readonly kind: 'refused'; readonly step: string; readonly status: 403 | 413 }
  | { readonly kind: 'challenge'; readonly echo: string }
  | { readonly kind: 'unreadable'; readonly reason: string; readonly text: string }
  | { readonly kind: 'message'; readonly fields: Fields };

/**
 * Proves and decrypts callbacks of a company (WeCom, callback configuration). What stands beside `Encrypt` in a body is not
 * proved, and not read. Pure.
 */
export function createEnvelopeReader(
  settings: Pick<CompanySettings, 'callback' | 'corpid' | 'callbackMaxSkewSec'>,
): (request: RawRequest, now: number) => EnvelopeReading {
  const { callback, corpid, callbackMaxSkewSec } = settings;
  const proof: Proof = {
    corpid,
    tokens: [callback.token, ...callback.previousTokens],
    keys: [callback.encodingAESKey, ...callback.previousEncodingAESKeys].map(readKey),
    maxSkewMs: callbackMaxSkewSec === 0 ? Number.POSITIVE_INFINITY : callbackMaxSkewSec * 1000,
  };
  return (request, now) => {
    if (request.part !== undefined) return refused('part');
    if (request.method === 'GET') return answerChallenge(proof, request.query, now);
    if (request.method !== 'POST') return refused('method');
    if (request.body.length > maxBodyBytes) return refused('body', 413);
    const encrypted = encryptedIn(request.body);
    if (encrypted === undefined) return refused('body');
    const proved = prove(proof, { query: request.query, encrypted, now });
    return proved.kind === 'message' ? readMessage(proved.message) : refused(proved.step);
  };
}

const maxBodyBytes = 1_048_576;

interface Proof {
  readonly corpid: string;
  readonly tokens: readonly string[];
  readonly keys: readonly CipherKey[];
  readonly maxSkewMs: number;
}

/** Whoever turned a plus into a space on the way has it turned back. */
function answerChallenge(proof: Proof, query: URLSearchParams, now: number): EnvelopeReading {
  const encrypted = query.get('echostr')?.replaceAll(' ', '+');
  if (encrypted === undefined) return refused('echostr');
  const proved = prove(proof, { query, encrypted, now });
  if (proved.kind !== 'message') return refused(proved.step);
  return { kind: 'challenge', echo: proved.message.toString('utf8') };
}

function prove(
  { corpid, tokens, keys, maxSkewMs }: Proof,
  given: { readonly query: URLSearchParams; readonly encrypted: string; readonly now: number },
):
  | { readonly kind: 'message'; readonly message: Buffer }
  | { readonly kind: 'refused'; readonly step: string } {
  const { query, encrypted, now } = given;
  const [signature, timestamp, nonce] = ['msg_signature', 'timestamp', 'nonce'].map((name) =>
    query.get(name),
  );
  if (!signature || !timestamp || !nonce) return { kind: 'refused', step: 'query' };
  if (findSigner(signature, tokens, [timestamp, nonce, encrypted]) < 0)
    return { kind: 'refused', step: 'signature' };
  const isTimely = /^\d{1,12}$/.test(timestamp) && Math.abs(now - Number(timestamp) * 1000) <= maxSkewMs;
  if (!isTimely) return { kind: 'refused', step: 'timestamp' };
  let step = 'keys';
  for (const key of keys) {
    const decrypted = decrypt(encrypted, key, corpid);
    if (decrypted.kind === 'message') return decrypted;
    step = decrypted.step;
  }
  return { kind: 'refused', step };
}

function encryptedIn(body: Buffer): string | undefined {
  const reading = readXml(body.toString('utf8'));
  return reading.kind === 'fields' ? textOf(reading.fields, 'Encrypt') : undefined;
}

function readMessage(message: Buffer): EnvelopeReading {
  const text = message.toString('utf8');
  const reading = readXml(text);
  return reading.kind === 'fields'
    ? { kind: 'message', fields: reading.fields }
    : { kind: 'unreadable', reason: reading.reason, text };
}

function refused(step: string, status: 403 | 413 = 403): EnvelopeReading {
  return { kind: 'refused', step, status };
}

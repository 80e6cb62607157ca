import { createHmac } from 'node:crypto';
import { isSameText } from '../formats/same-text.ts';

/** What a medium's public URL is made of. The same facts make the same URL. */
export interface MediaUrlFacts {
  readonly publicUrl: string;
  readonly key: Uint8Array;
  readonly id: string;
  /** As the medium was kept, with its extension: vendors go by it. */
  readonly name: string;
  /** Milliseconds since 1970. Fixed once for a medium, so that a repeat carries the same URL. */
  readonly expiresAt: number;
}

/** `<publicUrl>/media/<id>.<expiry>.<proof>/<name>`. Pure. */
export function signMediaUrl({ publicUrl, key, id, name, expiresAt }: MediaUrlFacts): string {
  const claim = `${id}.${expiresAt.toString(36)}`;
  return `${publicUrl.replace(/\/+$/, '')}/media/${claim}.${prove(claim, key)}/${encodeURIComponent(name.toWellFormed())}`;
}

export type MediaUrlReading =
  | { readonly kind: 'medium'; readonly id: string }
  | { readonly kind: 'refused'; readonly reason: 'malformed' | 'signature' | 'expired' };

/**
 * Reads the path of a request for a medium (without query). The name at its end is for people and file types only:
 * the proof covers id and expiry. Pure.
 */
export function readMediaUrl(path: string, key: Uint8Array, now: number): MediaUrlReading {
  const [, claim, id, expiry, proof] = shape.exec(path) ?? [];
  if (claim === undefined || id === undefined || expiry === undefined || proof === undefined) {
    return { kind: 'refused', reason: 'malformed' };
  }
  // Compared as they are written: decoded, several texts would be one proof.
  if (!isSameText(proof, prove(claim, key))) return { kind: 'refused', reason: 'signature' };
  if (Number.parseInt(expiry, 36) <= now) return { kind: 'refused', reason: 'expired' };
  return { kind: 'medium', id };
}

const shape = /^\/media\/(([\w-]{1,100})\.([0-9a-z]{1,11}))\.([\w-]{43})\/[^/\s]{1,1000}$/;

// The prefix keeps a proof made for something else with the same key from being one of ours.
function prove(claim: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(`media\n${claim}`).digest('base64url');
}

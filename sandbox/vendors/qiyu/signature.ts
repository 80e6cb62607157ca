import { createHash } from 'node:crypto';

export interface Signing {
  readonly appSecret: string;
  /** The JSON body as it is sent, or the bytes of an uploaded file. */
  readonly content: string | Uint8Array;
  /** Seconds, as they stand in the query. */
  readonly time: string;
  readonly algorithm?: 'sha1' | 'sha256';
}

/** Lower-case hex of a hash over secret, MD5 of the content and time (Qiyu, message interface page). */
export function signContent({ appSecret, content, time, algorithm = 'sha1' }: Signing): string {
  return createHash(algorithm)
    .update(appSecret + md5Hex(content) + time)
    .digest('hex');
}

/** The scheme of some other callbacks of Qiyu's: it does not cover the body. */
export function signNonce(appSecret: string, nonce: string, time: string): string {
  return createHash('sha1')
    .update(appSecret + nonce + time)
    .digest('hex');
}

export function md5Hex(content: string | Uint8Array): string {
  return createHash('md5').update(content).digest('hex');
}

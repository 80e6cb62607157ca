import { createHash } from 'node:crypto';

/** 0 is SHA-1, 1 is SHA-256 (Qiyu, parameter `checksumAlgorithm`). */
export type ChecksumAlgorithm = 0 | 1;

/** Lower-case hex MD5 of the exact bytes: of a JSON body, or of a file itself. */
export function md5Of(content: Buffer): string {
  return createHash('md5').update(content).digest('hex');
}

/**
 * The checksum of a call or a callback: a hash over AppSecret, what is to be proved (an MD5, or a nonce) and the time
 * in seconds, joined without separators (Qiyu, message interface, section on signatures).
 */
export function signChecksum(
  secret: string,
  signed: { readonly proof: string; readonly time: string },
  algorithm: ChecksumAlgorithm = 0,
): string {
  return createHash(algorithm === 1 ? 'sha256' : 'sha1')
    .update(secret + signed.proof + signed.time)
    .digest('hex');
}

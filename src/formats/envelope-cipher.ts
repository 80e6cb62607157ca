import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';

/** The check that a ciphertext failed. */
export type CipherStep = 'base64' | 'length' | 'padding' | 'message length' | 'receiver';

export type Decrypted =
  | { readonly kind: 'message'; readonly message: Buffer }
  | { readonly kind: 'refused'; readonly step: CipherStep };

/** An EncodingAESKey made ready once: preparing it for each message costs more than the cipher. */
export interface CipherKey {
  readonly secret: KeyObject;
  readonly vector: Buffer;
}

/** The 32 bytes of an EncodingAESKey. Its 43rd character may carry bits that mean nothing; they are ignored. */
export function readKey(encodingAESKey: string): CipherKey {
  const bytes = Buffer.from(`${encodingAESKey}=`, 'base64');
  return { secret: createSecretKey(bytes), vector: bytes.subarray(0, 16) };
}

/**
 * Decrypts an envelope (AES-256-CBC, the first half of the key as IV, padded to 32): random bytes, the message, and the
 * id of the receiver behind it. Trusts nothing: whatever does not fit is a value that names the check.
 */
export function decrypt(encrypted: string, key: CipherKey, receiver: string): Decrypted {
  const ciphertext = Buffer.from(encrypted, 'base64');
  // Node reads past what is no base64. To write it anew is quicker than to look at each letter.
  if (ciphertext.length === 0 || ciphertext.toString('base64') !== encrypted) return refused('base64');
  if (ciphertext.length % 16 !== 0) return refused('length');
  // Node's own padding knows blocks of 16 only.
  const decipher = createDecipheriv('aes-256-cbc', key.secret, key.vector).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  const plain = removePadding(padded);
  return plain === undefined ? refused('padding') : readPlain(plain, receiver);
}

/** Encrypts a message for a receiver. `random` is 16 bytes; base64 comes back. */
export function encrypt(
  message: string,
  using: { readonly key: CipherKey; readonly receiver: string; readonly random: Buffer },
): string {
  const body = Buffer.from(message);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const plain = Buffer.concat([using.random, length, body, Buffer.from(using.receiver)]);
  const padding = BLOCK - (plain.length % BLOCK);
  const cipher = createCipheriv('aes-256-cbc', using.key.secret, using.key.vector).setAutoPadding(false);
  return Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(padding, padding)),
    cipher.final(),
  ]).toString('base64');
}

const BLOCK = 32;
/** 16 random bytes and the length of the message. */
const HEAD = 20;

function removePadding(padded: Buffer): Buffer | undefined {
  const count = padded.at(-1) ?? 0;
  if (count < 1 || count > BLOCK || count > padded.length) return undefined;
  const tail = padded.subarray(padded.length - count);
  return tail.every((byte) => byte === count) ? padded.subarray(0, padded.length - count) : undefined;
}

function readPlain(plain: Buffer, receiver: string): Decrypted {
  if (plain.length < HEAD) return refused('message length');
  const end = HEAD + plain.readUInt32BE(16);
  if (end > plain.length) return refused('message length');
  if (!plain.subarray(end).equals(Buffer.from(receiver))) return refused('receiver');
  return { kind: 'message', message: plain.subarray(HEAD, end) };
}

function refused(step: CipherStep): Decrypted {
  return { kind: 'refused', step };
}

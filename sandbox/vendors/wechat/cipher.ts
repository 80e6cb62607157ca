import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Lower-case hex SHA-1 over the parts, sorted by bytes and joined (WeChat, message push page). */
export function signParts(parts: readonly string[]): string {
  const sorted = parts.map((part) => Buffer.from(part)).sort(Buffer.compare);
  return createHash('sha1').update(Buffer.concat(sorted)).digest('hex');
}

export interface CipherKey {
  /** 43 characters. */
  readonly encodingAESKey: string;
  readonly appid: string;
}

/** `random(16) length(4) message appid`, padded to 32 bytes, AES-256-CBC, base64. `random` is given for known answers only. */
export function encryptMessage(key: CipherKey, message: string, random: Buffer = randomBytes(16)): string {
  const bytes = Buffer.from(message);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  const plain = Buffer.concat([random, length, bytes, Buffer.from(key.appid)]);
  const padding = 32 - (plain.length % 32);
  const cipher = createCipheriv('aes-256-cbc', ...keyAndVector(key)).setAutoPadding(false);
  const padded = Buffer.concat([plain, Buffer.alloc(padding, padding)]);
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString('base64');
}

/** The message, or `undefined` if anything is not to the byte what {@link encryptMessage} makes with this key. */
export function decryptMessage(key: CipherKey, encrypted: string): string | undefined {
  const bytes = Buffer.from(encrypted, 'base64');
  if (bytes.length === 0 || bytes.length % 32 !== 0 || bytes.toString('base64') !== encrypted)
    return undefined;
  const decipher = createDecipheriv('aes-256-cbc', ...keyAndVector(key)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(bytes), decipher.final()]);
  const padding = padded.at(-1) ?? 0;
  const isPadded =
    padding >= 1 && padding <= 32 && padded.subarray(-padding).every((byte) => byte === padding);
  if (!isPadded) return undefined;
  const plain = padded.subarray(0, -padding);
  if (plain.length < 20) return undefined;
  const end = 20 + plain.readUInt32BE(16);
  if (end > plain.length || plain.subarray(end).toString() !== key.appid) return undefined;
  return plain.subarray(20, end).toString();
}

function keyAndVector(key: CipherKey): [Buffer, Buffer] {
  const bytes = Buffer.from(`${key.encodingAESKey}=`, 'base64');
  return [bytes, bytes.subarray(0, 16)];
}

import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';

/** Decrypts the body of a call: base64 of IV and ciphertext, without quotes; line breaks every 76 characters are taken. */
export function openBody(body: Buffer, key: string): string | undefined {
  const lines = body.toString('latin1').split('\n');
  const text = lines.join('');
  const isBroken = lines.length > 1 && lines.some((line) => line.length > 76);
  if (isBroken || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < 32 || bytes.length % 16 !== 0) return undefined;
  try {
    const decipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, bytes.subarray(0, 16));
    const plain = Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]);
    return new TextDecoder('utf-8', { fatal: true }).decode(plain);
  } catch {
    return undefined;
  }
}

/** What stands in `ret`. */
export function sealAnswer(plain: string, key: string): string {
  const iv = randomBytes(16);
  const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, iv);
  return Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final()]).toString('base64');
}

/** The header of a push. */
export function signPush(secretKey: string, body: Buffer): string {
  const hex = createHmac('sha1', secretKey).update(body).digest('hex');
  return `meiqia_sign:${Buffer.from(hex).toString('base64')}`;
}

/** The header of a webhook. */
export function signWebhook(secret: string, body: Buffer): string {
  return createHash('sha1')
    .update(Buffer.concat([body, Buffer.from(secret)]))
    .digest('hex');
}

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** How bodies are written where Meiqia's own client may be stricter than its server. */
export interface CipherStyle {
  readonly requestIv: 'zero' | 'random';
  readonly wrapBase64: boolean;
}

/**
 * Encrypts the body of a call: AES-CBC with PKCS#7 under the visitor's key, whose characters are its bytes; IV and
 * ciphertext together in base64, without quotes. `undefined` if the key is none of 16, 24 or 32 bytes.
 */
export function encryptBody(plain: string, key: string, style: CipherStyle): string | undefined {
  const secret = readKey(key);
  if (secret === undefined) return undefined;
  const iv = style.requestIv === 'zero' ? Buffer.alloc(blockBytes) : randomBytes(blockBytes);
  const cipher = createCipheriv(`aes-${secret.length * 8}-cbc`, secret, iv);
  const text = Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final()]).toString('base64');
  return style.wrapBase64 ? text.replaceAll(/.{76}/g, '$&\n') : text;
}

/** Decrypts what stands in the `ret` of an answer; `undefined` if that is not what it is. Never throws. */
export function decryptAnswer(ret: string, key: string): string | undefined {
  const secret = readKey(key);
  const bytes = Buffer.from(ret, 'base64');
  if (secret === undefined || bytes.length < 2 * blockBytes) return undefined;
  try {
    const iv = bytes.subarray(0, blockBytes);
    const decipher = createDecipheriv(`aes-${secret.length * 8}-cbc`, secret, iv);
    const plain = Buffer.concat([decipher.update(bytes.subarray(blockBytes)), decipher.final()]);
    return new TextDecoder('utf-8', { fatal: true }).decode(plain);
  } catch {
    return undefined;
  }
}

const blockBytes = 16;

function readKey(key: string): Buffer | undefined {
  const bytes = Buffer.from(key);
  return [16, 24, 32].includes(bytes.length) ? bytes : undefined;
}

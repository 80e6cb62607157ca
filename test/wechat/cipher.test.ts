import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decrypt, encrypt, readKey } from '../../src/formats/envelope-cipher.ts';
import { findSigner, signParts } from '../../src/formats/sorted-signature.ts';
import { APPID, KEY, OTHER_KEY } from './account.ts';

const key = readKey(KEY);
const random = Buffer.alloc(16, 1);

/** Encrypts bytes as they are, so that a test can spoil what lies inside. */
function encryptBytes(bytes: Buffer): string {
  const cipher = createCipheriv('aes-256-cbc', key.secret, key.vector).setAutoPadding(false);
  return Buffer.concat([cipher.update(bytes), cipher.final()]).toString('base64');
}

function padded(plain: Buffer, padding = 32 - (plain.length % 32)): Buffer {
  return Buffer.concat([plain, Buffer.alloc(padding, padding)]);
}

function plainOf(message: string, claimed = Buffer.byteLength(message)): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(claimed);
  return Buffer.concat([random, length, Buffer.from(message), Buffer.from(APPID)]);
}

describe('the cipher', () => {
  test('gives back what it was given', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        (text, bytes) => {
          const encrypted = encrypt(text, { key, receiver: APPID, random: Buffer.from(bytes) });
          expect(Buffer.from(encrypted, 'base64').length % 32).toBe(0);
          expect(decrypt(encrypted, key, APPID)).toEqual({ kind: 'message', message: Buffer.from(text) });
        },
      ),
    );
  });

  test('never throws, whatever it is given', () => {
    const base64 = fc.uint8Array({ maxLength: 128 }).map((bytes) => Buffer.from(bytes).toString('base64'));
    fc.assert(
      fc.property(fc.oneof(fc.string(), base64), (text) => {
        expect(decrypt(text, key, APPID).kind).toBe('refused');
      }),
    );
  });

  test('names the check that failed', () => {
    const good = padded(plainOf('hi'));
    expect(decrypt(encryptBytes(good), key, APPID).kind).toBe('message');
    const spoiled = Buffer.from(good);
    spoiled[spoiled.length - 2]! ^= 1;
    const step = (encrypted: string, appid = APPID) => {
      const reading = decrypt(encrypted, key, appid);
      return reading.kind === 'refused' ? reading.step : reading.kind;
    };
    expect(step('not base64!')).toBe('base64');
    expect(step('AAA')).toBe('base64');
    expect(step('')).toBe('base64');
    expect(step(Buffer.alloc(15).toString('base64'))).toBe('length');
    expect(step(encryptBytes(spoiled))).toBe('padding');
    expect(step(encryptBytes(Buffer.alloc(32, 0)))).toBe('padding');
    expect(step(encryptBytes(Buffer.alloc(48, 33)))).toBe('padding');
    expect(step(encryptBytes(Buffer.alloc(32, 32)))).toBe('message length');
    expect(step(encryptBytes(padded(plainOf('hi', 4_294_967_295))))).toBe('message length');
    expect(step(encryptBytes(padded(plainOf('hi', 1))))).toBe('receiver');
    expect(step(encryptBytes(good), `${APPID}0`)).toBe('receiver');
    expect(decrypt(encryptBytes(good), readKey(OTHER_KEY), APPID).kind).toBe('refused');
  });

  test('reads a whole block of padding', () => {
    const message = 'x'.repeat(64 - 20 - APPID.length);
    expect(padded(plainOf(message)).length).toBe(96);
    expect(decrypt(encryptBytes(padded(plainOf(message))), key, APPID).kind).toBe('message');
  });

  test('ignores bits of the last character of a key that mean nothing', () => {
    expect(readKey(`${KEY.slice(0, 42)}Z`).secret.equals(key.secret)).toBe(true);
    expect(readKey(KEY).secret.symmetricKeySize).toBe(32);
  });
});

describe('a signature', () => {
  test('does not depend on the order of its parts', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (parts) => {
        expect(signParts(parts.toReversed())).toBe(signParts(parts));
        expect(signParts(parts)).toMatch(/^[0-9a-f]{40}$/);
      }),
    );
  });

  test('names its token, and nobody for another one', () => {
    const signature = signParts(['second', '1', 'n']);
    expect(findSigner(signature, ['first', 'second'], ['1', 'n'])).toBe(1);
    expect(findSigner(signature, ['first'], ['1', 'n'])).toBe(-1);
    expect(findSigner(signature.toUpperCase(), ['second'], ['1', 'n'])).toBe(-1);
    expect(findSigner('', ['second'], ['1', 'n'])).toBe(-1);
    expect(findSigner(signature, ['second'], ['2', 'n'])).toBe(-1);
  });
});

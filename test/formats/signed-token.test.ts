import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isTokenShaped, readSignedToken, type TokenTerms } from '../../src/formats/signed-token.ts';
import { signToken } from './sign-token.ts';

const key = 'one key of at least thirty-two bytes';
const previous = 'another one that was there before it';
const now = 1_700_000_000_000;
const nowSec = now / 1000;
const terms: TokenTerms = {
  keys: [key, previous],
  subject: 'oABC_1',
  audience: 'wx1a2b3c4d5e6f7a8b',
  now,
  maxLifeMs: 86_400_000,
};
const claims = { sub: 'oABC_1', exp: nowSec + 600, name: '张三', vip: 3 };

describe('a signed token', () => {
  test('is proved by the present key and by a previous one, and says nothing of itself', () => {
    for (const one of terms.keys) {
      const whole = { ...claims, aud: terms.audience, iat: nowSec, iss: 'shop', jti: '1' };
      expect(readSignedToken(signToken(one, whole), terms)).toEqual({
        kind: 'proved',
        claims: { name: '张三', vip: '3' },
      });
    }
  });

  test('is the one of RFC 7515, appendix A.1, but for its lifetime', () => {
    const k = Buffer.from(
      'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
      'base64url',
    );
    const example =
      'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt' +
      'cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    const as = { ...terms, keys: [k as unknown as string], now: 1_300_819_000_000 };
    // It names nobody, so that it proves nothing of any visitor; but its signature is found right.
    expect(readSignedToken(example, as)).toEqual({ kind: 'refused', reason: 'subject' });
    expect(readSignedToken(example, { ...as, keys: [key] })).toEqual({
      kind: 'refused',
      reason: 'signature',
    });
  });

  test.each([
    ['another key', signToken('x'.repeat(32), claims), 'signature'],
    ['another visitor', signToken(key, { ...claims, sub: 'oXYZ' }), 'subject'],
    ['nobody', signToken(key, { ...claims, sub: undefined }), 'subject'],
    ['another account', signToken(key, { ...claims, aud: 'wx0' }), 'audience'],
    ['other accounts', signToken(key, { ...claims, aud: ['wx0', 'wx1'] }), 'audience'],
    ['no end', signToken(key, { ...claims, exp: undefined }), 'expired'],
    ['an end that is no time', signToken(key, { ...claims, exp: 'soon' }), 'expired'],
    ['an end that is past', signToken(key, { ...claims, exp: nowSec - 60 }), 'expired'],
    ['an end in milliseconds', signToken(key, { ...claims, exp: now + 600_000 }), 'lifetime'],
    ['an end too far', signToken(key, { ...claims, exp: nowSec + 86_400 + 61 }), 'lifetime'],
    ['a beginning to come', signToken(key, { ...claims, nbf: nowSec + 61 }), 'early'],
    ['a beginning that is no time', signToken(key, { ...claims, nbf: {} }), 'early'],
    ['another algorithm', signToken(key, claims, { alg: 'HS512' }), 'algorithm'],
    [
      'no algorithm',
      `${signToken('', claims, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`,
      'algorithm',
    ],
    ['conditions that nobody knows', signToken(key, claims, { alg: 'HS256', crit: ['b64'] }), 'algorithm'],
    ['four pieces', `${signToken(key, claims)}.x`, 'form'],
    ['no object', signToken(key, [1]), 'form'],
  ])('is refused: %s', (_what, token, reason) => {
    expect(readSignedToken(token, terms)).toEqual({ kind: 'refused', reason });
  });

  test.each([
    ['an end within the leeway', { exp: nowSec - 59 }],
    ['a beginning within the leeway', { nbf: nowSec + 60 }],
    ['the account among others', { aud: ['wx0', terms.audience] }],
    ['an end with a fraction', { exp: nowSec + 0.5 }],
  ])('is taken: %s', (_what, change) => {
    expect(readSignedToken(signToken(key, { ...claims, ...change }), terms).kind).toBe('proved');
  });

  test('is refused without any key', () => {
    const token = signToken('', claims);
    expect(readSignedToken(token, { ...terms, keys: [] })).toEqual({ kind: 'refused', reason: 'no key' });
  });

  test('is proved as it was signed, and not after any change of one character', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const added = fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), fc.string({ minLength: 1 }));
    fc.assert(
      fc.property(added, fc.nat(), fc.constantFrom(...letters), (more, at, letter) => {
        const token = signToken(key, { ...more, ...claims });
        expect(isTokenShaped(token)).toBe(true);
        expect(readSignedToken(token, terms).kind).toBe('proved');
        const place = at % token.length;
        const changed = `${token.slice(0, place)}${letter}${token.slice(place + 1)}`;
        if (changed !== token) expect(readSignedToken(changed, terms).kind).toBe('refused');
      }),
    );
  });

  test('is read whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readSignedToken(text, terms).kind).toBe('refused');
        expect(isTokenShaped(text)).toBe(false);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameFile } from '../../src/media/file-name.ts';
import { readMediaUrl, signMediaUrl } from '../../src/media/signed-url.ts';

const key = Buffer.alloc(32, 7);
const facts = {
  publicUrl: 'https://bridge.example/',
  key,
  id: 'x_1',
  name: '图 1.png',
  expiresAt: 1_700_000_000_000,
};
const pathOf = (url: string) => new URL(url).pathname;
const ids = fc.stringMatching(/^x_[\w-]{1,40}$/);
const times = fc.integer({ min: 1, max: 8_000_000_000_000 });
const names = fc
  .string({ unit: 'binary', maxLength: 90 })
  .map((name) => nameFile(name, { type: 'image/png' }));
const keys = fc.uint8Array({ minLength: 16, maxLength: 64 });

describe('the URL of a medium', () => {
  test('has the public URL before it and ends in the name', () => {
    const url = signMediaUrl(facts);
    expect(url).toMatch(/^https:\/\/bridge\.example\/media\/x_1\.[0-9a-z]+\.[\w-]{43}\/%E5%9B%BE%201\.png$/);
    expect(signMediaUrl(facts)).toBe(url);
  });

  test('names its medium until it expires, and no longer', () => {
    fc.assert(
      fc.property(ids, times, names, keys, (id, expiresAt, name, secret) => {
        const path = pathOf(signMediaUrl({ ...facts, id, expiresAt, name, key: secret }));
        expect(readMediaUrl(path, secret, expiresAt - 1)).toEqual({ kind: 'medium', id });
        expect(readMediaUrl(path, secret, expiresAt)).toEqual({ kind: 'refused', reason: 'expired' });
      }),
    );
  });

  test('is refused with any character of its claim or proof changed', () => {
    const path = pathOf(signMediaUrl(facts));
    const signedLength = path.lastIndexOf('/') - '/media/'.length;
    fc.assert(
      fc.property(fc.nat(signedLength - 1), fc.constantFrom(...'abzAZ09_-.'), (place, other) => {
        const at = '/media/'.length + place;
        fc.pre(path[at] !== other);
        const tampered = path.slice(0, at) + other + path.slice(at + 1);
        expect(readMediaUrl(tampered, key, 0).kind).toBe('refused');
      }),
      { numRuns: 1000 },
    );
  });

  test('does not prove another medium, another time or another key', () => {
    fc.assert(
      fc.property(ids, ids, times, times, (id, otherId, time, otherTime) => {
        const [, , signed = ''] = pathOf(signMediaUrl({ ...facts, id, expiresAt: time })).split('/');
        const proof = signed.split('.')[2];
        const moved = `/media/${otherId}.${otherTime.toString(36)}.${proof}/a.png`;
        fc.pre(otherId !== id || otherTime !== time);
        expect(readMediaUrl(moved, key, 0)).toEqual({ kind: 'refused', reason: 'signature' });
        expect(readMediaUrl(`/media/${signed}/a.png`, Buffer.alloc(32, 8), 0)).toEqual({
          kind: 'refused',
          reason: 'signature',
        });
      }),
    );
  });

  test('is refused in any other form', () => {
    const path = pathOf(signMediaUrl(facts));
    for (const odd of [
      '',
      '/',
      '/media/',
      `${path}/x`,
      path.replace('/media', ''),
      `/x${path}`,
      path.slice(0, path.lastIndexOf('/') + 1),
      `${path}\n`,
    ]) {
      expect(readMediaUrl(odd, key, 0).kind, odd).toBe('refused');
    }
    fc.assert(fc.property(fc.webPath(), (text) => readMediaUrl(`/media${text}`, key, 0).kind === 'refused'));
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OpenCache } from '../../src/cache/open.ts';

/** What the suite is given: caches that are opened on the same place, by a clock that the test moves. */
export interface CacheBench {
  readonly open: () => Promise<OpenCache>;
  /** Whether what one has kept is there for another. */
  readonly isShared: boolean;
  /** Moves the time of all: of this process, and of the place. */
  pass(ms: number): void;
  close(): Promise<void>;
}

/** What every place for short-lived values must do. */
export function cacheContract(name: string, makeBench: () => Promise<CacheBench>): void {
  describe(`short-lived values in ${name}`, () => {
    let bench: CacheBench;
    let one: OpenCache;
    let other: OpenCache;

    beforeEach(async () => {
      bench = await makeBench();
      [one, other] = [await bench.open(), await bench.open()];
      for (const { keyv } of [one, other]) {
        keyv.on('error', (error: unknown) => {
          throw error;
        });
      }
    });
    afterEach(async () => {
      await Promise.all([one.close(), other.close()]);
      await bench.close();
    });

    test('are what they were, and nothing where nothing was', async () => {
      const value = { value: '令牌 "\\ \u0001 {}', goodUntil: 2 ** 53 - 1, at: [1, 2] };
      expect(await one.keyv.get('k')).toBeUndefined();
      await one.keyv.set('k', value, 1000);
      expect(await one.keyv.get('k')).toEqual(value);
    });

    test('take the place of those before, with an end of their own', async () => {
      await one.keyv.set('k', { value: 'T1' }, 1000);
      await one.keyv.set('k', { value: 'T2' }, 5000);
      bench.pass(1001);
      expect(await one.keyv.get('k')).toEqual({ value: 'T2' });
    });

    test('are kept until their end, and no longer', async () => {
      await one.keyv.set('k', { value: 'T' }, 1000);
      bench.pass(999);
      expect(await one.keyv.get('k')).toEqual({ value: 'T' });
      bench.pass(2);
      expect(await one.keyv.get('k')).toBeUndefined();
    });

    test('are gone once they were deleted, and no others', async () => {
      await one.keyv.set('a b', 1, 1000);
      await one.keyv.set('a', 2, 1000);
      expect(await one.keyv.delete('a b')).toBe(true);
      expect(await one.keyv.delete('a b')).toBe(false);
      expect([await one.keyv.get('a b'), await one.keyv.get('a')]).toEqual([undefined, 2]);
    });

    test('have names of any letters', async () => {
      const names = ['店/主 token', "o'Neill; drop table cache --", '*', 'early:k', 'x'.repeat(500)];
      for (const [index, key] of names.entries()) await one.keyv.set(key, index, 1000);
      expect(await Promise.all(names.map((key) => one.keyv.get(key)))).toEqual([0, 1, 2, 3, 4]);
    });

    test('are there for all who share the place', async () => {
      await one.keyv.set('k', { value: 'T' }, 1000);
      expect(await other.keyv.get('k')).toEqual(bench.isShared ? { value: 'T' } : undefined);
      await other.keyv.delete('k');
      expect(await one.keyv.get('k')).toEqual(bench.isShared ? undefined : { value: 'T' });
    });
  });
}

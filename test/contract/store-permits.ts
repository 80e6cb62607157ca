import { describe, expect, test } from 'vitest';
import { createPermits } from '../../src/store/permits.ts';
import type { Bench } from './store.ts';

const DAY_MS = 86_400_000;
const NOW = 1_700_000_000_000;

export function describePermits(bench: Bench): void {
  describe('a permit', () => {
    const limit = { most: 3, perMs: DAY_MS, apartMs: 30_000 };
    let now = NOW;
    const claim = (name = 'force') => createPermits(bench.store, () => now)(name, limit);

    test('is given again only after the least time between two', async () => {
      now = NOW;
      expect(await claim()).toBe(true);
      now += 29_999;
      expect(await claim()).toBe(false);
      now += 1;
      expect(await claim()).toBe(true);
    });

    test('is given so many times in any period, however often the store is opened anew', async () => {
      now = NOW;
      const given: boolean[] = [];
      for (let times = 0; times < 5; times += 1) {
        given.push(await claim());
        await bench.reopen();
        now += 60_000;
      }
      expect(given).toEqual([true, true, true, false, false]);
      now = NOW + DAY_MS - 1;
      expect(await claim()).toBe(false);
      now += 1;
      expect(await claim()).toBe(true);
      expect(await claim()).toBe(false);
    });

    test('is given to one of many who ask at once', async () => {
      now = NOW;
      const given = await Promise.all(Array.from({ length: 10 }, () => claim()));
      expect(given.filter(Boolean)).toHaveLength(1);
    });

    test('is given to one of two processes that ask at once', async () => {
      now = NOW;
      for (let round = 0; round < 10; round += 1) {
        const asked = [bench.store, bench.another].map((store) =>
          createPermits(store, async () => now)(`force ${round}`, limit),
        );
        expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
      }
    });

    test('of one name says nothing of another', async () => {
      now = NOW;
      expect([await claim('one'), await claim('other')]).toEqual([true, true]);
    });

    test('that a clock far ahead has written does not stand in the way for ever', async () => {
      now = NOW + 365 * DAY_MS;
      await claim();
      now = NOW;
      expect(await claim()).toBe(true);
    });
  });
}

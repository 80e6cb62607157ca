import type { Store } from '../ports/store.ts';
import { dropCached, forgetOldCached, keepCached, readCached } from '../store/cache.ts';

/** Without an end of its own a value is kept so long: short-lived is what all of them are. */
const longestMs = 86_400_000;

/**
 * Keyv on a table of the store: what Keyv asks of a store that answers with promises. Keyv's own adapter for PostgreSQL
 * (`@keyv/postgres`, 2.2 and 6.0 beta) was looked at and left: it opens a pool of its own beside the store's, in the
 * schema `public` unless told, and alters its table at each start of each instance, past the numbered migrations.
 */
export function createStoreAdapter(store: Store, now: () => number) {
  return {
    async get(key: string): Promise<string | undefined> {
      const [[row]] = await store.batch([readCached({ key, now: now() })]);
      return row?.value;
    },
    async set(key: string, value: string, ttlMs = longestMs): Promise<true> {
      await store.batch([keepCached({ key, value, goodUntil: Math.ceil(now() + ttlMs) })]);
      return true;
    },
    async delete(key: string): Promise<boolean> {
      const [rows] = await store.batch([dropCached({ key })]);
      return rows.length > 0;
    },
    async clear(): Promise<void> {
      await store.batch([forgetOldCached({ now: Number.MAX_SAFE_INTEGER })]);
    },
  };
}

import { Keyv } from 'keyv';
import type { CachePlace } from '../ports/cache-place.ts';
import type { Store } from '../ports/store.ts';
import { createStoreAdapter } from './store-adapter.ts';

/** A cache at work. */
export interface OpenCache {
  readonly keyv: Keyv;
  /** Before the store is closed. */
  close(): Promise<void>;
}

/** Opens the cache. One that cannot be reached is opened all the same, and used when it is there. */
export async function openCache(
  place: CachePlace,
  { store, now }: { readonly store: Store; readonly now: () => number },
): Promise<OpenCache> {
  switch (place.kind) {
    case 'memory':
      return { keyv: new Keyv(), close: async () => {} };
    case 'store':
      return { keyv: new Keyv({ store: createStoreAdapter(store, now) }), close: async () => {} };
    case 'redis': {
      // Its client is loaded where it is wanted.
      const { openRedis } = await import('./redis.ts');
      return openRedis(place.url);
    }
    default:
      return place satisfies never;
  }
}

import type { Store } from '../../src/ports/store.ts';
import { openPostgres } from '../../src/store/postgres/engine.ts';
import { borrowPostgresPlace } from '../postgres/place.ts';

/** One database, as two instances have it. */
export async function openTwoStores() {
  const place = await borrowPostgresPlace();
  const open = () => openPostgres({ url: place.url, connections: 4, alone: false, onFailure: () => {} });
  const stores: readonly Store[] = [await open(), await open()];
  return {
    /** Of the instance of that number: they take turns. */
    storeOf(instance: number): Store {
      const store = stores[instance % stores.length];
      if (!store) throw new Error('expected a store');
      return store;
    },
    query: place.query,
    async close() {
      await Promise.all(stores.map((store) => store.close()));
      await place.remove();
    },
  };
}

export type TwoStores = Awaited<ReturnType<typeof openTwoStores>>;

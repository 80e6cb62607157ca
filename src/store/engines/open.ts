import { BridgeError } from '../../ports/errors.ts';
import type { Store, StorePlace } from '../../ports/store.ts';
import { readFact, UNFINISHED_COPY } from '../facts.ts';

/**
 * Opens the store for one bridge process. Fails with `storeLocked` when another process has it open, with
 * `storeUnavailable` when it can't be used. `onFailure` is told once when this process can write nothing any more.
 */
export async function openStore(place: StorePlace, onFailure: (cause: unknown) => void): Promise<Store> {
  const store = await openEngine(place, onFailure);
  try {
    await proveWhole(store);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function proveWhole(store: Store): Promise<void> {
  const [unfinished] = await store.batch([readFact({ name: UNFINISHED_COPY })]);
  if (unfinished.length === 0) return;
  throw new BridgeError('storeUnavailable', 'a copy into this store did not end: empty it, and copy again');
}

// Each engine brings its own code, which the other has no use for.
async function openEngine(place: StorePlace, onFailure: (cause: unknown) => void): Promise<Store> {
  if (place.kind === 'sqlite') {
    const { openSqlite } = await import('../sqlite/engine.ts');
    return openSqlite(place.path, onFailure);
  }
  const { openPostgres } = await import('../postgres/engine.ts');
  const { url, connections } = place;
  return openPostgres({ url, connections, alone: true, onFailure });
}

/** The store as messages name it: of a URL neither user nor password nor options. */
export function describePlace(place: StorePlace): string {
  if (place.kind === 'sqlite') return place.path;
  const { host, pathname } = new URL(place.url);
  return `postgres://${host}${pathname}`;
}

import { BridgeError } from '../../ports/errors.ts';
import type { Log } from '../../ports/log.ts';
import type { Store, StorePlace } from '../../ports/store.ts';
import { readFact, UNFINISHED_COPY } from '../facts.ts';

interface OpenOptions {
  readonly alone?: boolean;
  /** Hears of what the engine gets over by itself, and a person should know. */
  readonly log?: Log;
}

/**
 * Opens the store. Fails with `storeLocked` when another process has it for itself, with `storeUnavailable` when it can't
 * be used. `onFailure` is told once when this process can write nothing any more. With SQLite a process always has the
 * store for itself; PostgreSQL's is shared unless `alone` is asked for, which bridges at work refuse.
 */
export async function openStore(
  place: StorePlace,
  onFailure: (cause: unknown) => void,
  options: OpenOptions = {},
): Promise<Store> {
  const store = await openEngine(place, onFailure, options);
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
async function openEngine(
  place: StorePlace,
  onFailure: (cause: unknown) => void,
  { alone = false, log }: OpenOptions,
): Promise<Store> {
  if (place.kind === 'sqlite') {
    const { openSqlite } = await import('../sqlite/engine.ts');
    return openSqlite(place.path, onFailure, {
      onLogKept: (error) => log?.warn('store.logKept', { error }),
    });
  }
  const { openPostgres } = await import('../postgres/engine.ts');
  const { url, connections } = place;
  return openPostgres({ url, connections, alone, onFailure });
}

/** The store as messages name it: of a URL neither user nor password nor options. */
export function describePlace(place: StorePlace): string {
  if (place.kind === 'sqlite') return place.path;
  const { host, pathname } = new URL(place.url);
  return `postgres://${host}${pathname}`;
}

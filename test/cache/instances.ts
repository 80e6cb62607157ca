import { Keyv } from 'keyv';
import { createCached } from '../../src/cache/cached.ts';
import { createStoreAdapter } from '../../src/cache/store-adapter.ts';
import type { RunAlone } from '../../src/ports/alone.ts';
import type { Log } from '../../src/ports/log.ts';
import { openPostgres } from '../../src/store/postgres/engine.ts';
import { InstanceLocks, type InstanceLocksOptions } from '../../src/store/postgres/instance-locks.ts';

export interface InstanceOptions extends InstanceLocksOptions {
  readonly clock?: { now(): number };
  /** In place of the locks. */
  readonly alone?: RunAlone;
}

/** What one of several bridges on a database has of the cache. */
export async function openInstance({ clock = { now: Date.now }, alone, ...options }: InstanceOptions) {
  const { url } = options;
  const store = await openPostgres({ url, connections: 2, alone: false, onFailure: () => {} });
  const locks = new InstanceLocks(options);
  const lines: string[] = [];
  const write = (event: string, fields = {}) => lines.push(`${event} ${JSON.stringify(fields)}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  const keyv = new Keyv({ store: createStoreAdapter(store, clock.now) });
  return {
    ...createCached({ keyv, clock, log, alone: alone ?? locks.alone }),
    sharing: { keyv, alone: locks.alone },
    alone: locks.alone,
    store,
    lines,
    async close() {
      await locks.close();
      await store.close();
    },
  };
}

export type Instance = Awaited<ReturnType<typeof openInstance>>;

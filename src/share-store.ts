import type { Config } from './config/config.ts';
import type { Clock } from './ports/clock.ts';
import type { Log } from './ports/log.ts';
import { createLease, type Lease } from './relay/lease.ts';
import { openStore } from './store/engines/open.ts';

/** One instance's share of a store that several may have. */
export interface StoreShare {
  /** Left out where the process has the store for itself. */
  readonly lease?: Lease;
  /** Whether a call to the outside may begin at this moment. */
  readonly mayCall: () => boolean;
  /** Gives all back that is held. */
  end(): Promise<void>;
}

/**
 * Makes ready to share the store. The lease has a connection of its own: under a load that keeps all others busy it would
 * lapse, and what is cut then would be load once more.
 */
export async function shareStore(
  { store: place, leaseMs }: Pick<Config, 'store' | 'leaseMs'>,
  by: { readonly clock: Clock; readonly log: Log; readonly stopping: AbortSignal },
): Promise<StoreShare> {
  if (place.kind === 'sqlite') return { mayCall: () => true, end: async () => {} };
  const store = await openStore({ ...place, connections: 1 }, () => {}); // the lease lapses where it is away
  const lease = createLease({ ...by, store, leaseMs });
  return {
    lease,
    mayCall: () => lease.current() !== undefined,
    async end() {
      await lease.end().catch(() => {}); // without it the others wait until it is over
      await store.close();
    },
  };
}

import type { Clock } from '../ports/clock.ts';
import type { AdapterDefinition, CallLimit } from '../ports/helpdesk.ts';
import type { Holds } from '../ports/holds.ts';
import type { Fetch } from '../ports/http.ts';
import type { LeaseDesk } from '../ports/leases.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import { createHolds } from './holds.ts';
import { Ledger } from './ledger.ts';
import { limitFetch } from './limited.ts';
import { createWaits } from './waits.ts';

/** What of a bridge decides when a call leaves. */
export interface Road {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly log: Log;
  readonly store?: Store;
  /** Several instances have the store. */
  readonly leases?: LeaseDesk;
}

export interface VendorLimits extends Pick<AdapterDefinition, 'asksToWait'> {
  readonly limits: readonly CallLimit[];
}

/** What a vendor allows under these settings. */
export function limitsOf<Settings>(
  {
    limits,
    asksToWait,
  }: { limits?(settings: Settings): readonly CallLimit[] } & Pick<AdapterDefinition, 'asksToWait'>,
  settings: Settings,
): VendorLimits {
  return { limits: limits?.(settings) ?? [], ...(asksToWait && { asksToWait }) };
}

/** The road out at a vendor's limits, and closed while it wants no calls; `name` says whose they are. */
export function keepToLimits(name: string, { limits, asksToWait }: VendorLimits, road: Road): Fetch {
  const { fetch, clock, leases, log } = road;
  const shared = leases && { desk: leases, name };
  const holds = openHolds(name, road);
  const waits = createWaits({ holds, log, now: clock.now, ...(asksToWait && { asksToWait }) });
  return limitFetch(fetch, limits, clock, { log, waits, ...(shared && { shared }) });
}

/** Instances that share a store tell each other there what they are not to call. */
export function openHolds(owner: string, { clock, log, leases, store }: Omit<Road, 'fetch'>): Holds {
  const shared = leases && store && { ledger: new Ledger(store, owner), now: leases.now };
  return createHolds({ clock, log, ...(shared && { shared }) });
}

import type { Delivery } from '../ports/helpdesk.ts';
import { ownCodes } from '../ports/http.ts';
import type { Step, Store } from '../ports/store.ts';
import { endOutage, noteOutage, readOutage } from '../store/outages.ts';
import { desksOf, type Helpdesk, type Tenant } from './bridge.ts';

/** Forwards of a helpdesk that is down are tried at least so often. */
const leastFreshMs = 60_000;

/**
 * Which helpdesks of a tenant are down: their forwards have found no answer for `failoverAfterMs`, and one of them found
 * none just now. Where nobody has tried for as long, the next conversation does, and comes back if it is in vain. Nobody
 * is down where nothing fails over. A hint, not proved in a transaction: whoever decides by one that has just changed
 * chooses another helpdesk, never two. `inVain`: a helpdesk that a forward has just found without an answer.
 */
export async function readDown(
  store: Store,
  tenant: Tenant,
  now: number,
  inVain?: string,
): Promise<(helpdesk: string) => boolean> {
  const afterMs = tenant.routing?.failoverAfterMs;
  if (afterMs === undefined) return () => false;
  const found = await store.batch(desksOf(tenant).map(({ id }) => readOutage({ helpdesk: id })));
  const freshMs = Math.max(afterMs, leastFreshMs);
  const down = found.flat().filter(({ helpdesk, since, seen_at }) => {
    const isFresh = helpdesk === inVain || Number(seen_at) > now - freshMs;
    return isFresh && Number(since) <= now - afterMs;
  });
  return (id) => down.some(({ helpdesk }) => helpdesk === id);
}

/** What a forward's outcome says of its helpdesk; where nothing fails over, nobody wants to know. */
export function outageSteps(
  { routing }: Tenant,
  { id: helpdesk }: Helpdesk,
  { delivery, now }: { readonly delivery: Delivery; readonly now: number },
): readonly Step[] {
  if (routing?.failoverAfterMs === undefined || isOwn(delivery)) return [];
  if (isInVain(delivery)) return [noteOutage({ helpdesk, now })];
  return isAnswered(delivery) ? [endOutage({ helpdesk })] : [];
}

/** Nobody answered, or only that it cannot be now. */
export function isInVain(delivery: Delivery): boolean {
  return delivery.outcome === 'later' && delivery.because === 'vendor' && !isOwn(delivery);
}

/** Nobody was asked. */
function isOwn(delivery: Delivery): boolean {
  return delivery.outcome === 'later' && ownCodes.has(delivery.code);
}

/** An error about one message may be the adapter's own; an answer that was lost is none. */
function isAnswered(delivery: Delivery): boolean {
  if (delivery.outcome === 'later') return delivery.because !== 'message';
  return delivery.outcome !== 'unknown';
}

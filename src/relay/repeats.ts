import { readSeen, see } from '../store/seen.ts';
import { type Arrival, type ArrivedEvent, eventSeenForMs } from './arrival.ts';
import type { Bridge } from './bridge.ts';
import { plain, type TaggedStep } from './tagged-batch.ts';

/** What is new in an arrival. `noted`: steps that note the keys of its repeats which nobody has seen yet. */
export interface Fresh {
  readonly events: readonly ArrivedEvent[];
  readonly noted: readonly TaggedStep[];
}

/**
 * Tells an arrival's new events from its repeats, by one look at all their keys. A key makes a repeat of everything behind
 * the event that brings it, in the same arrival too.
 */
export async function dropRepeats(bridge: Bridge, arrival: Arrival): Promise<Fresh> {
  const { tenant, helpdesk } = arrival;
  const place = { tenant: tenant.name, source: helpdesk.id };
  const keys = [...new Set(arrival.events.flatMap((event) => event.keys))];
  const found = await bridge.store.batch(keys.map((key) => readSeen({ ...place, key })));
  const stored = new Set(keys.filter((_, index) => (found[index]?.length ?? 0) > 0));
  const { events, unseen } = walkEvents(arrival.events, stored);
  const until = bridge.clock.now() + eventSeenForMs;
  return { events, noted: plain(...unseen.map((key) => see({ ...place, key, until, answer: null }))) };
}

function walkEvents(
  events: readonly ArrivedEvent[],
  stored: ReadonlySet<string>,
): { readonly events: readonly ArrivedEvent[]; readonly unseen: readonly string[] } {
  const met = new Set(stored);
  const unseen = new Set<string>();
  const fresh = events.filter(({ keys }) => {
    const isRepeat = keys.some((key) => met.has(key));
    for (const key of keys) {
      met.add(key);
      if (isRepeat && !stored.has(key)) unseen.add(key);
    }
    return !isRepeat;
  });
  return { events: fresh, unseen: [...unseen] };
}

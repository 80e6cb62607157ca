import type { Fetch, HttpResult } from '../ports/http.ts';
import type { Pace } from '../ports/pace.ts';
import type { PacePermit } from '../ports/pace-permit.ts';

/**
 * A {@link Fetch} whose calls leave at the account's pace. A call that may not leave soon is not made: `notSent`, code
 * `paced`, with the time at which to come again. What is no API (a link from a message) has no pace.
 */
export function paceFetch(fetch: Fetch, pace: Pace): Fetch {
  return async (call) => {
    if (!call.name.startsWith('/')) return fetch(call);
    if (call.permit?.use()) return callWith(call.permit, () => fetch(call));
    for (;;) {
      const entry = await pace.enter(call).catch(() => undefined); // the store says itself why it failed
      if (entry === undefined) return { kind: 'notSent', code: 'notCounted' };
      if (entry.kind === 'putOff') return { kind: 'notSent', code: 'paced', untilMs: entry.untilMs };
      // A process that was stopped meanwhile may have lost its place.
      if (entry.permit.use()) return callWith(entry.permit, () => fetch(call));
    }
  };
}

/** Makes a call whose permit is used already. */
export async function callWith(permit: PacePermit, make: () => Promise<HttpResult>): Promise<HttpResult> {
  try {
    return await make();
  } finally {
    permit.arrived();
  }
}

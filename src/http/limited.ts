import PQueue from 'p-queue';
import type { CallLimit } from '../ports/helpdesk.ts';
import type { Fetch } from '../ports/http.ts';

/**
 * A {@link Fetch} that keeps to the vendor's limits: calls wait their turn, higher priority first, in a sliding window
 * for each limit they fall under. A call of several limits passes them from the widest to the narrowest.
 */
export function limitFetch(fetch: Fetch, limits: readonly CallLimit[]): Fetch {
  const queues = new Map<string, PQueue>();
  const queueOf = (limit: CallLimit, name: string): PQueue => {
    const key = `${limit.name} ${limit.perMs} ${limit.calls} ${limit.scope === 'each' ? name : ''}`;
    const known = queues.get(key);
    if (known) return known;
    const queue = new PQueue({ intervalCap: limit.calls, interval: limit.perMs, strict: true });
    queues.set(key, queue);
    return queue;
  };
  // The narrowest is waited for first: whoever waits there uses up nothing of the wider one.
  const ordered = [...limits].sort((a, b) => a.calls / a.perMs - b.calls / b.perMs);
  return async (call) => {
    const options = { priority: call.priority ?? 0, ...(call.signal && { signal: call.signal }) };
    try {
      for (const limit of ordered.filter(({ name }) => call.name.startsWith(name))) {
        await queueOf(limit, call.name).add(() => undefined, options);
      }
    } catch {
      return { kind: 'notSent', code: 'aborted' };
    }
    return fetch(call);
  };
}

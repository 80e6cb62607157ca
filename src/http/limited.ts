import { type Clock, systemClock } from '../ports/clock.ts';
import type { CallLimit } from '../ports/helpdesk.ts';
import type { Fetch, HttpCall } from '../ports/http.ts';
import { createWindows } from './windows.ts';

/**
 * A {@link Fetch} that keeps to the vendor's limits: a call leaves once every limit it falls under has room, higher
 * priority first. Rejected: a p-queue for each limit, passed one after the other. Calls that have passed the first pile
 * up before the second, and then leave together.
 */
export function limitFetch(fetch: Fetch, limits: readonly CallLimit[], clock: Clock = systemClock): Fetch {
  const admit = createDoor(limits, clock);
  return async (call) =>
    (await admit(call)) === 'aborted' ? { kind: 'notSent', code: 'aborted' } : fetch(call);
}

interface Waiting {
  readonly name: string;
  readonly priority: number;
  readonly begin: () => void;
}

function createDoor(limits: readonly CallLimit[], clock: Clock) {
  const windows = createWindows(limits);
  let waiting: readonly Waiting[] = [];
  let cancelTimer = () => {};

  const admitAll = (): void => {
    cancelTimer();
    const now = clock.now();
    let soonestMs = Number.POSITIVE_INFINITY;
    waiting = waiting.filter((call) => {
      const waitMs = windows.waitMs(call.name, now);
      if (waitMs > 0) {
        soonestMs = Math.min(soonestMs, waitMs);
        return true;
      }
      windows.count(call.name, now);
      call.begin();
      return false;
    });
    cancelTimer = waiting.length > 0 ? clock.after(soonestMs, admitAll) : () => {};
  };

  return ({ name, priority = 0, signal }: HttpCall) =>
    new Promise<'begin' | 'aborted'>((resolve) => {
      if (signal?.aborted) return resolve('aborted');
      const leave = () => {
        waiting = waiting.filter((other) => other !== call);
        if (waiting.length === 0) cancelTimer();
        resolve('aborted');
      };
      const begin = () => {
        signal?.removeEventListener('abort', leave);
        resolve('begin');
      };
      const call: Waiting = { name, priority, begin };
      signal?.addEventListener('abort', leave, { once: true });
      const place = waiting.findIndex((other) => other.priority < priority);
      waiting = waiting.toSpliced(place === -1 ? waiting.length : place, 0, call);
      admitAll();
    });
}

import { type Clock, systemClock } from '../ports/clock.ts';
import type { CallLimit } from '../ports/helpdesk.ts';
import type { Fetch, HttpCall } from '../ports/http.ts';
import type { LeaseDesk } from '../ports/leases.ts';
import type { Log } from '../ports/log.ts';
import type { PacePermit } from '../ports/pace-permit.ts';
import { createLeasedWindows } from './leased-windows.ts';
import { callWith } from './paced-fetch.ts';
import { heedless, type Waits } from './waits.ts';
import { createWindows, type Windows } from './windows.ts';

/** Several instances call the same vendor: where they share its limits, and under which name. */
export interface SharedLimits {
  readonly desk: LeaseDesk;
  readonly name: string;
}

export interface LimitOptions {
  /** Left out where one process calls alone. */
  readonly shared?: SharedLimits;
  /** Told of calls that waited for long. */
  readonly log?: Pick<Log, 'debug'>;
  /** What the vendor has asked to be spared for a while. Default: it is not heeded. */
  readonly waits?: Waits;
}

const longWaitMs = 1000;

/**
 * A {@link Fetch} that keeps to the vendor's limits: a call leaves once every limit it falls under has room, higher
 * priority first. Where instances share them and the store takes nothing, it does not: `notSent`, code `notCounted`.
 * Rejected: a p-queue for each limit, passed one after the other. Calls that have passed the first pile up before the
 * second, and then leave together. What comes while the vendor wants none is not made either: `paused`, and until when.
 */
export function limitFetch(
  fetch: Fetch,
  limits: readonly CallLimit[],
  clock: Clock = systemClock,
  { shared, log, waits = heedless }: LimitOptions = {},
): Fetch {
  if (limits.length === 0 && waits === heedless) return fetch;
  const admit = createDoor(clock, (door) =>
    shared ? createLeasedWindows(limits, { clock, ...shared, ...door }) : createWindows(limits, clock),
  );
  return async (call) => {
    const from = clock.monotonic();
    for (;;) {
      // Who comes while nothing is taken need not wait for his place.
      const early = waits.heldAt(call);
      if (early) return early;
      const entry = await admit(call);
      const waitedMs = Math.round(clock.monotonic() - from);
      if (waitedMs >= longWaitMs) log?.debug('call.waited', { call: call.name, waitedMs });
      if (typeof entry === 'string') return { kind: 'notSent', code: entry };
      const held = await waits.look(call);
      if (held) {
        entry.giveBack();
        return held;
      }
      // A process that was stopped meanwhile may have lost its place.
      if (entry.use()) return waits.heed(call, await callWith(entry, () => fetch(call)));
    }
  };
}

/** A call's leave to go, or why it has none. */
type Entry = PacePermit | 'aborted' | 'notCounted';

interface Waiting {
  readonly name: string;
  readonly priority: number;
  readonly end: (entry: Entry) => void;
}

/** What windows see of those who wait for them. */
export interface Door {
  /** The names of the calls that wait. */
  readonly waiting: () => readonly string[];
  /** There may be room. */
  readonly onChange: () => void;
  /** Nobody can say whether there is room. */
  readonly onFailure: () => void;
}

function createDoor(clock: Clock, openWindows: (door: Door) => Windows) {
  let waiting: readonly Waiting[] = [];
  let cancelTimer = () => {};

  const admitAll = (): void => {
    cancelTimer();
    let soonestMs = Number.POSITIVE_INFINITY;
    waiting = waiting.filter((call) => {
      const waitMs = windows.waitMs(call.name);
      if (waitMs > 0) {
        soonestMs = Math.min(soonestMs, waitMs);
        return true;
      }
      call.end(windows.take(call.name));
      return false;
    });
    cancelTimer = waiting.length > 0 ? clock.after(Math.ceil(soonestMs), admitAll) : () => {};
    windows.tend?.();
  };

  const windows = openWindows({
    waiting: () => waiting.map(({ name }) => name),
    onChange: admitAll,
    onFailure() {
      cancelTimer();
      for (const call of waiting) call.end('notCounted');
      waiting = [];
    },
  });

  return ({ name, priority = 0, signal }: HttpCall) =>
    new Promise<Entry>((resolve) => {
      if (signal?.aborted) return resolve('aborted');
      const leave = () => {
        waiting = waiting.filter((other) => other !== call);
        if (waiting.length === 0) cancelTimer();
        resolve('aborted');
      };
      const end = (entry: Entry) => {
        signal?.removeEventListener('abort', leave);
        resolve(entry);
      };
      const call: Waiting = { name, priority, end };
      signal?.addEventListener('abort', leave, { once: true });
      const place = waiting.findIndex((other) => other.priority < priority);
      waiting = waiting.toSpliced(place === -1 ? waiting.length : place, 0, call);
      admitAll();
    });
}

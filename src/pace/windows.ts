import type { Clock } from '../ports/clock.ts';
import type { CallLimit } from '../ports/helpdesk.ts';
import { unlimited } from '../ports/pace.ts';
import type { PacePermit } from '../ports/pace-permit.ts';
import { ArrivalWindow } from './arrival-window.ts';

/** Counts calls in sliding windows: one for each limit, or for each call name under it. */
export interface Windows {
  /** How long until every limit that a call of this name falls under may have room; 0: now. */
  waitMs(name: string): number;
  /** A call of this name may begin now. */
  take(name: string): PacePermit;
  /** Somebody waits, and it was looked whether there is room. */
  tend?(): void;
}

/** Windows of one process, which count the moments at which calls begin, as if they arrived there and then. */
export function createWindows(limits: readonly CallLimit[], clock: Pick<Clock, 'monotonic'>): Windows {
  const windows = new Map<string, ArrivalWindow>();
  const windowsOf = (name: string): readonly ArrivalWindow[] =>
    limits.flatMap((limit, index) => {
      if (!name.startsWith(limit.name)) return [];
      const key = `${index} ${keyOf(limit, name)}`;
      const window = windows.get(key) ?? new ArrivalWindow(limit.calls, limit.perMs);
      windows.set(key, window);
      return [window];
    });
  return {
    waitMs(name) {
      const now = clock.monotonic();
      return Math.max(0, ...windowsOf(name).map((window) => window.waitMs(now)));
    },
    take(name) {
      const now = clock.monotonic();
      for (const window of windowsOf(name)) window.take().arrive(now);
      return unlimited;
    },
  };
}

/** Which window of a limit a call is in. */
export function keyOf({ name, scope, perMs }: CallLimit, call: string): string {
  return scope === 'each' ? `each ${perMs} ${call}` : `all ${perMs} ${name}`;
}

import type { Clock } from '../ports/clock.ts';
import type { CallLimit } from '../ports/helpdesk.ts';
import { unlimited } from '../ports/pace.ts';
import type { PacePermit } from '../ports/pace-permit.ts';

/** Counts calls in sliding windows: one for each limit, or for each call name under it. */
export interface Windows {
  /** How long until every limit that a call of this name falls under may have room; 0: now. */
  waitMs(name: string): number;
  /** A call of this name may begin now. */
  take(name: string): PacePermit;
  /** Somebody waits, and it was looked whether there is room. */
  tend?(): void;
}

/** Windows of one process, which count the moments at which calls begin. */
export function createWindows(limits: readonly CallLimit[], clock: Pick<Clock, 'monotonic'>): Windows {
  const windows = new Map<string, Window>();
  const windowsOf = (name: string): readonly Window[] =>
    limits.flatMap((limit, index) => {
      if (!name.startsWith(limit.name)) return [];
      const key = `${index} ${keyOf(limit, name)}`;
      const window = windows.get(key) ?? createWindow(limit);
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
      for (const window of windowsOf(name)) window.count(now);
      return unlimited;
    },
  };
}

/** Which window of a limit a call is in. */
export function keyOf({ name, scope, perMs }: CallLimit, call: string): string {
  return scope === 'each' ? `each ${perMs} ${call}` : `all ${perMs} ${name}`;
}

/** Times are of a clock that never goes back. */
interface Window {
  waitMs(now: number): number;
  count(now: number): void;
}

function createWindow({ calls, perMs }: CallLimit): Window {
  /** When calls began, oldest first. */
  const times: number[] = [];
  return {
    waitMs(now) {
      const left = times.findIndex((time) => time > now - perMs);
      times.splice(0, left === -1 ? times.length : left);
      const nextToLeave = times[times.length - calls];
      return nextToLeave === undefined ? 0 : nextToLeave + perMs - now;
    },
    count(now) {
      times.push(now);
    },
  };
}

import type { CallLimit } from '../ports/helpdesk.ts';

/** Counts calls in sliding windows: one for each limit, or for each call name under it. */
export interface Windows {
  /** How long until every limit that `name` falls under has room; 0: now. */
  waitMs(name: string, now: number): number;
  /** A call of this name begins now. */
  count(name: string, now: number): void;
}

export function createWindows(limits: readonly CallLimit[]): Windows {
  const windows = new Map<string, Window>();
  const windowsOf = (name: string): readonly Window[] =>
    limits.flatMap((limit, index) => {
      if (!name.startsWith(limit.name)) return [];
      const key = limit.scope === 'each' ? `${index} ${name}` : `${index}`;
      const window = windows.get(key) ?? createWindow(limit);
      windows.set(key, window);
      return [window];
    });
  return {
    waitMs: (name, now) => Math.max(0, ...windowsOf(name).map((window) => window.waitMs(now))),
    count(name, now) {
      for (const window of windowsOf(name)) window.count(now);
    },
  };
}

interface Window {
  waitMs(now: number): number;
  count(now: number): void;
}

function createWindow({ calls, perMs }: CallLimit): Window {
  let times: readonly number[] = [];
  return {
    waitMs(now) {
      // Times to come are brought to now: a clock that was set back would keep the window full until it has caught up.
      times = times.filter((time) => time > now - perMs).map((time) => Math.min(time, now));
      const nextToLeave = times[times.length - calls];
      return nextToLeave === undefined ? 0 : nextToLeave + perMs - now;
    },
    count(now) {
      times = [...times, now];
    },
  };
}

import type { CalledBack, PreparedCallback } from './callbacks.ts';

/** A callback that nobody took, and the request that it was, or would have been. */
export interface LostCallback {
  readonly called: CalledBack;
  readonly request: PreparedCallback;
}

/** What the exception storage (回调异常存储) says of ten minutes: its key, how many there are, how often they were sent again. */
export interface LostEntry {
  readonly date: string;
  readonly size: number;
  readonly retry: number;
}

export interface LostCallbacks {
  keep(lost: LostCallback): void;
  entries(): readonly LostEntry[];
  /** What is to be sent once more; `undefined`: there is no such entry, or it was sent again often enough. */
  again(entry: Pick<LostEntry, 'date' | 'retry'>): readonly LostCallback[] | undefined;
}

const keyMs = 600_000;
const keptMs = 3 * 86_400_000;
const mostResends = 10;

/** Three days of lost callbacks, by ten minutes. */
export function openLostCallbacks(now: () => number): LostCallbacks {
  const kept = new Map<number, { readonly list: LostCallback[]; retry: number }>();
  const current = () => [...kept].filter(([at]) => at > now() - keptMs);
  return {
    keep(lost) {
      const at = Math.floor(now() / keyMs) * keyMs;
      const entry = kept.get(at) ?? { list: [], retry: 0 };
      entry.list.push(lost);
      kept.set(at, entry);
    },
    entries: () => current().map(([at, { list, retry }]) => ({ date: nameOf(at), size: list.length, retry })),
    again({ date, retry }) {
      const [, entry] = current().find(([at]) => nameOf(at) === date) ?? [];
      if (entry === undefined || entry.retry !== retry || retry >= mostResends) return undefined;
      entry.retry += 1;
      return entry.list;
    },
  };
}

/** `yyyyMMddHHmm`. */
function nameOf(at: number): string {
  return new Date(at).toISOString().replaceAll(/[-T:]/g, '').slice(0, 12);
}

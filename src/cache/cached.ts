import type { Keyv } from 'keyv';
import { TooSoon } from '../ports/errors.ts';
import type { Tools } from '../ports/helpdesk.ts';
import type { Log } from '../ports/log.ts';

type Cached = Pick<Tools, 'cached' | 'forget'>;

/**
 * Short-lived values (tokens): loaded once however many ask, kept in Keyv, never in the store. What may be lost lives
 * here, so a cache that fails is a miss and a log line, and this process goes on with what it loaded itself. A value
 * that had to be forgotten before its time is logged and counted: another system fights for it.
 */
export function createCached(keyv: Keyv, clock: { now(): number }, log: Log): Cached {
  const loading = new Map<string, Promise<string>>();
  const begunAt = new Map<string, number>();
  const early = new Map<string, number>();
  const entries = openEntries(keyv, log, clock);

  const read = async (key: string, load: Load, leastIntervalMs: number): Promise<string> => {
    const kept = await entries.find(key);
    if (kept && kept.goodUntil > clock.now()) return kept.value;
    const now = clock.now();
    const sinceMs = now - (begunAt.get(key) ?? Number.NEGATIVE_INFINITY);
    // Less than nothing: the clock was set back.
    if (sinceMs >= 0 && sinceMs < leastIntervalMs) throw new TooSoon(leastIntervalMs - sinceMs);
    if (leastIntervalMs > 0) begunAt.set(key, now);
    const loaded = await load();
    await entries.keep(key, loaded);
    return loaded.value;
  };

  return {
    cached(key, load, { leastIntervalMs = 0 } = {}) {
      const running = loading.get(key) ?? read(key, load, leastIntervalMs).finally(() => loading.delete(key));
      loading.set(key, running);
      return running;
    },
    async forget(key, value) {
      // What is being loaded takes the place of what is to be forgotten.
      await loading.get(key)?.catch(() => undefined);
      const dropped = await entries.drop(key, value);
      const earlyByMs = dropped ? dropped.goodUntil - clock.now() : 0;
      if (earlyByMs <= 0) return;
      const times = (early.get(key) ?? 0) + 1;
      early.set(key, times);
      log.warn('token.forgotten', { key, earlyByMs, times });
    },
  };
}

type Load = Parameters<Tools['cached']>[1];
type Entry = Awaited<ReturnType<Load>>;

/** So many values are kept before anybody looks for those whose time is over. */
const leastSweep = 1000;

/** Keyv, with what this process loaded behind it for when Keyv fails. */
function openEntries(keyv: Keyv, log: Log, clock: { now(): number }) {
  const own = new Map<string, Entry>();
  let sweepAt = leastSweep;
  const dropped = new Map<string, string>();
  const failed = (error: unknown) => log.warn('cache.failed', { error });
  // Keyv tells failures as events; without a listener it throws them, also outside of any call.
  keyv.on('error', failed);

  const find = async (key: string): Promise<Entry | undefined> => {
    const entry = (await keyv.get<Entry>(key).catch(failed)) ?? own.get(key);
    // A value whose deletion failed stays dropped.
    return entry?.value === dropped.get(key) ? undefined : entry;
  };

  // A value for a visitor who stays away is never asked for again. Keyv drops what is over when it is asked, and it alone
  // knows whether another process has a newer one.
  const sweep = () => {
    if (own.size < sweepAt) return;
    const now = clock.now();
    for (const [key, { goodUntil }] of own) {
      if (goodUntil > now) continue;
      own.delete(key);
      dropped.delete(key);
      void keyv.get(key).catch(failed);
    }
    sweepAt = Math.max(leastSweep, own.size * 2);
  };

  return {
    find,
    async keep(key: string, entry: Entry) {
      own.set(key, entry);
      dropped.delete(key);
      sweep();
      await keyv.set(key, entry, Math.max(1, entry.goodUntil - clock.now())).catch(failed);
    },
    /** Gives the entry, if it was still this value. */
    async drop(key: string, value: string): Promise<Entry | undefined> {
      const entry = await find(key);
      // Asked again, as another caller may have dropped it meanwhile.
      if (entry?.value !== value || dropped.get(key) === value) return undefined;
      dropped.set(key, value);
      own.delete(key);
      await keyv.delete(key).catch(failed);
      return entry;
    },
  };
}

import type { Keyv } from 'keyv';
import type { Tools } from '../ports/helpdesk.ts';
import type { Log } from '../ports/log.ts';

interface Entry {
  readonly value: string;
  readonly goodUntil: number;
  readonly loadedAt: number;
}

/**
 * Short-lived values (tokens): loaded once however many ask, kept in Keyv, never in the store. What may be lost lives
 * here. A value that had to be forgotten before its time is logged: another system fights for it.
 */
export function createCached(
  keyv: Keyv,
  clock: { now(): number },
  log: Log,
): Pick<Tools, 'cached' | 'forget'> {
  const loading = new Map<string, Promise<string>>();
  const loadedAt = new Map<string, number>();

  const read = async (key: string, load: Parameters<Tools['cached']>[1], leastIntervalMs: number) => {
    const kept = await keyv.get<Entry>(key);
    if (kept && kept.goodUntil > clock.now()) return kept.value;
    const last = loadedAt.get(key);
    const wait = last === undefined ? 0 : last + leastIntervalMs - clock.now();
    if (wait > 0) throw new TooSoon(wait);
    loadedAt.set(key, clock.now());
    const { value, goodUntil } = await load();
    await keyv.set(
      key,
      { value, goodUntil, loadedAt: clock.now() } satisfies Entry,
      Math.max(1, goodUntil - clock.now()),
    );
    return value;
  };

  return {
    cached(key, load, { leastIntervalMs = 0 } = {}) {
      const running = loading.get(key) ?? read(key, load, leastIntervalMs).finally(() => loading.delete(key));
      loading.set(key, running);
      return running;
    },
    async forget(key, value) {
      const kept = await keyv.get<Entry>(key);
      if (kept?.value !== value) return;
      await keyv.delete(key);
      log.warn('token.forgotten', { key, earlyByMs: kept.goodUntil - clock.now() });
    },
  };
}

/** The value was loaded a moment ago and may not be loaded again for `waitMs`. */
export class TooSoon extends Error {
  readonly waitMs: number;

  constructor(waitMs: number) {
    super(`expected to wait ${waitMs} ms before the next load`);
    this.name = 'TooSoon';
    this.waitMs = waitMs;
  }
}

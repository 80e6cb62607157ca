import type { Keyv } from 'keyv';
import { aloneInProcess, type RunAlone } from '../ports/alone.ts';
import { TooSoon } from '../ports/errors.ts';
import type { CachedValue, Tools } from '../ports/helpdesk.ts';
import type { Log } from '../ports/log.ts';
import { countEarlyEnd } from './early-ends.ts';
import { createSharedValues, type Ending, type SharedValues } from './shared-values.ts';

export interface CachedOptions {
  readonly keyv: Keyv;
  readonly clock: { now(): number };
  readonly log: Log;
  /** Over all who share the cache. Default: nobody else does. */
  readonly alone?: RunAlone;
}

type Cached = Pick<Tools, 'cached' | 'forget'>;

/**
 * Short-lived values (tokens): loaded once however many ask, on however many instances, and kept in Keyv. A value that is
 * in hand is given without asking anybody, so it may be used here after another instance has dropped it: whoever finds
 * that it is no good forgets it, and gets what the others have. What may be lost lives here, so a cache that fails is a
 * miss and a log line. A value that had to be forgotten before its time is logged and counted: another system fights for
 * it.
 */
export function createCached({ keyv, clock, log, alone = aloneInProcess() }: CachedOptions): Cached {
  const loading = new Map<string, Promise<string>>();
  const values = createSharedValues(keyv, clock, log);
  const isGood = (value: CachedValue | undefined) => value !== undefined && value.goodUntil > clock.now();

  /** Keeps what was loaded, unless another has loaded since: that took so long that this one was no longer alone. */
  const keep = async (key: string, loaded: CachedValue): Promise<string> => {
    const newer = await values.read<CachedValue>(key);
    if (newer && isGood(newer)) return newer.value;
    await values.write(key, loaded);
    return loaded.value;
  };

  const read = async (key: string, load: Load, leastIntervalMs: number): Promise<string> => {
    const known = await values.read<CachedValue>(key);
    if (known && isGood(known)) return known.value;
    return alone(key, async () => {
      const meanwhile = await values.read<CachedValue>(key);
      if (meanwhile && isGood(meanwhile)) return meanwhile.value;
      if (leastIntervalMs > 0) await noteBegin(values, { key, now: clock.now(), leastIntervalMs });
      return keep(key, await load());
    });
  };

  /** Drops the value if it is still that; whether it was, or no instance has any. */
  const drop = async (key: string, value: string) => {
    const kept = await values.read<CachedValue>(key);
    if (kept && kept.value !== value && isGood(kept)) return { isReplaced: true };
    if (!kept) return { isReplaced: false };
    await values.remove(key);
    // Who began to look before this may have seen it.
    loading.delete(key);
    const earlyByMs = kept.value === value ? kept.goodUntil - clock.now() : 0;
    if (earlyByMs <= 0) return { isReplaced: false };
    const early = await countEarlyEnd(values, { key, value, now: clock.now() });
    log.warn('token.forgotten', { key, earlyByMs, times: early.times });
    return { isReplaced: false, early };
  };

  return {
    cached(key, load, { leastIntervalMs = 0 } = {}) {
      const known = values.inHand<CachedValue>(key);
      if (known && isGood(known)) return Promise.resolve(known.value);
      const joined = loading.get(key);
      if (joined) return joined;
      const running = read(key, load, leastIntervalMs).finally(() => {
        if (loading.get(key) === running) loading.delete(key);
      });
      loading.set(key, running);
      return running;
    },
    async forget(key, value, instead) {
      // What is being loaded takes the place of what is to be forgotten.
      await loading.get(key)?.catch(() => undefined);
      const known = await values.read<CachedValue>(key);
      if (known && known.value !== value && isGood(known)) return undefined;
      return alone(key, async () => {
        const { isReplaced, early } = await drop(key, value);
        if (isReplaced || !instead) return early;
        const other = await instead();
        if (other) await keep(key, other);
        return early;
      });
    },
  };
}

type Load = Parameters<Tools['cached']>[1];

interface Begin extends Ending {
  readonly at: number;
}

/** Between two loads there is this time, whichever instance begins them. */
async function noteBegin(
  values: SharedValues,
  {
    key,
    now,
    leastIntervalMs,
  }: { readonly key: string; readonly now: number; readonly leastIntervalMs: number },
): Promise<void> {
  const place = `begun:${key}`;
  const last = await values.read<Begin>(place);
  const sinceMs = now - (last?.at ?? Number.NEGATIVE_INFINITY);
  // Less than nothing: a clock was set back.
  if (sinceMs >= 0 && sinceMs < leastIntervalMs) throw new TooSoon(leastIntervalMs - sinceMs);
  const begin: Begin = { at: now, goodUntil: now + leastIntervalMs };
  await values.write(place, begin);
}

import { type Keyv, KeyvMemoryAdapter } from 'keyv';
import type { Log } from '../ports/log.ts';

/** JSON that is of use until then (milliseconds since 1970). */
export interface Ending {
  readonly goodUntil: number;
}

/**
 * Keyv, with what this process knows behind it for when Keyv fails: a failure is a log line, and this process goes on
 * with what it has.
 */
export interface SharedValues {
  /** What this process wrote or read last, without asking anybody. */
  inHand<Value extends Ending>(key: string): Value | undefined;
  /** What all instances see; it is in hand then. */
  read<Value extends Ending>(key: string): Promise<Value | undefined>;
  /** As the next, to be called by one at a time for a key. */
  write(key: string, value: Ending): Promise<void>;
  remove(key: string): Promise<void>;
}

/** So many values are in hand before anybody looks for those whose time is over. */
const leastSweep = 1000;

export function createSharedValues(keyv: Keyv, clock: { now(): number }, log: Log): SharedValues {
  const hand = new Map<string, Known>();
  /** What is to be gone, and could not be removed. */
  const gone = new Map<string, string>();
  const ask = watchFailures(keyv, log);
  let steps = 0;
  let sweepAt = leastSweep;

  // A value for a visitor who stays away is never asked for again. In memory Keyv drops what is over when it is asked;
  // other caches do so by themselves.
  const sweep = () => {
    if (hand.size < sweepAt) return;
    const now = clock.now();
    for (const [key, { value }] of hand) {
      if (value !== undefined && value.goodUntil > now) continue;
      hand.delete(key);
      gone.delete(key);
      if (keyv.store instanceof KeyvMemoryAdapter) void ask(() => keyv.get(key));
    }
    sweepAt = Math.max(leastSweep, hand.size * 2);
  };
  const nextStep = () => {
    steps += 1;
    return steps;
  };
  const hold = (key: string, value: Ending | undefined, step: number) => {
    hand.set(key, { value, step });
    sweep();
  };
  const inHand = <Value extends Ending>(key: string) => hand.get(key)?.value as Value | undefined; // who reads a key wrote it

  return {
    inHand,
    async read<Value extends Ending>(key: string) {
      const step = nextStep();
      const answer = await ask(() => keyv.get<Ending>(key));
      // What came of a later step is newer than this answer.
      const isLate = (hand.get(key)?.step ?? 0) > step;
      if (answer.kind === 'failed' || isLate) return inHand<Value>(key);
      const { value } = answer;
      hold(key, gone.get(key) === JSON.stringify(value) ? undefined : value, step);
      return inHand<Value>(key);
    },
    async write(key, value) {
      gone.delete(key);
      hold(key, value, nextStep());
      await ask(() => keyv.set(key, value, Math.max(1, value.goodUntil - clock.now())));
      // Who asked meanwhile may have been told of the one before.
      hold(key, value, nextStep());
    },
    async remove(key) {
      const last = inHand(key);
      hold(key, undefined, nextStep());
      const answer = await ask(() => keyv.delete(key));
      if (last !== undefined && answer.kind === 'failed') gone.set(key, JSON.stringify(last));
      hold(key, undefined, nextStep());
    },
  };
}

/** What this process knows of a key (nothing: that there is none), and since which step. */
interface Known {
  readonly value: Ending | undefined;
  readonly step: number;
}

type Answer<Value> = { readonly kind: 'answer'; readonly value: Value } | { readonly kind: 'failed' };

/**
 * Keyv tells failures as events, and answers as if there were nothing; without a listener it throws them, also outside
 * of any call. One that happens beside a call counts against it: then nothing is lost but the answer.
 */
function watchFailures(keyv: Keyv, log: Log) {
  let failures = 0;
  const note = (error: unknown) => {
    failures += 1;
    log.warn('cache.failed', { error });
  };
  keyv.on('error', note);
  return async <Value>(call: () => Promise<Value>): Promise<Answer<Value>> => {
    const before = failures;
    try {
      const value = await call();
      return failures === before ? { kind: 'answer', value } : { kind: 'failed' };
    } catch (error) {
      note(error);
      return { kind: 'failed' };
    }
  };
}

import type { Random } from '../../chaos/random.ts';
import type { Fetch, HttpResult } from '../../src/ports/http.ts';
import type { TestClock } from '../clock.ts';

/** The road out, where answers take their time, as far as the clock of the test can tell. */
export interface SlowRoad {
  readonly fetch: Fetch;
  /** Calls to this origin of which nobody can say what became of them. */
  lostAnswers(origin: string): number;
  /** What is under way never comes back: the process that called is gone. */
  cut(): void;
}

export interface SlowRoadOptions {
  readonly fetch: Fetch;
  readonly clock: TestClock;
  readonly random: Random;
  /** The share of calls that take longer than no time at all. */
  readonly slowShare: number;
}

/** Shorter than any time-out of a call. */
const slowestMs = 9000;

/**
 * Half of the lost answers come as a time-out does: after all the time that the call had. A fault of a pretended server
 * takes no time of the test's clock, so this is where a vendor hangs.
 */
export function openSlowRoad({ fetch, clock, random, slowShare }: SlowRoadOptions): SlowRoad {
  const lost = new Map<string, number>();
  const waiting = new Set<{ readonly origin: string; isCut: boolean; readonly isLost: boolean }>();
  const carry = clock.watch(fetch);
  const countLost = (origin: string) => lost.set(origin, (lost.get(origin) ?? 0) + 1);

  return {
    async fetch(call) {
      const result = await carry(call);
      const { origin } = new URL(call.url);
      const isLost = saysNothing(result);
      if (isLost) countLost(origin);
      const hangs = result.kind === 'lost' && random.next() < 0.5;
      const isSlow = !isLost && random.next() < slowShare;
      const waitMs = hangs ? (call.timeoutMs ?? 10_000) : isSlow ? random.between(1, slowestMs) : 0;
      const wait = { origin, isCut: false, isLost };
      if (waitMs > 0) {
        waiting.add(wait);
        await new Promise<void>((resolve) => clock.after(waitMs, () => wait.isCut || resolve()));
        waiting.delete(wait);
      }
      return hangs ? { kind: 'lost', code: 'etimedout' } : result;
    },
    lostAnswers: (origin) => lost.get(origin) ?? 0,
    cut() {
      for (const wait of waiting) {
        wait.isCut = true;
        if (!wait.isLost) countLost(wait.origin);
      }
      waiting.clear();
    },
  };
}

/** Lost, or a page in place of an answer. */
function saysNothing(result: HttpResult): boolean {
  if (result.kind !== 'answer') return result.kind === 'lost';
  return result.status === 200 && (result.headers['content-type'] ?? '').startsWith('text/html');
}

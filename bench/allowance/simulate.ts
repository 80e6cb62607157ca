import type { SendRules } from '../../src/ports/channel.ts';
import { planSends, type WaitingReply } from '../../src/relay/plan-sends.ts';
import type { Burst } from './rhythms.ts';

/** What became of the lines of one burst: how long each waited, milliseconds; left out where it had to be held. */
export interface Delivered {
  readonly lines: number;
  readonly waits: readonly number[];
}

export const granted = 5;
const start = 1_700_000_000_000;

/** The real planner with a moved clock: the visitor acts, then the agent writes. */
export function deliverPlanned(burst: Burst, rules: SendRules): Delivered {
  const waits: number[] = [];
  let window = { left: granted, granted, endsAt: start + 172_740_000, actedAt: start - 1000 };
  let waiting: WaitingReply[] = [];
  let timer = Number.POSITIVE_INFINITY;
  const run = (now: number): void => {
    for (;;) {
      const plan = planSends(waiting, window, { rules, now, typingAt: 0 });
      timer = plan.kind === 'wait' ? plan.until : Number.POSITIVE_INFINITY;
      if (plan.kind !== 'send') return;
      const ids = new Set(plan.ids);
      for (const { id, receivedAt } of waiting) if (ids.has(id)) waits.push(now - receivedAt);
      waiting = waiting.filter(({ id }) => !ids.has(id));
      window = { ...window, left: window.left - 1 };
    }
  };
  for (const [index, afterMs] of burst.entries()) {
    const now = start + afterMs;
    while (timer <= now) run(timer);
    waiting.push({ id: String(index), text: '好的，这边帮您看一下', automatic: false, receivedAt: now });
    run(now);
  }
  while (timer < Number.POSITIVE_INFINITY) run(timer);
  return { lines: burst.length, waits };
}

/** Each line at once, as everybody does it. */
export function deliverNaively(burst: Burst): Delivered {
  return { lines: burst.length, waits: burst.slice(0, granted).map(() => 0) };
}

/**
 * Who knows the future: everything is delivered, and the lines are cut into sends so that they wait least in all (the
 * last line of a send waits not at all, those before it wait for it).
 */
export function deliverKnowing(burst: Burst): Delivered {
  const count = burst.length;
  /** best[sends][end]: least total wait for the first `end` lines in so many sends, and where the last send begins. */
  let best = burst.map((_, end) => ({ total: costOf(burst, 0, end), cuts: [0] }));
  for (let sends = 2; sends <= Math.min(granted, count); sends += 1) {
    const fewer = best;
    best = burst.map((_, end) => {
      let least = fewer[end] ?? { total: 0, cuts: [] };
      for (let begin = 1; begin <= end; begin += 1) {
        const before = fewer[begin - 1];
        const total = (before?.total ?? 0) + costOf(burst, begin, end);
        if (before && total < least.total) least = { total, cuts: [...before.cuts, begin] };
      }
      return least;
    });
  }
  const cuts = [...(best.at(-1)?.cuts ?? []), count];
  const waits = cuts
    .slice(0, -1)
    .flatMap((begin, index) =>
      burst.slice(begin, cuts[index + 1]).map((at) => (burst[(cuts[index + 1] ?? 1) - 1] ?? 0) - at),
    );
  return { lines: count, waits };
}

function costOf(burst: Burst, begin: number, end: number): number {
  const last = burst[end] ?? 0;
  return burst.slice(begin, end + 1).reduce((total, at) => total + last - at, 0);
}

/** Pauses between tries while the other side is away: 1, 4, 15 s, then doubling to 60 s. */
const pausesMs = [1000, 4000, 15_000, 30_000, 60_000] as const;

/** Longer than anybody means. */
const mostMs = 2 ** 40;

/** A pause that was asked for, in whole milliseconds. It may come from a header or a clock that is wrong. */
export function askedPause(afterMs: number | undefined): number | undefined {
  return afterMs !== undefined && afterMs >= 0 ? Math.min(Math.ceil(afterMs), mostMs) : undefined;
}

/** How long to wait before the next try; `tries` were made. `random` (0 to 1) spreads them by a fifth. */
export function pauseBeforeNext(tries: number, random: number): number {
  const pause = pausesMs[Math.min(Math.max(tries, 1), pausesMs.length) - 1] ?? 60_000;
  return Math.round(pause * (0.8 + 0.4 * random));
}

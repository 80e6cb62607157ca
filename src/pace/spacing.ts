/** So much time that calls lost while they waited (a late timer, a slow answer) is made good by following closely. */
const slackMs = 500;

/**
 * Spreads the calls of a second over it, and so decides about the rate; how many may meet on the way is the window's
 * matter. Rejected: the window alone. A burst of a whole second's calls would arrive one behind the other, each slowed by
 * those before it, and the next second's would come as such a burst again. Times are of a clock that never goes back.
 */
export class Spacing {
  readonly #gapMs: number;
  #nextAt = Number.NEGATIVE_INFINITY;
  #lastGapMs = 0;

  constructor(perSecond: number) {
    this.#gapMs = 1000 / perSecond;
  }

  /** Nobody has waited until now: nothing was lost. */
  begin(now: number): void {
    this.#nextAt = Math.max(this.#nextAt, now);
  }

  waitMs(now: number): number {
    return Math.max(0, this.#nextAt - now);
  }

  /** `gapMs`: until the next, where only a share of the calls is ours. */
  take(now: number, gapMs = this.#gapMs): void {
    this.#lastGapMs = gapMs;
    this.#nextAt = Math.max(this.#nextAt, now - slackMs) + gapMs;
  }

  /** A call that was taken is not made. */
  giveBack(): void {
    this.#nextAt -= this.#lastGapMs;
  }
}

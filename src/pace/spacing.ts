/** Of a second's calls a burst may go at once as many as come in this time: what a late timer held up is made good. */
const slackMs = 20;
/** A little closer than even, so that the window decides about the rate and not the spacing. */
const share = 0.95;

/**
 * Spreads the calls of a second over it. A burst of a whole second's calls would arrive one behind the other, each slowed
 * by those before it, and the next second's would come as such a burst again. Times are of a clock that never goes back.
 */
export class Spacing {
  readonly #gapMs: number;
  #nextAt = 0;

  constructor(perSecond: number) {
    this.#gapMs = (1000 / perSecond) * share;
  }

  waitMs(now: number): number {
    return Math.max(0, this.#nextAt - now);
  }

  take(now: number): void {
    this.#nextAt = Math.max(this.#nextAt, now - slackMs) + this.#gapMs;
  }
}

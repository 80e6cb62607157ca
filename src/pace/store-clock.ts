import type { Clock } from '../ports/clock.ts';

/**
 * The clock that all instances share: the store's, as it was told last, and the time that has passed since. Until it is
 * told the first time, the machine's own.
 */
export class StoreClock implements Clock {
  readonly monotonic: Clock['monotonic'];
  readonly after: Clock['after'];
  readonly #own: Clock;
  #aheadMs: number | undefined;

  constructor(own: Clock) {
    this.monotonic = own.monotonic;
    this.after = own.after;
    this.#own = own;
  }

  now(): number {
    return this.#aheadMs === undefined ? this.#own.now() : Math.round(this.monotonic() + this.#aheadMs);
  }

  /** The store was asked at the first time, and has just said the second. */
  set(askedAt: number, storeTime: number): void {
    this.#aheadMs = storeTime - (askedAt + this.monotonic()) / 2;
  }
}

import type { Clock } from '../ports/clock.ts';

/**
 * The clock that all instances share: the store's, as it was told last, and the time that has passed since. Until it is
 * told the first time, the machine's own.
 */
export class StoreClock implements Clock {
  readonly after: Clock['after'];
  readonly #own: Clock;
  readonly #elapsedMs: () => number;
  #aheadMs: number | undefined;

  constructor(own: Clock, elapsedMs: () => number) {
    this.after = own.after;
    this.#own = own;
    this.#elapsedMs = elapsedMs;
  }

  now(): number {
    return this.#aheadMs === undefined ? this.#own.now() : Math.round(this.#elapsedMs() + this.#aheadMs);
  }

  /** The store was asked at the first time, and has just said the second. */
  set(askedAt: number, storeTime: number): void {
    this.#aheadMs = storeTime - (askedAt + this.#elapsedMs()) / 2;
  }
}

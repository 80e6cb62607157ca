import type { CallWindow, Slot } from './call-window.ts';

/**
 * At most `calls` calls reach the other side in any `perMs`, however long each is on its way. A window is so many slots;
 * a call takes one, and it is free again `perMs` after the call has arrived at the latest. Rejected: to count the moments
 * at which calls leave. One that is slow on its way arrives together with those that leave after it.
 *
 * Times are of a clock that never goes back.
 */
export class ArrivalWindow implements CallWindow {
  readonly perMs: number;
  #calls: number;
  #underWay = 0;
  /** When slots of calls that have arrived are free again, soonest first. */
  #freeAt: number[] = [];

  constructor(calls: number, perMs: number) {
    this.#calls = calls;
    this.perMs = perMs;
  }

  get slots(): number {
    return this.#calls;
  }

  share(): number {
    return this.#calls;
  }

  room(now: number): number {
    return Math.max(0, this.#calls - this.busy(now));
  }

  /** So many slots have a call on its way, or one that is not far enough behind. */
  busy(now: number): number {
    return this.#underWay + this.blockedUntil(now).length;
  }

  /** Calls that have not arrived yet, or are not known to have. */
  get underWay(): number {
    return this.#underWay;
  }

  /** When the slots of calls that have arrived are free again, soonest first. */
  blockedUntil(now: number): readonly number[] {
    const free = this.#freeAt.findIndex((time) => time > now);
    this.#freeAt.splice(0, free === -1 ? this.#freeAt.length : free);
    return this.#freeAt;
  }

  /** While it hangs on calls under way, that is only an estimate. */
  waitMs(now: number): number {
    if (this.room(now) > 0) return 0;
    const next = this.#freeAt[this.#underWay + this.#freeAt.length - this.#calls];
    return next === undefined ? this.perMs : next - now;
  }

  take(): Slot {
    this.#underWay += 1;
    return {
      isGood: () => true,
      arrive: (by) => {
        this.#underWay -= 1;
        this.#block(1, by + this.perMs);
      },
      giveBack: () => {
        this.#underWay -= 1;
      },
    };
  }

  /** Calls of an earlier life of the bridge. */
  hold(calls: number, by: number): void {
    this.#block(Math.min(calls, this.#calls), by + this.perMs);
  }

  resize(calls: number): void {
    this.#calls = calls;
  }

  #block(slots: number, until: number): void {
    const place = this.#freeAt.findLastIndex((other) => other <= until) + 1;
    this.#freeAt.splice(place, 0, ...Array.from({ length: slots }, () => until));
  }
}

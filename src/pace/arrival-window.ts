/**
 * At most `calls` calls reach the other side in any `perMs`, however long each is on its way. A window is so many slots;
 * a call takes one, and it is free again `perMs` after the call has arrived at the latest. Rejected: to count the moments
 * at which calls leave. One that is slow on its way arrives together with those that leave after it.
 *
 * Times are of a clock that never goes back.
 */
export class ArrivalWindow {
  readonly perMs: number;
  #calls: number;
  #underWay = 0;
  /** When slots of calls that have arrived are free again, soonest first. */
  #freeAt: number[] = [];

  constructor(calls: number, perMs: number) {
    this.#calls = calls;
    this.perMs = perMs;
  }

  /** Between two calls, where they are spread evenly. */
  get gapMs(): number {
    return this.perMs / this.#calls;
  }

  /** So many calls may leave now. */
  room(now: number): number {
    const free = this.#freeAt.findIndex((time) => time > now);
    this.#freeAt.splice(0, free === -1 ? this.#freeAt.length : free);
    return Math.max(0, this.#calls - this.#underWay - this.#freeAt.length);
  }

  /** How long until a slot is free; 0: now. While it hangs on calls under way, that is only an estimate. */
  waitMs(now: number): number {
    if (this.room(now) > 0) return 0;
    const next = this.#freeAt[this.#underWay + this.#freeAt.length - this.#calls];
    return next === undefined ? this.perMs : next - now;
  }

  /** A call leaves. */
  take(): void {
    this.#underWay += 1;
  }

  /** A call that was to leave does not. */
  giveBack(): void {
    this.#underWay -= 1;
  }

  /** A call that has left arrived at this time or before. */
  arrive(by: number): void {
    this.#underWay -= 1;
    this.hold(1, by);
  }

  /** So many calls arrived at this time that were not seen to leave: in an earlier life of the bridge. */
  hold(calls: number, by: number): void {
    const time = by + this.perMs;
    const place = this.#freeAt.findLastIndex((other) => other <= time) + 1;
    this.#freeAt.splice(place, 0, ...Array.from({ length: Math.min(calls, this.#calls) }, () => time));
  }

  /** The limit is another now; what was counted stands. */
  resize(calls: number): void {
    this.#calls = calls;
  }
}

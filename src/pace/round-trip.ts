/** So many answers are needed to know what is quick: the first ones set up connections. */
const enough = 20;
/** Where none of so many answers was as quick as one before them, nothing is as quick any more: the way is another one. */
const remembered = 512;

/**
 * When a call has arrived at the latest, as far as its answer tells. An answer takes as long as the way there, the work and
 * the way back. The quickest of many is taken for what no call is spared; the rest may have been spent on the way there.
 * Rejected: to let the quickest grow with each answer that is slower. A few that are very slow make it too long at once.
 */
export class RoundTrip {
  #answers = 0;
  #quickestMs = Number.POSITIVE_INFINITY;
  #quickestBeforeMs = Number.POSITIVE_INFINITY;

  /** So much later than `arrivedBy` says a call may have arrived. Another's calls may be quicker on their way. */
  get doubtMs(): number {
    return this.#answers > enough ? Math.ceil(this.#leastMs) : 0;
  }

  /** The call left and was answered then. */
  arrivedBy(leftAt: number, answeredAt: number): number {
    if (this.#answers > 0 && this.#answers % remembered === 0) {
      this.#quickestBeforeMs = this.#quickestMs;
      this.#quickestMs = Number.POSITIVE_INFINITY;
    }
    this.#answers += 1;
    this.#quickestMs = Math.min(this.#quickestMs, answeredAt - leftAt);
    return this.#answers > enough ? answeredAt - this.#leastMs : answeredAt;
  }

  get #leastMs(): number {
    return Math.min(this.#quickestMs, this.#quickestBeforeMs);
  }
}

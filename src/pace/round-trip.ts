/**
 * So many answers are needed to know what is quick. Far fewer are all slow on a machine that has too much to do, and the
 * quickest of them says little: of a hundred it was 20 ms where the way takes one, and a window had a call too many.
 */
const enough = 500;
/** Where none of so many answers was as quick as one before them, nothing is as quick any more: the way is another one. */
const remembered = 4000;
/** Of the quickest, so much is relied on: the quickest of all may not be among those that were seen. */
const relied = 0.8;

/**
 * When a call has arrived at the latest, as far as its answer tells. An answer takes as long as the way there, the work and
 * the way back. The quickest of many is taken for what no call is spared; the rest may have been spent on the way there.
 * Rejected: to let the quickest grow with each answer that is slower. A few that are very slow make it too long at once.
 * Rejected: to count from the answer alone. Where answers take 250 ms, a fifth of the limit would never be used.
 */
export class RoundTrip {
  #answers = 0;
  #quickestMs = Number.POSITIVE_INFINITY;
  #quickestBeforeMs = Number.POSITIVE_INFINITY;

  /** So much later than `arrivedBy` says a call may have arrived. Another's calls may be quicker on their way. */
  get doubtMs(): number {
    return Math.ceil(this.#sparedMs);
  }

  /** The call left and was answered then. */
  arrivedBy(leftAt: number, answeredAt: number): number {
    if (this.#answers > 0 && this.#answers % remembered === 0) {
      this.#quickestBeforeMs = this.#quickestMs;
      this.#quickestMs = Number.POSITIVE_INFINITY;
    }
    this.#answers += 1;
    this.#quickestMs = Math.min(this.#quickestMs, answeredAt - leftAt);
    return answeredAt - this.#sparedMs;
  }

  /** So long before its answer each call has arrived. */
  get #sparedMs(): number {
    return this.#answers > enough ? relied * Math.min(this.#quickestMs, this.#quickestBeforeMs) : 0;
  }
}

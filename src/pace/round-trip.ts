/** So many answers are needed to know what is quick: the first ones set up connections. */
const enough = 20;
/** How slowly the quickest round trip is forgotten: a second in which everything is slow says nothing. */
const forgetShare = 1 / 1024;

/**
 * When a call has arrived at the latest, as far as its answer tells. An answer takes as long as the way there, the work and
 * the way back. The quickest ever seen is taken for what no call is spared; the rest may have been spent on the way there.
 */
export class RoundTrip {
  #quickestMs = Number.POSITIVE_INFINITY;
  #answers = 0;

  /** The call left and was answered then. */
  arrivedBy(leftAt: number, answeredAt: number): number {
    const tookMs = answeredAt - leftAt;
    this.#answers += 1;
    const slowerMs = tookMs - this.#quickestMs;
    this.#quickestMs = slowerMs > 0 ? this.#quickestMs + slowerMs * forgetShare : tookMs;
    return this.#answers > enough ? answeredAt - this.#quickestMs : answeredAt;
  }
}

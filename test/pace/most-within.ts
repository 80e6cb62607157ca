/** The most of them in any window, wherever it begins. */
export function mostWithin(times: readonly number[], windowMs: number): number {
  return Math.max(0, ...times.map((at) => times.filter((one) => one >= at && one < at + windowMs).length));
}

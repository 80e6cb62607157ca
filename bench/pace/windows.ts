/** Of what the limit allows from the first send on, for so many seconds. */
export function shareUsed(
  sends: readonly number[],
  { limit, seconds }: { readonly limit: number; readonly seconds: number },
): number {
  const first = sends[0] ?? 0;
  return sends.filter((at) => at < first + seconds * 1000).length / (limit * seconds);
}

/** The most in any window, wherever it begins; `times` ascend. */
export function mostWithin(times: readonly number[], windowMs: number): number {
  let most = 0;
  let first = 0;
  for (const [last, time] of times.entries()) {
    while ((times[first] ?? time) <= time - windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** Of what the limit allows from the first send on, for so many seconds. */
export function shareUsed(
  sends: readonly number[],
  { limit, seconds }: { readonly limit: number; readonly seconds: number },
): number {
  const first = sends[0] ?? 0;
  return sends.filter((at) => at < first + seconds * 1000).length / (limit * seconds);
}

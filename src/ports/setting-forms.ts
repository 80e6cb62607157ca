import { z } from 'zod';

/** Forms that settings of the frame, of channels and of adapters share, each with what would be right in words. */
export function wholeNumber(least: number, most: number) {
  const error = `expected a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, error).max(most, error);
}

export function webAddress() {
  return z.url({ protocol: /^https?$/, error: 'expected an http or https URL' });
}

/** A check between settings runs beside faults elsewhere, so that all are told at once. */
export function areSound(...names: readonly string[]) {
  return ({ value, issues }: z.core.ParsePayload): boolean =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    issues.every(({ path }) => path === undefined || !names.includes(String(path[0])));
}

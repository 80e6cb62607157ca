import { z } from 'zod';

/** A text that is not empty. */
export function name() {
  return z.string().min(1, 'expected a text, got an empty one');
}

/** `userid` of a member. */
export function member() {
  return z.string().regex(/^[\w.@-]{1,64}$/, 'expected the userid of a member');
}

/** `open_kfid` of a kf account. */
export function kfAccount() {
  return z.string().regex(/^wk[0-9A-Za-z_-]{1,62}$/, 'expected wk and up to 62 letters, digits, _ or -');
}

export function wholeNumber(least: number, most: number) {
  const error = `expected a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, error).max(most, error);
}

/** A check between settings runs beside faults elsewhere, so that all are told at once. */
export function areSound(...names: readonly string[]) {
  return ({ value, issues }: z.core.ParsePayload): boolean =>
    typeof value === 'object' &&
    value !== null &&
    issues.every(({ path }) => path === undefined || !names.includes(String(path[0])));
}

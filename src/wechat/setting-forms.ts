import { z } from 'zod';

/** Forms that settings of accounts and of components share, each with what would be right in words. */
export function accountId() {
  return z.string().regex(/^wx[0-9a-f]{16}$/, 'expected wx and 16 hexadecimal digits');
}

export function apiAddress(address = 'https://api.weixin.qq.com') {
  return z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }).default(address);
}

export function pushToken() {
  return z.string().regex(/^[A-Za-z0-9]{3,32}$/, 'expected 3 to 32 letters or digits');
}

export function pushKey() {
  return z.string().regex(/^[A-Za-z0-9]{43}$/, 'expected 43 letters or digits');
}

export function wholeNumber(least: number, most: number) {
  const text = `expected a whole number from ${least} to ${most}`;
  return z.int({ error: text }).min(least, text).max(most, text);
}

/** A check between two settings runs beside faults elsewhere, so that all are told at once. */
export function areSound(...names: readonly string[]) {
  return ({ value, issues }: z.core.ParsePayload): boolean =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    issues.every(({ path }) => path === undefined || !names.includes(String(path[0])));
}

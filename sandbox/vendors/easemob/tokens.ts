import { randomBytes } from 'node:crypto';

/** Access tokens of the app: older ones stay valid beside newer ones. */
export interface Tokens {
  issue(ttlSec: number): { readonly token: string; readonly expiresIn: number };
  isValid(authorization: string | undefined): boolean;
  /** Every token that was given out is refused from now on. */
  revokeAll(): void;
  /** How many were given out. */
  readonly issued: number;
}

export function openTokens(now: () => number): Tokens {
  const ends = new Map<string, number>();
  let issued = 0;
  return {
    issue(ttlSec) {
      const token = `YWMt${randomBytes(24).toString('base64url')}`;
      ends.set(token, ttlSec === 0 ? Number.POSITIVE_INFINITY : now() + ttlSec * 1000);
      issued += 1;
      return { token, expiresIn: ttlSec };
    },
    isValid: (authorization = '') => (ends.get(/^Bearer (\S+)$/.exec(authorization)?.[1] ?? '') ?? 0) > now(),
    revokeAll: () => ends.clear(),
    get issued() {
      return issued;
    },
  };
}

import { randomBytes } from 'node:crypto';
import { isRecord } from '../json.ts';
import type { Account } from './account.ts';

export type TokenReply =
  | { readonly token: string; readonly expiresInSec: number }
  | { readonly errcode: number };

/** The two separate pools of access tokens (WeChat, stable_token and token pages). */
export interface Tokens {
  /** How many tokens were made, by pool. */
  readonly issued: { readonly stable: number; readonly classic: number };
  stable(body: unknown): TokenReply;
  classic(query: URLSearchParams): TokenReply;
  /** 0, or the error of a call with this token. */
  check(token: string | null): number;
  /**
   * Somebody outside kills every token at once, or those of one pool. `untilForced`: the stable pool goes on giving out
   * its dead one until it is forced.
   */
  revoke(options?: { readonly pool?: Pool; readonly untilForced?: boolean }): void;
}

export type Pool = 'stable' | 'classic';

/** How many tokens may be asked for; each may be lowered for a test. */
export interface TokenLimits {
  readonly stablePerMinute: number;
  readonly stablePerDay: number;
  /** 200 for a test account. */
  readonly classicPerDay: number;
}

const wechatLimits: TokenLimits = { stablePerMinute: 10_000, stablePerDay: 500_000, classicPerDay: 2000 };

interface Token {
  readonly pool: Pool;
  readonly value: string;
  readonly expiresAt: number;
  deadFrom: number;
}

const lifeMs = 7200_000;
const overlapMs = 300_000;
const dayMs = 86_400_000;

export function openTokens(
  account: () => Account,
  now: () => number,
  given: Partial<TokenLimits> = {},
): Tokens {
  const limits = { ...wechatLimits, ...given };
  const counted = openCounters(now);
  const tokens = new Map<string, Token>();
  const issued = { stable: 0, classic: 0 };
  let stable: Token | undefined;
  let classic: Token | undefined;
  let forcedAt: readonly number[] = [];

  function make(pool: Pool): Token {
    issued[pool] += 1;
    const value = `${issued.stable + issued.classic}_${randomBytes(60).toString('base64url')}`;
    const token = { pool, value, expiresAt: now() + lifeMs, deadFrom: Number.POSITIVE_INFINITY };
    for (const [old, { expiresAt }] of tokens) if (expiresAt + dayMs < now()) tokens.delete(old);
    tokens.set(value, token);
    return token;
  }
  function force(): TokenReply | undefined {
    forcedAt = forcedAt.filter((at) => at > now() - dayMs);
    if (forcedAt.length >= 20) return { errcode: 45009 };
    if (now() - (forcedAt.at(-1) ?? 0) < 30_000) return { errcode: 45011 }; // the code is not documented
    forcedAt = [...forcedAt, now()];
    if (stable !== undefined) stable.deadFrom = Math.min(stable.deadFrom, now());
    stable = make('stable');
    return undefined;
  }
  const reply = (token: Token): TokenReply => ({
    token: token.value,
    expiresInSec: Math.floor((token.expiresAt - now()) / 1000),
  });

  return {
    issued,
    stable(body) {
      if (!isRecord(body)) return { errcode: 47001 };
      const errcode = checkCredentials(account(), body.grant_type, [body.appid, body.secret]);
      if (errcode !== 0) return { errcode };
      if (counted.day('stable') > limits.stablePerDay) return { errcode: 45009 };
      if (counted.minute('stable') > limits.stablePerMinute) return { errcode: 45011 };
      if (body.force_refresh === true) {
        const refused = force();
        if (refused !== undefined) return refused;
      }
      if (stable === undefined || stable.expiresAt - now() <= overlapMs) stable = make('stable');
      return reply(stable);
    },
    classic(query) {
      const errcode = checkCredentials(account(), query.get('grant_type'), [
        query.get('appid'),
        query.get('secret'),
      ]);
      if (errcode !== 0) return { errcode };
      if (counted.day('classic') > limits.classicPerDay) return { errcode: 45009 };
      if (classic !== undefined) classic.deadFrom = Math.min(classic.deadFrom, now() + overlapMs);
      classic = make('classic');
      return reply(classic);
    },
    check(value) {
      if (value === null || value === '') return 41001;
      const token = tokens.get(value);
      if (token === undefined || token.deadFrom <= now()) return 40001;
      return token.expiresAt <= now() ? 42001 : 0;
    },
    revoke({ pool, untilForced = false } = {}) {
      for (const token of tokens.values()) {
        if (pool === undefined || token.pool === pool) token.deadFrom = Math.min(token.deadFrom, now());
      }
      if (pool !== 'classic' && !untilForced) stable = undefined;
      if (pool !== 'stable') classic = undefined;
    },
  };
}

/** Counts one more in the running minute or day (Asia/Shanghai), and gives the sum. */
function openCounters(now: () => number) {
  const counts = new Map<string, { readonly period: number; readonly sum: number }>();
  const count = (name: string, period: number): number => {
    const known = counts.get(name);
    const sum = (known?.period === period ? known.sum : 0) + 1;
    counts.set(name, { period, sum });
    return sum;
  };
  return {
    minute: (pool: Pool) => count(`minute ${pool}`, Math.floor(now() / 60_000)),
    day: (pool: Pool) => count(`day ${pool}`, Math.floor((now() + 8 * 3_600_000) / dayMs)),
  };
}

function checkCredentials(
  account: Account,
  grantType: unknown,
  [appid, secret]: readonly [unknown, unknown],
): number {
  if (grantType !== 'client_credential') return 40002;
  if (typeof appid !== 'string' || appid === '') return 41002;
  if (typeof secret !== 'string' || secret === '') return 41004;
  if (appid !== account.appid) return 40013;
  return secret === account.secret ? 0 : 40125;
}

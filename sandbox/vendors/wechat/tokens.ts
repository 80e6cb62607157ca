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
  /** Every token dies at once. `untilForced`: the stable pool goes on giving out its dead one until it is forced. */
  revoke(options?: { readonly untilForced?: boolean }): void;
}

interface Token {
  readonly value: string;
  readonly expiresAt: number;
  deadFrom: number;
}

const lifeMs = 7200_000;
const overlapMs = 300_000;
const dayMs = 86_400_000;

export function openTokens(account: () => Account, now: () => number): Tokens {
  const tokens = new Map<string, Token>();
  const issued = { stable: 0, classic: 0 };
  let stable: Token | undefined;
  let classic: Token | undefined;
  let forcedAt: readonly number[] = [];

  function make(pool: 'stable' | 'classic'): Token {
    issued[pool] += 1;
    const value = `${issued.stable + issued.classic}_${randomBytes(60).toString('base64url')}`;
    const token = { value, expiresAt: now() + lifeMs, deadFrom: Number.POSITIVE_INFINITY };
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
    revoke({ untilForced = false } = {}) {
      for (const token of tokens.values()) token.deadFrom = Math.min(token.deadFrom, now());
      if (!untilForced) stable = undefined;
      classic = undefined;
    },
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

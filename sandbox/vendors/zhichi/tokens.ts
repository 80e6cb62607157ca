import { createHash, randomBytes } from 'node:crypto';
import type { Call } from '../server.ts';
import { item, type Reply, refusal } from './answers.ts';
import type { ZhichiSettings } from './settings.ts';

/** The tokens of the one appid: each new one ends the one before. */
export interface Tokens {
  /** `get_token`, from its query to its answer. */
  give(call: Call): Reply;
  /** What is wrong with the token that a call shows. */
  faultOf(call: Call): Reply | undefined;
  /** How many were given out. */
  readonly given: number;
  /** Ends the token that is good now. */
  revoke(): void;
}

/** Where tokens are given out. */
export const tokenPath = '/api/get_token';

export function openTokens(settings: () => ZhichiSettings, now: () => number): Tokens {
  let current: { readonly token: string; readonly endsAt: number } | undefined;
  let given = 0;
  return {
    give({ query }) {
      const fault = faultOfRequest(query, settings(), now());
      if (fault !== undefined) return fault;
      const { tokenLifeSec } = settings();
      const token = randomBytes(16).toString('hex');
      current = { token, endsAt: now() + tokenLifeSec * 1000 };
      given += 1;
      return item({ token, expires_in: String(tokenLifeSec) });
    },
    faultOf({ headers }) {
      const { authStyle } = settings();
      const { token: shown, authorization: other } = headers;
      // Never both: which of them counts is anybody's guess.
      if (shown !== undefined && other !== undefined) return refusal('900001', 'two tokens');
      const token = authStyle === 'bearer' ? /^Bearer (\S+)$/.exec(other ?? '')?.[1] : shown;
      if (token === undefined || token === '') return refusal('900001', 'no token');
      const isGood = token === current?.token && current.endsAt > now();
      return isGood ? undefined : refusal('900002', 'token');
    },
    get given() {
      return given;
    },
    revoke() {
      current = undefined;
    },
  };
}

function faultOfRequest(query: URLSearchParams, settings: ZhichiSettings, now: number): Reply | undefined {
  const names = ['appid', 'create_time', 'sign'];
  const [appid, time, sign] = names.map((name) => readOnce(query, name));
  if ([...query.keys()].some((name) => !names.includes(name))) return refusal('400001', 'query');
  if (appid !== settings.appId) return refusal('900004', 'appid');
  if (time === undefined || !/^\d{10}$/.test(time)) return refusal('900003', 'create_time');
  if (Math.abs(Number(time) - now / 1000) > settings.tokenSkewSec) return refusal('900003', 'create_time');
  return sign === signToken(appid, time, settings.appKey) ? undefined : refusal('900003', 'sign');
}

/** Lower-case hex MD5 of the three, without separators. */
function signToken(appid: string, createTime: string, appKey: string): string {
  return createHash('md5').update(`${appid}${createTime}${appKey}`).digest('hex');
}

/** A parameter that is given twice is as good as wrong. */
function readOnce(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}

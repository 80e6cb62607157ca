import { z } from 'zod';
import { BridgeError, TooSoon } from '../ports/errors.ts';
import type { CachedValue } from '../ports/helpdesk.ts';
import type { HttpResult } from '../ports/http.ts';
import { type ApiFailure, readApiAnswer } from './api-answer.ts';
import type { WeChatSettings } from './settings.ts';
import type { TokenReading } from './token.ts';
import type { ChannelTools } from './tools.ts';

export type LoadedToken = CachedValue;

export interface CachedTokens {
  get(): Promise<TokenReading>;
  /**
   * Drops the token, if it is still the one that is given out. `instead` gives another in its place, while nobody on any
   * instance loads one.
   */
  drop(token: string, instead?: () => Promise<LoadedToken | undefined>): Promise<void>;
}

/** How tokens of one name are had. */
export interface TokenLoading {
  readonly key: string;
  /** Throws {@link NoToken} for what the other side may well say. */
  readonly load: () => Promise<LoadedToken>;
  /** What is told, once a fight, where tokens end long before their time, again and again: another system ends them. */
  readonly fightAlarm?: string;
}

/** Tokens that are loaded once however many ask, by one instance for all. */
export function createCachedTokens(
  { key, load, fightAlarm }: TokenLoading,
  tools: Pick<ChannelTools, 'cached' | 'forget' | 'log' | 'now'>,
): CachedTokens {
  return {
    async get() {
      try {
        return { kind: 'token', token: await tools.cached(key, load) };
      } catch (error) {
        if (error instanceof NoToken) return error.failure;
        // Another instance takes long over it.
        if (error instanceof TooSoon) {
          return { kind: 'notSent', code: 'tooSoon', untilMs: tools.now() + error.waitMs };
        }
        throw error;
      }
    },
    async drop(token, instead) {
      const end = await tools.forget(key, token, instead);
      if (end?.isFight && fightAlarm !== undefined) tools.log.error('alarm.raised', { alarm: fightAlarm });
    },
  };
}

/** Carries a failure through the cache to all who wait for the same load. */
export class NoToken extends BridgeError {
  readonly failure: ApiFailure;

  constructor(failure: ApiFailure) {
    super('callFailed', 'there is no access token');
    this.name = 'NoToken';
    this.failure = failure;
  }
}

/**
 * Reads the answer to a call for a token: `access_token` and `expires_in` (seconds that are left), whatever the content
 * type. Throws {@link NoToken}.
 */
export function readToken(
  result: HttpResult,
  { tokenMarginSec }: Pick<WeChatSettings, 'tokenMarginSec'>,
  { log, now, random }: Pick<ChannelTools, 'log' | 'now' | 'random'>,
): LoadedToken {
  const answer = readApiAnswer(result, tokenShape);
  if (answer.kind !== 'ok') {
    log.warn(
      'token.refused',
      answer.kind === 'said' ? { errcode: answer.errcode } : { because: answer.kind },
    );
    throw new NoToken(answer);
  }
  const { access_token: value, expires_in: leftSec } = answer.value;
  const jitterSec = ((random(1)[0] ?? 0) / 255) * JITTER_SEC;
  return useUntil(now(), { value, lifeSec: leftSec, marginSec: tokenMarginSec + jitterSec });
}

/** A token that is renewed so long before its end. Its life may be shorter than that: then half of it is used. */
export function useUntil(
  now: number,
  {
    value,
    lifeSec,
    marginSec,
  }: { readonly value: string; readonly lifeSec: number; readonly marginSec: number },
): LoadedToken {
  return { value, goodUntil: now + Math.floor(Math.max(lifeSec - marginSec, lifeSec / 2) * 1000) };
}

const JITTER_SEC = 60;

const tokenShape = z.looseObject({
  access_token: z.string().min(1).max(512),
  expires_in: z.number().positive(),
});

import { z } from 'zod';
import { BridgeError } from '../ports/errors.ts';
import type { HttpResult } from '../ports/http.ts';
import { type ApiFailure, readApiAnswer } from './api-answer.ts';
import type { WeChatSettings } from './settings.ts';
import type { TokenReading } from './token.ts';
import type { ChannelTools } from './tools.ts';

export interface LoadedToken {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly goodUntil: number;
}

export interface CachedTokens {
  get(): Promise<TokenReading>;
  /** Drops the token, if it is still the one that is given out. */
  drop(token: string): Promise<void>;
}

/** Tokens that are loaded once however many ask. `load` throws {@link NoToken} for what the other side may well say. */
export function createCachedTokens(
  key: string,
  tools: Pick<ChannelTools, 'cached' | 'forget'>,
  load: () => Promise<LoadedToken>,
): CachedTokens {
  return {
    async get() {
      try {
        return { kind: 'token', token: await tools.cached(key, load) };
      } catch (error) {
        if (error instanceof NoToken) return error.failure;
        throw error;
      }
    },
    drop: (token) => tools.forget(key, token),
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

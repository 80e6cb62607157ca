import { z } from 'zod';
import { BridgeError } from '../ports/errors.ts';
import { type ApiFailure, readApiAnswer } from './api-answer.ts';
import { apiUrl } from './api-url.ts';
import type { WeChatSettings } from './settings.ts';
import type { ChannelTools } from './tools.ts';

export type TokenReading = { readonly kind: 'token'; readonly token: string } | ApiFailure;

export interface TokenSource {
  get(): Promise<TokenReading>;
  /** WeChat refused `token`: another one, or the same if WeChat insists. */
  replace(token: string): Promise<TokenReading>;
  /** WeChat refused `token` although it had just given it: makes it issue a new one, at most 20 times a day. */
  force(token: string): Promise<void>;
}

/**
 * Access tokens from `stable_token` (WeChat, page on access tokens): other systems of the merchant that fetch their own
 * do not end ours.
 */
export function createTokenSource(settings: WeChatSettings, tools: ChannelTools): TokenSource {
  const key = `wechat-token:${settings.appid}`;
  const forcedAt: number[] = [];

  async function get(): Promise<TokenReading> {
    try {
      return { kind: 'token', token: await tools.cached(key, () => loadToken(settings, tools, false)) };
    } catch (error) {
      if (error instanceof TokenRefused) return error.failure;
      throw error;
    }
  }

  return {
    get,
    async replace(token) {
      await tools.forget(key, token);
      return get();
    },
    async force(token) {
      const now = tools.now();
      while (forcedAt[0] !== undefined && forcedAt[0] <= now - DAY_MS) forcedAt.shift();
      if (forcedAt.length >= FORCED_A_DAY) return;
      try {
        // While the mark lives, no instance forces again; the new token itself comes by the normal way.
        await tools.cached(`${key}:forced`, async () => {
          forcedAt.push(now);
          await loadToken(settings, tools, true);
          return { value: String(now), goodUntil: now + FORCED_APART_MS };
        });
      } catch (error) {
        if (!(error instanceof TokenRefused)) throw error;
      }
      await tools.forget(key, token);
    },
  };
}

const DAY_MS = 86_400_000;
const FORCED_A_DAY = 20;
const FORCED_APART_MS = 31_000;
const JITTER_SEC = 60;
const PATH = '/cgi-bin/stable_token';

/** Carries a failure through the cache to all who wait for the same load. */
class TokenRefused extends BridgeError {
  readonly failure: ApiFailure;

  constructor(failure: ApiFailure) {
    super('callFailed', 'WeChat gave no access token');
    this.name = 'TokenRefused';
    this.failure = failure;
  }
}

const tokenShape = z.looseObject({
  access_token: z.string().min(1).max(512),
  expires_in: z.number().positive(),
});

async function loadToken(settings: WeChatSettings, tools: ChannelTools, isForced: boolean) {
  const result = await tools.fetch({
    method: 'POST',
    url: apiUrl(settings, PATH),
    name: PATH,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credential',
      appid: settings.appid,
      secret: settings.secret,
      force_refresh: isForced,
    }),
  });
  const answer = readApiAnswer(result, tokenShape);
  if (answer.kind !== 'ok') {
    tools.log.warn(
      'token.refused',
      answer.kind === 'said' ? { errcode: answer.errcode } : { because: answer.kind },
    );
    throw new TokenRefused(answer);
  }
  const { access_token: value, expires_in: leftSec } = answer.value;
  const jitterSec = ((tools.random(1)[0] ?? 0) / 255) * JITTER_SEC;
  // What is left may be shorter than the margin: then half of it is used.
  const usedSec = Math.max(leftSec - settings.tokenMarginSec - jitterSec, leftSec / 2);
  return { value, goodUntil: tools.now() + Math.floor(usedSec * 1000) };
}

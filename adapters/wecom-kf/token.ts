import { numberOf, textOf } from '../../src/formats/fields.ts';
import { TooSoon } from '../../src/ports/errors.ts';
import type { Tools } from '../../src/ports/helpdesk.ts';
import { readAnswer } from './answer.ts';
import type { CompanySettings } from './company-settings.ts';
import { NoValue, type TokenFailure, tokenCall } from './outcome.ts';

export type TokenReading =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'none'; readonly because: TokenFailure };

/** The access token of a company's application: one for all (WeCom, `gettoken`). */
export interface AccessToken {
  get(): Promise<TokenReading>;
  /** This one was refused: another is given. */
  replace(token: string): Promise<TokenReading>;
}

export type TokenTools = Pick<Tools, 'fetch' | 'now' | 'log' | 'cached' | 'forget'>;

export function createAccessToken(settings: CompanySettings, tools: TokenTools): AccessToken {
  let isRefused = false;

  async function load() {
    const query = new URLSearchParams({ corpid: settings.corpid, corpsecret: settings.secret });
    const result = await tools.fetch({
      method: 'GET',
      url: `${settings.baseUrl.replace(/\/+$/, '')}/cgi-bin/gettoken?${query}`,
      name: tokenCall,
      timeoutMs: settings.timeoutMs,
      connectTimeoutMs: 5000,
      priority: 3,
    });
    const answer = readAnswer(result, { now: tools.now(), mayOmitCode: true });
    isRefused = answer.kind === 'said';
    if (answer.kind !== 'ok') throw new NoValue(answer);
    const value = textOf(answer.fields, 'access_token');
    if (value === undefined) throw new NoValue({ kind: 'lost', code: 'no token' });
    const lifeSec = numberOf(answer.fields, 'expires_in') ?? usualLifeSec;
    return { value, goodUntil: tools.now() + Math.max(lifeSec - marginSec, 1) * 1000 };
  }

  async function get(): Promise<TokenReading> {
    try {
      const options = { leastIntervalMs: isRefused ? refusedPauseMs : 0 };
      return { kind: 'token', token: await tools.cached('token', load, options) };
    } catch (error) {
      if (error instanceof NoValue) return { kind: 'none', because: error.because };
      if (error instanceof TooSoon) {
        return { kind: 'none', because: { kind: 'tooSoon', waitMs: error.waitMs } };
      }
      throw error;
    }
  }

  return {
    get,
    async replace(token) {
      await tools.forget('token', token);
      return get();
    },
  };
}

const usualLifeSec = 7200;
const marginSec = 300;
/** A wrong secret that is shown again and again gets the address banned for an hour. */
const refusedPauseMs = 60_000;

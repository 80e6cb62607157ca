import { numberOf, textOf } from '../../src/formats/fields.ts';
import { BridgeError } from '../../src/ports/errors.ts';
import type { Tools } from '../../src/ports/helpdesk.ts';
import { ownCodes } from '../../src/ports/http.ts';
import { readAnswer, type TokenFailure } from './answer.ts';
import { tokenCall } from './outcome.ts';
import type { EasemobSettings } from './settings.ts';

export type TokenReading =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'none'; readonly because: TokenFailure };

/** The access token of one app: one for all, asked for as seldom as may be, as Easemob blocks who asks often. */
export interface AppToken {
  get(): Promise<TokenReading>;
  /** This one was refused: another is given, if it is not too soon. */
  replace(token: string): Promise<TokenReading>;
  /** A call was let in: what was refused before is forgotten. */
  noteGood(): void;
}

type TokenTools = Pick<Tools, 'fetch' | 'now' | 'log' | 'cached' | 'forget'>;

export function createAppToken(settings: EasemobSettings, base: string, tools: TokenTools): AppToken {
  // Tokens that could not be had, or were refused, in a row: the more, the longer nobody asks.
  let failures = 0;
  let quietUntil = 0;

  function noteFailure(): void {
    failures += 1;
    quietUntil = tools.now() + pauseAfter(failures);
  }

  async function load(): Promise<LoadedToken> {
    const waitMs = quietUntil - tools.now();
    if (waitMs > 0) throw new NoToken({ kind: 'tooSoon', waitMs });
    const loaded = await loadToken(settings, base, tools);
    if (loaded.kind === 'loaded') {
      // One that is refused as those before it is not followed by another at once.
      if (failures > 0) quietUntil = tools.now() + pauseAfter(failures);
      return loaded;
    }
    // What the bridge did not ask says nothing.
    if (isOwn(loaded.because)) throw new NoToken(loaded.because);
    noteFailure();
    tools.log.warn('easemob.tokenless', { because: loaded.because.kind });
    throw new NoToken(loaded.because);
  }

  async function get(): Promise<TokenReading> {
    try {
      return { kind: 'token', token: await tools.cached('token', load) };
    } catch (error) {
      if (error instanceof NoToken) return { kind: 'none', because: error.because };
      throw error;
    }
  }

  return {
    get,
    async replace(token) {
      await tools.forget('token', token);
      const another = await get();
      // It counts as refused until a call shows otherwise.
      if (another.kind === 'token' || another.because.kind === 'tooSoon') noteFailure();
      return another;
    },
    noteGood() {
      failures = 0;
      quietUntil = 0;
    },
  };
}

interface LoadedToken {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly goodUntil: number;
}

type Loading =
  | ({ readonly kind: 'loaded' } & LoadedToken)
  | { readonly kind: 'failed'; readonly because: Exclude<TokenFailure, { kind: 'tooSoon' }> };

/** Easemob IM, app token. */
async function loadToken(settings: EasemobSettings, base: string, tools: TokenTools): Promise<Loading> {
  const { clientId, clientSecret, tokenTtlSec, timeoutMs } = settings;
  const result = await tools.fetch({
    method: 'POST',
    url: `${base}/token`,
    name: tokenCall,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      ...(tokenTtlSec !== undefined && { ttl: tokenTtlSec }),
    }),
    timeoutMs,
    priority: 3,
  });
  const answer = readAnswer(result, tools.now());
  if (answer.kind !== 'ok') return { kind: 'failed', because: answer };
  const value = textOf(answer.fields, 'access_token');
  if (value === undefined) return { kind: 'failed', because: { kind: 'missing', code: 'no token' } };
  const lifeSec = numberOf(answer.fields, 'expires_in') || foreverSec;
  return { kind: 'loaded', value, goodUntil: tools.now() + Math.floor(lifeSec * usedShare * 1000) };
}

/** A token is renewed before its end. */
const usedShare = 0.8;
/** What a token for ever is taken for. */
const foreverSec = 7 * 86_400;

function isOwn(because: TokenFailure): boolean {
  return because.kind === 'notSent' && ownCodes.has(because.code);
}

function pauseAfter(failures: number): number {
  return Math.min(1000 * 2 ** (failures - 1), 300_000);
}

/** Carries a failure through the cache to all who wait for the same token. */
class NoToken extends BridgeError {
  readonly because: TokenFailure;

  constructor(because: TokenFailure) {
    super('callFailed', 'there is no access token');
    this.name = 'NoToken';
    this.because = because;
  }
}

import { numberOf, textOf } from '../../src/formats/fields.ts';
import { TooSoon } from '../../src/ports/errors.ts';
import type { Tools } from '../../src/ports/helpdesk.ts';
import type { HttpCall } from '../../src/ports/http.ts';
import { type Answer, readAnswer, readJsonAnswer, urlOf } from './answer.ts';
import type { Failure } from './outcome.ts';
import type { ZhichiSettings } from './settings.ts';
import { signTokenCall } from './signature.ts';

/** What a token is fetched and kept with. */
export type TokenTools = Pick<Tools, 'fetch' | 'now' | 'cached' | 'forget'>;

/** How tokens stand during one attempt. */
export interface TokenUse {
  /** Another system fetches tokens by this appid, and each new one ends the other's. */
  readonly isFought: boolean;
  /** A token that Zhichi refused was replaced. */
  isRenewed: boolean;
}

/** A token, or why there is none. */
export type TokenReading = { readonly kind: 'token'; readonly token: string } | Failure;

/** While another system fights for the token it is renewed no more often. */
const foughtPauseMs = 60_000;
/** Expected where the answer does not say: the longest that is documented. */
const longestLifeSec = 86_400;

/** The one token of the account (Zhichi, `get_token`), shared by all who ask. */
export async function readToken(
  settings: ZhichiSettings,
  tools: TokenTools,
  given: { readonly use: TokenUse; readonly signal: AbortSignal; readonly isRenewal?: boolean },
): Promise<TokenReading> {
  const { use } = given;
  const load = async () => {
    const askedAt = tools.now();
    const answer = await loadToken(settings, tools, given.signal);
    if (answer.kind !== 'token') throw new TokenFailed(answer);
    // A token that another system gives ends nobody's.
    if (given.isRenewal && settings.tokenSource === 'own') use.isRenewed = true;
    const lifeMs = answer.lifeSec * 10 * settings.tokenRenewPercent;
    return { value: answer.token, goodUntil: askedAt + lifeMs };
  };
  try {
    const token = await tools.cached(cacheKey, load, use.isFought ? { leastIntervalMs: foughtPauseMs } : {});
    return { kind: 'token', token };
  } catch (error) {
    if (error instanceof TokenFailed) return error.failure;
    if (error instanceof TooSoon) return { kind: 'notSent', code: 'token fought', waitMs: error.waitMs };
    throw error;
  }
}

/** Zhichi refused this token: another one, unless somebody has got it meanwhile. */
export async function replaceToken(
  settings: ZhichiSettings,
  tools: TokenTools,
  given: { readonly use: TokenUse; readonly signal: AbortSignal; readonly refused: string },
): Promise<TokenReading> {
  await tools.forget(cacheKey, given.refused);
  return readToken(settings, tools, { ...given, isRenewal: true });
}

const cacheKey = 'token';

class TokenFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super('no token');
    this.failure = failure;
  }
}

type Loaded = { readonly kind: 'token'; readonly token: string; readonly lifeSec: number } | Failure;

/** Nothing that a token call comes to leaves a message in doubt. */
async function loadToken(settings: ZhichiSettings, tools: TokenTools, signal: AbortSignal): Promise<Loaded> {
  const loaded = await askForToken(settings, tools, signal);
  return loaded.kind === 'lost' ? { kind: 'notSent', code: `token ${loaded.code}` } : loaded;
}

async function askForToken(
  settings: ZhichiSettings,
  tools: TokenTools,
  signal: AbortSignal,
): Promise<Loaded> {
  const { tokenSource, timeoutMs } = settings;
  const call = { method: 'GET', timeoutMs, connectTimeoutMs: 5000, signal, priority: 3 } as const;
  if (tokenSource !== 'own') {
    const result = await tools.fetch({ ...call, url: tokenSource.url, name: 'tokenSource' });
    const fields = readJsonAnswer(result);
    const token = fields && textOf(fields, 'token');
    if (fields === undefined || token === undefined) return { kind: 'notSent', code: 'token source' };
    return { kind: 'token', token, lifeSec: numberOf(fields, 'expiresInSec') ?? 60 };
  }
  const now = tools.now();
  const answer = readAnswer(await tools.fetch(sealTokenCall(settings, tools, call)), now);
  return answer.kind === 'ok' ? readLoaded(answer) : answer;
}

/** Signed when it leaves: how old a sign may be is not documented. */
function sealTokenCall(
  settings: ZhichiSettings,
  { now }: TokenTools,
  call: Omit<HttpCall, 'url' | 'name'>,
): HttpCall {
  const { appId, appKey } = settings;
  const url = urlOf(settings, tokenPath);
  const seal = () => {
    const createTime = String(Math.floor(now() / 1000));
    const sign = signTokenCall(appId, createTime, appKey);
    return { url: `${url}?${new URLSearchParams({ appid: appId, create_time: createTime, sign })}` };
  };
  return { ...call, url, name: tokenPath, seal };
}

/** The same for all environments and interfaces. */
const tokenPath = '/api/get_token';

function readLoaded({ item }: Extract<Answer, { kind: 'ok' }>): Loaded {
  const token = textOf(item, 'token');
  if (token === undefined) return { kind: 'notSent', code: 'token unreadable' };
  const lifeSec = numberOf(item, 'expires_in');
  return { kind: 'token', token, lifeSec: lifeSec !== undefined && lifeSec > 0 ? lifeSec : longestLifeSec };
}

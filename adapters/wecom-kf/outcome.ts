import { BridgeError } from '../../src/ports/errors.ts';
import { type FailedDelivery, notSent, withoutDoubt } from '../../src/ports/failed-delivery.ts';
import type { AskedWait, VendorAnswer } from '../../src/ports/helpdesk.ts';
import { readAnswer } from './answer.ts';
import type { CompanySettings } from './company-settings.ts';

/**
 * What a call came to that did not succeed. `said`: WeCom refused it with a code. `status`: an HTTP status. `notSent`:
 * nothing was done. `lost`: it may have been done. `tokenless`: there was no token to make it with.
 */
export type Failure =
  | { readonly kind: 'said'; readonly code: number }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterMs?: number }
  | { readonly kind: 'notSent'; readonly code: string; readonly waitMs?: number }
  | { readonly kind: 'lost'; readonly code: string }
  | { readonly kind: 'tokenless'; readonly because: TokenFailure };

export type TokenFailure =
  | Exclude<Failure, { kind: 'tokenless' }>
  /** A wrong secret that is shown again and again gets the address banned. */
  | { readonly kind: 'tooSoon'; readonly waitMs: number };

/** Carries a failure through the cache to all who wait for the same value. */
export class NoValue<Because extends Failure | TokenFailure> extends BridgeError {
  readonly because: Because;

  constructor(because: Because) {
    super('callFailed', 'a value that is shared could not be had');
    this.name = 'NoValue';
    this.because = because;
  }
}

/** What a failed call means for what it was to do. `number` is the attempt's, for the pause of a busy vendor. */
export function outcomeOf(failure: Failure, number: number): FailedDelivery {
  switch (failure.kind) {
    case 'said':
      return outcomeOfCode(failure.code, number);
    case 'status':
      return outcomeOfStatus(failure, number);
    case 'notSent':
      return notSent(failure);
    case 'lost':
      return { outcome: 'unknown', code: failure.code };
    case 'tokenless':
      return outcomeOfTokenless(failure.because, number);
    default:
      return failure satisfies never;
  }
}

/**
 * WeCom counts the calls of each API, and blocks for a minute at least; a secret that it refuses is not shown by each
 * instance in turn, as that gets the address banned (WeCom, limits of calls; table of global error codes).
 */
export function asksToWait(answer: VendorAnswer, call: string): AskedWait | undefined {
  if (answer.body.length > mostRefusalBytes) return undefined;
  const said = readAnswer(answer, { now: 0, mayOmitCode: true });
  if (said.kind !== 'said') return undefined;
  const code = String(said.code);
  if (said.code === codes.tooOften) return { code, afterMs: rateLimitPauseMs, calls: 'named' };
  if (said.code === codes.tooManyAtOnce) return { code, afterMs: 1000, calls: 'named' };
  return call === tokenCall && said.code !== codes.busy
    ? { code, afterMs: misconfiguredPauseMs, calls: 'named' }
    : undefined;
}

/** The name of the call for a token. */
export const tokenCall = '/cgi-bin/gettoken';
/** Longer answers are none that only refuse. */
const mostRefusalBytes = 1000;

/** The same for a call whose repeat harms nobody: nothing about it is unknown. */
export function outcomeOfHarmless(failure: Failure, number: number): FailedDelivery {
  return withoutDoubt(outcomeOf(failure, number));
}

/** A code that was refused is used up; whatever else went wrong may be tried again while it lives. */
export function onceFailed(failure: Failure, number: number): FailedDelivery {
  const outcome = outcomeOf(failure, number);
  return outcome.outcome === 'refused' ? { outcome: 'refused', code: outcome.code } : outcome;
}

export function isSaid(failure: Failure, code: number): boolean {
  return failure.kind === 'said' && failure.code === code;
}

/** The chat takes no word now, for whatever reason. */
export function isClosed(
  failure: Failure,
  { windowClosedErrcodes, quotaErrcodes }: Pick<CompanySettings, 'windowClosedErrcodes' | 'quotaErrcodes'>,
): boolean {
  return failure.kind === 'said' && [...windowClosedErrcodes, ...quotaErrcodes].includes(failure.code);
}

/** WeCom's codes, as far as more than the code tells what to do (WeCom, table of global error codes). */
export const codes = {
  busy: -1,
  mediaGone: 40007,
  tooOften: 45009,
  tooManyAtOnce: 45033,
  syncTokenInvalid: 95007,
  ended: 95013,
  noServicer: 95014,
  wrongMove: 95016,
  notReceiving: 95019,
} as const;

/** Mistakes of the configuration or the account: they hold for every call, so no message is to blame. */
const misconfigurations: Readonly<Record<number, string>> = {
  40001: 'WeCom does not take the secret or its token (40001): compare secret with the console',
  40013: 'WeCom does not know the company (40013): compare corpid with the console',
  40014: 'WeCom refuses a fresh access token (40014): does another system fetch it too?',
  40056: 'WeCom does not know the application (40056): compare agentid with the console',
  40091: 'WeCom does not take the secret (40091): compare secret with the console',
  41001: 'WeCom misses the access token (41001): does baseUrl lead through a proxy that cuts the query?',
  41002: 'WeCom misses the corpid (41002)',
  41004: 'WeCom misses the secret (41004)',
  42001: 'WeCom calls a fresh access token expired (42001): does another system fetch it too?',
  48002: 'the application may not call this API (48002): 微信客服 → 可调用接口的应用',
  60011: 'the application has no privilege for this (60011): compare its visible range and its kf accounts',
  60020: 'WeCom does not trust this address (60020): add it to 企业可信IP',
  95000: 'WeCom finds openKfid malformed (95000)',
  95003: 'the company is not verified and has as many kf customers as it may (95003)',
  95004: 'WeCom does not know the kf account (95004): compare openKfid with the console',
  95011: 'the secret is of the standalone kf, and the company uses the WeCom edition (95011)',
  95012: 'the secret is of the WeCom edition, and the company uses the standalone kf (95012)',
  95015: 'the console does not let the API do this (95015)',
  95017: 'the switch for API calls of kf is off (95017)',
  95022: 'the console does not let the API do this (95022)',
  95023: 'the console does not let the API do this (95023)',
  95030: 'the console does not let the API do this (95030)',
  95032: 'the console does not let the API do this (95032)',
  301002: 'the token is of another application (301002): compare agentid and secret with the console',
};

const misconfiguredPauseMs = 60_000;
const rateLimitPauseMs = 60_000;
const longestPauseMs = 900_000;

function outcomeOfCode(errcode: number, number: number): FailedDelivery {
  const code = String(errcode);
  const alarm = misconfigurations[errcode];
  if (alarm !== undefined) return { ...later(code, misconfiguredPauseMs), alarm };
  switch (errcode) {
    case codes.busy:
      return later(code);
    case codes.tooOften:
      // A limit of a minute blocks for one, of an hour for one, of a day for the day.
      return later(code, Math.min(rateLimitPauseMs * doubling(number), longestPauseMs));
    case codes.tooManyAtOnce:
      return later(code, Math.min(1000 * doubling(number), 5000));
    default:
      return { outcome: 'refused', code };
  }
}

function outcomeOfStatus(
  { status, retryAfterMs }: Extract<Failure, { kind: 'status' }>,
  number: number,
): FailedDelivery {
  const code = `http ${status}`;
  if (status === 429) return later(code, retryAfterMs ?? 1000 * doubling(number));
  if (status === 413) return { outcome: 'refused', code };
  if (status >= 500) return later(code);
  const alarm = `expected an answer of the WeCom API, got HTTP ${status}: is baseUrl right?`;
  return { ...later(code, misconfiguredPauseMs), alarm };
}

/** Nothing was done, and no message is to blame. */
function outcomeOfTokenless(because: TokenFailure, number: number): FailedDelivery {
  if (because.kind === 'tooSoon') return later('token', because.waitMs);
  const outcome = outcomeOfHarmless(because, number);
  return outcome.outcome === 'refused' ? later(outcome.code, misconfiguredPauseMs) : outcome;
}

function later(code: string, afterMs?: number): Extract<FailedDelivery, { outcome: 'later' }> {
  return { outcome: 'later', code, because: 'vendor', ...(afterMs !== undefined && { afterMs }) };
}

function doubling(number: number): number {
  return 2 ** Math.min(Math.max(number - 1, 0), 4);
}

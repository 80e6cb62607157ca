import { type FailedDelivery, notSent, withoutDoubt } from '../../src/ports/failed-delivery.ts';
import type { AskedWait, VendorAnswer } from '../../src/ports/helpdesk.ts';
import { type Failure, readAnswer, type TokenFailure } from './answer.ts';

/**
 * What an answer means. `misconfigured`: it holds for every call, so no message is to blame. `busy`: after a pause.
 * `usedUp`: tried hourly. `refused`: about this one message.
 */
type Verdict =
  | { readonly is: 'misconfigured'; readonly alarm: string }
  | { readonly is: 'usedUp'; readonly alarm: string }
  | { readonly is: 'busy'; readonly leastMs: number }
  | { readonly is: 'refused' }
  | { readonly is: 'notDone' };

interface Rule {
  /** From this status on, up to the end of its hundred where `isHundred`. */
  readonly status: number;
  readonly isHundred?: true;
  readonly error?: RegExp;
  readonly detail?: RegExp;
  readonly verdict: Verdict;
}

const misconfigured = (alarm: string): Verdict => ({ is: 'misconfigured', alarm });
const refused: Verdict = { is: 'refused' };

/** The first that fits (Easemob, IM server API, table of errors). */
const imRules: readonly Rule[] = [
  {
    status: 400,
    error: /^invalid_grant$/,
    verdict: misconfigured(
      'Easemob refuses clientId and clientSecret (invalid_grant): compare them with the IM console',
    ),
  },
  {
    status: 404,
    error: /^organization_application_not_found$/,
    verdict: misconfigured(
      'Easemob does not know orgName and appName (404): compare them with the console, and restBase with its cluster',
    ),
  },
  { status: 404, error: /^service_resource_not_found$/, verdict: refused },
  {
    status: 404,
    verdict: misconfigured('expected an answer of the IM API, got HTTP 404: is restBase right?'),
  },
  {
    status: 401,
    verdict: misconfigured(
      'Easemob refuses an access token that is new (401): compare clientId with appName',
    ),
  },
  { status: 403, detail: /reach limit/i, verdict: { is: 'busy', leastMs: 5000 } },
  {
    status: 403,
    verdict: misconfigured(
      'Easemob forbids the call (403): switch off the check of friends, and allow this address (REST-IP 白名单)',
    ),
  },
  { status: 413, verdict: refused },
  { status: 415, verdict: refused },
  {
    status: 429,
    error: /^resource_limited$/,
    verdict: {
      is: 'usedUp',
      alarm: 'the quota of the free edition of Easemob IM is used up (resource_limited)',
    },
  },
  { status: 429, verdict: { is: 'busy', leastMs: 1000 } },
  { status: 400, verdict: refused },
  { status: 200, isHundred: true, verdict: refused },
  { status: 500, isHundred: true, verdict: { is: 'notDone' } },
];

/** The same for the REST channel. What its answers say is guessed, their statuses are not. */
const restRules: readonly Rule[] = [
  {
    status: 401,
    verdict: misconfigured(
      'Easemob refuses the signature (401): compare restClientId and restClientSecret, keep the clock right, try restMd5',
    ),
  },
  {
    status: 403,
    verdict: misconfigured('Easemob forbids the call (403): is the REST API channel switched on?'),
  },
  {
    status: 404,
    verdict: misconfigured('Easemob does not know the channel (404): compare tenantId and channelId'),
  },
  { status: 429, verdict: { is: 'busy', leastMs: 1000 } },
  { status: 400, verdict: refused },
  { status: 413, verdict: refused },
  { status: 415, verdict: refused },
  { status: 200, isHundred: true, verdict: refused },
  { status: 500, isHundred: true, verdict: { is: 'notDone' } },
];

/** What a failed call means for what it was to do. `number` is the attempt's, for the pause of a busy vendor. */
export function outcomeOf(failure: Failure, number: number, mode: 'im' | 'rest' = 'im'): FailedDelivery {
  switch (failure.kind) {
    case 'said':
      return outcomeOfAnswer(failure, number, mode);
    case 'missing':
      return { outcome: 'later', code: failure.code, because: 'message' };
    case 'notSent':
      return notSent(failure);
    case 'lost':
      return { outcome: 'unknown', code: failure.code };
    case 'tokenless':
      return outcomeOfToken(failure.because, number);
    default:
      return failure satisfies never;
  }
}

/** The same for a call whose repeat harms nobody: nothing about it is unknown. */
export function outcomeOfHarmless(failure: Failure, number: number): FailedDelivery {
  return withoutDoubt(outcomeOf(failure, number));
}

/**
 * Easemob counts the calls of an app, and messages of their own. A token that it refuses to give is not asked for by each
 * instance in turn: accounts that ask often are blocked (Easemob, IM server API, limits; app token).
 */
export function asksToWait(answer: VendorAnswer, call: string): AskedWait | undefined {
  const { status } = answer;
  const isToken = call === tokenCall && status >= 400 && status < 500;
  if (!isToken && status !== 403 && status !== 429) return undefined;
  const said = readAnswer(answer, 0);
  if (said.kind !== 'said') return undefined;
  const verdict = verdictOf(said, 'im');
  const code = codeOf(said);
  if (verdict.is === 'usedUp') return { code, afterMs: usedUpPauseMs, calls: 'all' };
  if (verdict.is === 'busy') {
    return { code, afterMs: verdict.leastMs, calls: status === 429 ? 'all' : 'named' };
  }
  return isToken ? { code, afterMs: misconfiguredPauseMs, calls: 'named' } : undefined;
}

/** The name of the call for a token. */
export const tokenCall = '/token';

/** Nothing else will do either: a pause or a person is needed. */
export function isGeneral(failure: Failure): boolean {
  if (failure.kind === 'tokenless') return true;
  return failure.kind === 'said' && ['misconfigured', 'usedUp', 'busy'].includes(verdictOf(failure, 'im').is);
}

/** A request, or what it says, is more than is taken (Easemob IM, table of errors: 413, or code 14007). */
export function isTooLarge(failure: Failure): boolean {
  return failure.kind === 'said' && (failure.status === 413 || failure.code === '14007');
}

/** A name is taken (Easemob, IM API, registration): for a registration that is success. */
export function isDuplicate(failure: Failure): boolean {
  return failure.kind === 'said' && failure.error === 'duplicate_unique_property_exists';
}

const misconfiguredPauseMs = 60_000;
const usedUpPauseMs = 3_600_000;
const longestPauseMs = 60_000;

type Said = Extract<Failure, { kind: 'said' }>;

function verdictOf({ status, error, detail }: Said, mode: 'im' | 'rest'): Verdict {
  const rule = (mode === 'im' ? imRules : restRules).find(
    (each) =>
      (each.isHundred ? Math.floor(status / 100) * 100 === each.status : status === each.status) &&
      (each.error?.test(error) ?? true) &&
      (each.detail?.test(`${error} ${detail}`) ?? true),
  );
  return (
    rule?.verdict ?? misconfigured(`expected an answer of Easemob, got HTTP ${status}: is its address right?`)
  );
}

function outcomeOfAnswer(said: Said, number: number, mode: 'im' | 'rest'): FailedDelivery {
  const verdict = verdictOf(said, mode);
  const code = codeOf(said);
  switch (verdict.is) {
    case 'misconfigured':
      return later(code, misconfiguredPauseMs, verdict.alarm);
    case 'usedUp':
      return later(code, usedUpPauseMs, verdict.alarm);
    case 'busy':
      return later(code, Math.max(said.retryAfterMs ?? 0, busyPauseMs(verdict.leastMs, number)));
    case 'refused':
      return { outcome: 'refused', code };
    case 'notDone':
      return { outcome: 'later', code, because: 'vendor' };
    default:
      return verdict satisfies never;
  }
}

/** Without a token nothing was sent, whatever became of the call for one. */
function outcomeOfToken(because: TokenFailure, number: number): FailedDelivery {
  if (because.kind === 'tooSoon') return later('token', because.waitMs);
  const outcome = outcomeOfHarmless(because, number);
  // What is wrong with a call for a token is wrong with the account.
  return outcome.outcome === 'refused' || (outcome.outcome === 'later' && outcome.because === 'message')
    ? later(outcome.code, misconfiguredPauseMs, `Easemob gives no access token (${outcome.code})`)
    : outcome;
}

function later(code: string, afterMs: number, alarm?: string): FailedDelivery {
  return { outcome: 'later', code, because: 'vendor', afterMs, ...(alarm !== undefined && { alarm }) };
}

/** Twice as long each time. */
function busyPauseMs(leastMs: number, number: number): number {
  return Math.min(leastMs * 2 ** Math.min(Math.max(number - 1, 0), 6), Math.max(longestPauseMs, leastMs));
}

/** Only what has the form of a code: nobody knows what else an answer may hold. */
function codeOf({ status, error, code }: Said): string {
  if (/^\d{1,9}$/.test(code)) return code;
  return /^[A-Za-z0-9_.-]{1,64}$/.test(error) ? error : `http ${status}`;
}

import type { SendOutcome } from '../ports/channel.ts';
import type { ApiFailure } from './api-answer.ts';
import { bug, consequenceOf } from './errors.ts';

/** Outcomes that a failed call alone decides. */
export type FailedOutcome = Exclude<SendOutcome, { outcome: 'accepted' | 'more' }>;

/**
 * What a failed call means for the reply it was made for. `now` is in milliseconds. What concerns other calls as well, a
 * pause or a stop, has its alarm from whoever found it.
 */
export function outcomeOf(failure: ApiFailure, now: number): FailedOutcome {
  switch (failure.kind) {
    case 'said':
      return outcomeOfCode(failure.errcode, now);
    case 'status':
      return outcomeOfStatus(failure.status);
    case 'notSent':
      return failure.untilMs === undefined
        ? { outcome: 'later', code: failure.code, because: 'vendor' }
        : { outcome: 'pause', code: failure.code, untilMs: failure.untilMs, isUntried: true };
    case 'lost':
      return { outcome: 'unknown', code: failure.code };
    case 'noToken':
      return withoutToken(failure.because, now);
    case 'stopped':
      return { outcome: 'pause', code: failure.code, untilMs: failure.untilMs };
    default:
      return failure satisfies never;
  }
}

function outcomeOfStatus(status: number): FailedOutcome {
  const code = `http ${status}`;
  // The gateway saw a request without a length, or one too long: no repeat changes that.
  if (status === 412) return { outcome: 'refused', code, alarm: bug.alarm };
  if (status === 413) return { outcome: 'refused', code };
  return { outcome: 'later', code, because: 'vendor' };
}

/** The message itself was never sent, so nothing about it is unknown, and nothing is its fault. */
function withoutToken(because: ApiFailure, now: number): FailedOutcome {
  const outcome = outcomeOf(because, now);
  if (outcome.outcome === 'pause') return outcome;
  return { outcome: 'later', code: `token ${outcome.code}`, because: 'vendor' };
}

function outcomeOfCode(errcode: number, now: number): FailedOutcome {
  const code = String(errcode);
  const consequence = consequenceOf(errcode);
  switch (consequence.kind) {
    case 'retryLater':
    case 'refreshToken':
      return { outcome: 'later', code, because: 'vendor' };
    case 'pauseMinute':
      return { outcome: 'pause', code, untilMs: endOfMinute(now) };
    case 'pauseDay':
      return { outcome: 'pause', code, untilMs: endOfDayInShanghai(now) };
    case 'stop':
      return { outcome: 'pause', code, untilMs: now + consequence.afterSec * 1000 };
    case 'hold':
      return { outcome: 'held', code, because: consequence.because };
    case 'refuse':
      return {
        outcome: 'refused',
        code,
        ...(consequence.alarm === undefined ? {} : { alarm: consequence.alarm }),
      };
    case 'uploadAgain':
    case 'shorten':
    case 'stripLinks':
    case 'convert':
    case 'sendUnsigned':
      // Whoever can still change the message has done so before asking here.
      return { outcome: 'refused', code };
    default:
      return consequence satisfies never;
  }
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Shanghai is eight hours ahead all year. */
export const SHANGHAI_MS = 8 * 3_600_000;

function endOfMinute(now: number): number {
  return (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS;
}

function endOfDayInShanghai(now: number): number {
  return (Math.floor((now + SHANGHAI_MS) / DAY_MS) + 1) * DAY_MS - SHANGHAI_MS;
}

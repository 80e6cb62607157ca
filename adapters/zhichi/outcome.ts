import { type FailedDelivery, notSent } from '../../src/ports/failed-delivery.ts';
import type { ActionContext } from '../../src/ports/helpdesk.ts';

/**
 * What a call came to that did not succeed. `said`: Zhichi refused it with a code. `status`: an HTTP status without
 * Zhichi's envelope. `notSent`: nothing of it was done, also where no token could be had. `lost`: it may have been done.
 */
export type Failure =
  | {
      readonly kind: 'said';
      readonly code: string;
      /** By how much Zhichi's clock is ahead of ours, as far as its answer tells. */
      readonly skewSec?: number;
    }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterMs?: number }
  | { readonly kind: 'notSent'; readonly code: string; readonly waitMs?: number }
  | { readonly kind: 'lost'; readonly code: string };

/** Zhichi's system codes (Zhichi, open platform, table of codes). */
export const codes = {
  noToken: '900001',
  tokenEnded: '900002',
  wrongSign: '900003',
  unknownCompany: '900004',
  noEdition: '700046',
  unknownException: '999999',
} as const;

/** What is known of the attempts before this one: how many there were, and whether one left the outcome open. */
export type Tried = Pick<ActionContext, 'number' | 'lost'>;

/** What a failed call means for what it was to do. */
export function outcomeOf(failure: Failure, tried: Tried): FailedDelivery {
  switch (failure.kind) {
    case 'said':
      return outcomeOfCode(failure, tried);
    case 'status':
      return outcomeOfStatus(failure, tried.number);
    case 'notSent':
      return notSent(failure);
    case 'lost':
      return { outcome: 'unknown', code: failure.code };
    default:
      return failure satisfies never;
  }
}

/** The same for a call whose repeat harms nobody: nothing about it is unknown. */
export function outcomeOfHarmless(failure: Failure, tried: Tried): FailedDelivery {
  const outcome = outcomeOf(failure, tried);
  if (outcome.outcome !== 'unknown') return outcome;
  return { outcome: 'later', code: outcome.code, because: failure.kind === 'said' ? 'message' : 'vendor' };
}

/** Zhichi does not take the token: an ended one, none at all, or what a gateway says of it. */
export function isTokenRefused(failure: Failure): boolean {
  return failure.kind === 'said'
    ? failure.code === codes.tokenEnded || failure.code === codes.noToken
    : failure.kind === 'status' && (failure.status === 401 || failure.status === 403);
}

const misconfigurations: Readonly<Record<string, string>> = {
  [codes.noToken]: 'Zhichi sees no token in its calls (900001): try the other authStyle',
  [codes.wrongSign]:
    'Zhichi finds the sign of the token call wrong (900003): compare appKey, and keep the clock of this host right',
  [codes.unknownCompany]:
    'Zhichi knows no such account (900004): appId is wrong, or baseUrl is another environment’s',
  [codes.noEdition]: 'the edition of this Zhichi account has no interface (700046): ask the vendor',
};

const misconfiguredPauseMs = 60_000;
const tokenPauseMs = 5000;

function outcomeOfCode(failure: Extract<Failure, { kind: 'said' }>, { lost }: Tried): FailedDelivery {
  const { code } = failure;
  const alarm = misconfigurations[code];
  if (alarm !== undefined) {
    return { ...later(code, misconfiguredPauseMs), alarm: `${alarm}${describeSkew(failure)}` };
  }
  if (code === codes.tokenEnded) return later(code, tokenPauseMs);
  if (/^4000(?:0[1-9]|1[0-3])$/.test(code)) {
    return { outcome: 'refused', code, alarm: `Zhichi finds the fields of a call wrong (${code})` };
  }
  // It may have been done, as far as anybody knows. Said again of what was not done before, it is the message's own fault;
  // whoever asks the record still does so the next time, as what was lost stays noted.
  if (lost?.code !== code) return { outcome: 'unknown', code };
  return code === codes.unknownException
    ? { outcome: 'later', code, because: 'message' }
    : { outcome: 'refused', code };
}

function outcomeOfStatus(failure: Extract<Failure, { kind: 'status' }>, number: number): FailedDelivery {
  const { status, retryAfterMs } = failure;
  const code = `http ${status}`;
  if (status === 429) return later(code, Math.max(retryAfterMs ?? 0, busyPauseMs(number)));
  if (status === 413) return { outcome: 'refused', code };
  if (status >= 500) return { outcome: 'later', code, because: 'vendor' };
  if (status === 401 || status === 403) return later(code, tokenPauseMs);
  const alarm = `expected an answer of the Zhichi API, got HTTP ${status}: are baseUrl and apiPrefix right?`;
  return { ...later(code, misconfiguredPauseMs), alarm };
}

function later(code: string, afterMs: number): Extract<FailedDelivery, { outcome: 'later' }> {
  return { outcome: 'later', code, because: 'vendor', afterMs };
}

/** A second, then twice as long each time. */
function busyPauseMs(number: number): number {
  return 1000 * 2 ** Math.min(Math.max(number - 1, 0), 4);
}

function describeSkew({ code, skewSec }: Extract<Failure, { kind: 'said' }>): string {
  if (code !== codes.wrongSign || skewSec === undefined) return '';
  return `; Zhichi’s is ${Math.abs(skewSec)} s ${skewSec < 0 ? 'behind' : 'ahead'}`;
}

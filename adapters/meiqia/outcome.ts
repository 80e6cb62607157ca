import { type FailedDelivery, notSent, withoutDoubt } from '../../src/ports/failed-delivery.ts';

/**
 * What a call came to that gave no answer to read. `status`: another HTTP status than 2xx, with the beginning of its
 * body. `stale`: the answer, or the request, does not fit the visitor's key. `notSent`: nothing reached Meiqia. `lost`: it
 * may have been done.
 */
export type Failure =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly words: string;
      readonly retryAfterMs?: number;
    }
  | { readonly kind: 'stale' }
  | { readonly kind: 'notSent'; readonly code: string; readonly waitMs?: number }
  | { readonly kind: 'lost'; readonly code: string };

/** What a failed call means for what it was to do. `number` is the attempt's, for the pause of a busy vendor. */
export function outcomeOf(failure: Failure, number: number): FailedDelivery {
  switch (failure.kind) {
    case 'status':
      return outcomeOfStatus(failure, number);
    case 'stale':
      return { outcome: 'unknown', code: 'undecryptable', afterMs: settleAfterMs };
    case 'notSent':
      return notSent(failure);
    case 'lost':
      return { outcome: 'unknown', code: failure.code, afterMs: settleAfterMs };
    default:
      return failure satisfies never;
  }
}

/** The same for a call whose repeat harms nobody: nothing about it is unknown. */
export function outcomeOfHarmless(failure: Failure, number: number): FailedDelivery {
  return withoutDoubt(outcomeOf(failure, number));
}

/** The visitor's keys are to be fetched anew: Meiqia refused them, or what it says does not fit them. */
export function isStale(failure: Failure): boolean {
  return failure.kind === 'stale' || (failure.kind === 'status' && refusesKeys(failure.status));
}

/** Nothing of this kind is taken: the medium goes as a line of text. */
export function refusesMedium(failure: Failure): boolean {
  return failure.kind === 'status' && [400, 413, 415].includes(failure.status);
}

/** After this pause a message that arrived stands in the stream. */
const settleAfterMs = 3000;
const misconfiguredPauseMs = 60_000;

function outcomeOfStatus(failure: Extract<Failure, { kind: 'status' }>, number: number): FailedDelivery {
  const { status, retryAfterMs } = failure;
  const code = `http ${status}`;
  if (status === 429) return later(code, Math.max(retryAfterMs ?? busyPauseMs(number), 1000));
  if (status >= 500) return { outcome: 'later', code, because: 'vendor' };
  if (refusesKeys(status)) {
    const alarm = `Meiqia refuses the keys of a visitor (HTTP ${status}): compare appKey with the console, and keep the clock of this host right`;
    return { ...later(code, misconfiguredPauseMs), alarm };
  }
  if (status === 400 || status === 413 || status === 415) return { outcome: 'refused', code };
  const alarm = `expected an answer of Meiqia, got HTTP ${status}: are baseUrls right?`;
  return { ...later(code, misconfiguredPauseMs), alarm };
}

function refusesKeys(status: number): boolean {
  return status === 401 || status === 403;
}

function later(code: string, afterMs: number): FailedDelivery {
  return { outcome: 'later', code, because: 'vendor', afterMs };
}

/** At least a second, then twice as long each time. */
function busyPauseMs(number: number): number {
  return 1000 * 2 ** Math.min(Math.max(number - 1, 0), 4);
}

import { type Fields, numberOf, readFields } from '../../src/formats/fields.ts';
import { type FailedDelivery, notSent, withoutDoubt } from '../../src/ports/failed-delivery.ts';
import type { AskedWait, VendorAnswer } from '../../src/ports/helpdesk.ts';

/**
 * What a call came to that did not succeed. `said`: Qiyu refused it with a code. `status`: an HTTP status without
 * Qiyu's JSON. `notSent`: nothing reached it. `lost`: it may have been done.
 */
export type Failure =
  | {
      readonly kind: 'said';
      readonly code: number;
      readonly fields: Fields;
      /** By how much Qiyu's clock is ahead of ours, as far as its answer tells. */
      readonly skewSec?: number;
      readonly retryAfterMs?: number;
    }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterMs?: number }
  | { readonly kind: 'notSent'; readonly code: string; readonly waitMs?: number }
  | { readonly kind: 'lost'; readonly code: string };

/** What a failed call means for what it was to do. `number` is the attempt's, for the pause of a busy vendor. */
export function outcomeOf(failure: Failure, number: number): FailedDelivery {
  switch (failure.kind) {
    case 'said':
      return outcomeOfCode(failure, number);
    case 'status':
      return outcomeOfStatus(failure, number);
    case 'notSent':
      return notSent(failure);
    case 'lost':
      return { outcome: 'unknown', code: failure.code };
    default:
      return failure satisfies never;
  }
}

/** Qiyu counts the calls of each interface (Qiyu, message interface, table of codes: 14009). */
export function asksToWait({ body }: VendorAnswer): AskedWait | undefined {
  if (body.length > mostRefusalBytes) return undefined;
  const fields = readFields(body.toString('utf8'));
  const isTooFrequent = fields !== undefined && numberOf(fields, 'code') === codes.tooFrequent;
  return isTooFrequent ? { code: String(codes.tooFrequent), afterMs: 1000, calls: 'named' } : undefined;
}

/** Longer answers are none that only refuse. */
const mostRefusalBytes = 1000;

/** The same for a call whose repeat harms nobody: nothing about it is unknown. */
export function outcomeOfHarmless(failure: Failure, number: number): FailedDelivery {
  return withoutDoubt(outcomeOf(failure, number));
}

/** A mistake of the configuration or the account: it holds for every call, so no message is to blame. */
export function isMisconfigured(failure: Failure): boolean {
  return failure.kind === 'said' && failure.code in misconfigurations;
}

/** Qiyu's codes, as far as more than the code tells what to do (Qiyu, message interface, table of error codes). */
export const codes = {
  wrongChecksum: 14002,
  wrongTime: 14003,
  badFields: 14004,
  nobodyOnline: 14005,
  mustQueue: 14006,
  visitorUnknown: 14007,
  callerNotAllowed: 14008,
  tooFrequent: 14009,
  closed: 14010,
  internal: 14500,
  tooMuch: 14501,
} as const;

const misconfigurations: Readonly<Record<number, string>> = {
  14001: 'Qiyu does not know the appKey (14001): compare appKey with the console',
  [codes.wrongChecksum]: 'Qiyu finds the checksum wrong (14002): compare appSecret with the console',
  [codes.wrongTime]: 'Qiyu finds the time of a call wrong (14003): keep the clock of this host right',
  [codes.callerNotAllowed]: 'Qiyu does not allow calls from this address (14008): add it to the allow-list',
  14515: 'Qiyu gives no permission for the message interface (14515): ask the vendor to open it',
};

const misconfiguredPauseMs = 60_000;

function outcomeOfCode(failure: Extract<Failure, { kind: 'said' }>, number: number): FailedDelivery {
  const code = String(failure.code);
  const alarm = misconfigurations[failure.code];
  if (alarm !== undefined) {
    return {
      outcome: 'later',
      code,
      because: 'vendor',
      afterMs: misconfiguredPauseMs,
      alarm: `${alarm}${describeSkew(failure)}`,
    };
  }
  switch (failure.code) {
    case codes.tooFrequent:
      return later(code, Math.max(failure.retryAfterMs ?? 0, busyPauseMs(number)));
    case codes.internal:
      return { outcome: 'later', code, because: 'message' };
    case codes.badFields:
    case codes.tooMuch:
    case codes.nobodyOnline:
    case codes.mustQueue:
    case codes.visitorUnknown:
    case codes.closed:
      // Whoever can make more of a visitor's state has done so before asking here.
      return { outcome: 'refused', code };
    default:
      return { outcome: 'later', code, because: 'message', atMost: 2 };
  }
}

function outcomeOfStatus(failure: Extract<Failure, { kind: 'status' }>, number: number): FailedDelivery {
  const { status, retryAfterMs } = failure;
  const code = `http ${status}`;
  if (status === 429) return later(code, retryAfterMs ?? busyPauseMs(number));
  if (status === 413) return { outcome: 'refused', code };
  if (status >= 500) return { outcome: 'later', code, because: 'vendor' };
  const alarm = `expected an answer of the Qiyu API, got HTTP ${status}: is baseUrl right?`;
  return { ...later(code, misconfiguredPauseMs), alarm };
}

function later(code: string, afterMs: number): FailedDelivery {
  return { outcome: 'later', code, because: 'vendor', afterMs };
}

/** At least the second that Qiyu counts in, then twice as long each time. */
function busyPauseMs(number: number): number {
  return 1000 * 2 ** Math.min(Math.max(number - 1, 0), 4);
}

function describeSkew({ code, skewSec }: Extract<Failure, { kind: 'said' }>): string {
  if (code !== codes.wrongTime || skewSec === undefined) return '';
  return `; Qiyu's is ${Math.abs(skewSec)} s ${skewSec < 0 ? 'behind' : 'ahead'}`;
}

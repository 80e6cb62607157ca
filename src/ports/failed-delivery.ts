import type { Delivery } from './helpdesk.ts';
import type { Unanswered } from './http.ts';

/** Outcomes that a failed call alone decides. */
export type FailedDelivery = Extract<Delivery, { outcome: 'later' | 'refused' | 'unknown' }>;

/** The same for a call whose repeat harms nobody: nothing about it is unknown. */
export function withoutDoubt(failed: FailedDelivery): Exclude<FailedDelivery, { outcome: 'unknown' }> {
  return failed.outcome === 'unknown' ? { outcome: 'later', code: failed.code, because: 'vendor' } : failed;
}

/** Nothing reached the other side, and no message is to blame. */
export function notSent({
  code,
  waitMs,
}: Pick<Extract<Unanswered, { kind: 'notSent' }>, 'code' | 'waitMs'>): FailedDelivery {
  return { outcome: 'later', code, because: 'vendor', ...(waitMs !== undefined && { afterMs: waitMs }) };
}

import type { CounterSpan } from '../store/account-tables.ts';

export const minuteMs = 60_000;
export const dayMs = 86_400_000;

/** Where the minute or the day begins in which `now` lies; days are the platform's. */
export function startOf(span: CounterSpan, now: number, utcOffsetMs: number): number {
  if (span === 'minute') return Math.floor(now / minuteMs) * minuteMs;
  return Math.floor((now + utcOffsetMs) / dayMs) * dayMs - utcOffsetMs;
}

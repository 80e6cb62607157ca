import type { Effects } from '../../src/ports/helpdesk.ts';
import type { MeiqiaSettings } from './settings.ts';

/**
 * When the stream is to be looked at next, as nobody promises a push for each message: at the seconds of the schedule
 * after the last message of either side, its last number again and again, and once at the end of the window. `undefined`:
 * not unasked any more. Milliseconds from `now`. Pure.
 */
export function nextPollMs(
  { pollScheduleSec, pollWindowSec }: Pick<MeiqiaSettings, 'pollScheduleSec' | 'pollWindowSec'>,
  lastAt: number,
  now: number,
): number | undefined {
  const sinceMs = Math.max(now - lastAt, 0);
  const windowMs = pollWindowSec * 1000;
  if (sinceMs >= windowMs) return undefined;
  const singles = pollScheduleSec.slice(0, -1).map((sec) => sec * 1000);
  const everyMs = (pollScheduleSec.at(-1) ?? pollWindowSec) * 1000;
  const base = Math.max(0, ...singles);
  const next =
    singles.filter((ms) => ms > sinceMs).toSorted((one, other) => one - other)[0] ??
    base + (Math.floor((sinceMs - base) / everyMs) + 1) * everyMs;
  return Math.min(next, windowMs) - sinceMs;
}

/** Looks into the stream that follow a message that was just sent. */
export function watchStream(settings: MeiqiaSettings, now: number): Pick<Effects, 'watch'> {
  const afterMs = settings.receive === 'push' ? undefined : nextPollMs(settings, now, now);
  return afterMs === undefined ? {} : { watch: [{ topic: 'stream', afterMs }] };
}

import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { createRarely } from '../ports/rarely.ts';

/** A person has to make room, and each medium that waits says so again and again. */
const quietMs = 10 * 60_000;

/** Raises an alarm where the disk takes no media, and then is quiet for a while. */
export function createDiskAlarm(clock: Clock, log: Log): (code: string, tenant: string) => void {
  const rarely = createRarely(clock, quietMs);
  return (code, tenant) => {
    const what = code === 'ENOSPC' ? 'the disk is full' : `the disk takes no media (${code})`;
    const alarm = `${what}; messages with media wait until it takes them`;
    rarely(() => log.error('alarm.raised', { tenant, alarm }));
  };
}

import type { Clock } from '../ports/clock.ts';

/** Runs what it is given at most once in `everyMs`: whoever tries paths must not fill the log. */
export function createRarely(clock: Clock, everyMs: number): (run: () => void) => void {
  let quietUntil = 0;
  return (run) => {
    const now = clock.now();
    if (now < quietUntil) return;
    quietUntil = now + everyMs;
    run();
  };
}

/** A part of a path as a log may show it: anybody may have chosen it. */
export function showPathPart(part: string): string {
  return part.slice(0, 64).replaceAll(/[^\w-]/g, '');
}

import type { Clock } from './clock.ts';

/** Runs what it is given at most once in `everyMs`, so that what comes again and again does not fill the log. */
export function createRarely(clock: Pick<Clock, 'monotonic'>, everyMs: number): (run: () => void) => void {
  let quietUntil = Number.NEGATIVE_INFINITY;
  return (run) => {
    const now = clock.monotonic();
    if (now < quietUntil) return;
    quietUntil = now + everyMs;
    run();
  };
}

import type { Clock } from './ports/clock.ts';
import type { Log } from './ports/log.ts';
import type { ClaimPermit } from './ports/permit.ts';

/** Nothing that is forgotten is missed a moment later, and nobody wants to walk all tables more often. */
const everyMs = 3_600_000;
/** Of several instances one does it; the next time may be a little early by its clock. */
const once = { most: 1, perMs: 3_300_000, apartMs: 3_300_000 } as const;

/**
 * Forgets what is old, now and then: one go at a time, of one of the instances that share a store. The returned function
 * ends it.
 */
export function keepUp({
  clock,
  log,
  claimPermit,
  run,
}: {
  readonly clock: Clock;
  readonly log: Log;
  readonly claimPermit: ClaimPermit;
  readonly run: () => Promise<unknown>;
}): () => void {
  let cancel = clock.after(everyMs, go);
  function go(): void {
    void runOnce()
      .catch((error: unknown) => log.error('upkeep.failed', { error }))
      .finally(() => {
        cancel = clock.after(everyMs, go);
      });
  }
  async function runOnce(): Promise<void> {
    if (await claimPermit('upkeep', once)) await run();
  }
  return () => cancel();
}

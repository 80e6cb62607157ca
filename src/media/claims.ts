import { randomUUID } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Step, Store } from '../ports/store.ts';
import {
  claimMedium,
  dropClaim,
  readWanted,
  renewClaims,
  type WantedMedium,
} from '../store/media-downloads.ts';

/** Who fetches a medium: one process at a time. */
export interface MediaClaims {
  /** What others see of this process; the empty text where there are no others. */
  readonly holder: string;
  /** Due media that others wanted, or left, are looked for so often. Absent: there are no others. */
  readonly lookEveryMs?: number;
  /** Gives the medium, if it is to be fetched now and nobody else has it in hand. */
  take(id: string, now: number): Step<WantedMedium>;
  /** Runs what fetches a medium, which stays in hand as long as that lasts. */
  hold<Result>(run: () => Promise<Result>): Promise<Result>;
  /** Puts a medium back untried. */
  drop(medium: WantedMedium): readonly Step[];
}

/** One process has the store: what is due is its own, and what was in hand when it died is due. */
export const ownClaims: MediaClaims = {
  holder: '',
  take: (id, now) => readWanted({ id, now }),
  hold: (run) => run(),
  drop: () => [],
};

export interface SharedClaimsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** What a process that died had in hand is another's after so long, by the database's time. Default 10,000. */
  readonly leaseMs?: number;
}

/**
 * Several processes have the store. What one has in hand is its own until its lease ends, which it renews as long as it
 * fetches; whoever takes it then has the next claim, and the earlier one changes nothing any more.
 */
export function createSharedClaims({
  store,
  clock,
  log,
  leaseMs = 10_000,
}: SharedClaimsOptions): MediaClaims {
  const holder = randomUUID();
  let held = 0;
  /** A renewal that is still under way when nothing is held any more begins no other. */
  let spell = 0;
  let cancel = () => {};

  function renewLater(own: number): void {
    cancel = clock.after(leaseMs / 3, () => {
      store
        .batch([renewClaims({ holder, leaseMs })])
        .catch((error: unknown) => log.warn('media.notRenewed', { error }))
        .finally(() => {
          if (own === spell) renewLater(own);
        });
    });
  }

  function release(): void {
    held -= 1;
    if (held > 0) return;
    spell += 1;
    cancel();
  }

  return {
    holder,
    lookEveryMs: 1000,
    take: (id, now) => claimMedium({ id, now, holder, leaseMs }),
    async hold(run) {
      held += 1;
      if (held === 1) renewLater(spell);
      try {
        return await run();
      } finally {
        release();
      }
    },
    drop: ({ id, claim }) => [dropClaim({ id, claim })],
  };
}

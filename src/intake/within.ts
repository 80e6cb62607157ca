import type { Clock } from '../ports/clock.ts';
import { BridgeError } from '../ports/errors.ts';

const pauseMs = 200;

/**
 * Tries to write something down until the store takes it, for `budgetMs` at most. `undefined`: it was not taken in time.
 */
export function writeWithin<Result>(
  clock: Clock,
  budgetMs: number,
  write: () => Promise<Result>,
): Promise<{ readonly value: Result } | undefined> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(budgetMs, () => resolve(undefined));
    tryUntil(clock, clock.monotonic() + budgetMs, write)
      .then(resolve, reject)
      .finally(cancel);
  });
}

async function tryUntil<Result>(
  clock: Clock,
  until: number,
  write: () => Promise<Result>,
): Promise<{ readonly value: Result } | undefined> {
  for (;;) {
    try {
      return { value: await write() };
    } catch (error) {
      if (!(error instanceof BridgeError) || error.code !== 'storeUnavailable') throw error;
      if (clock.monotonic() + pauseMs >= until) return undefined;
      await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
    }
  }
}

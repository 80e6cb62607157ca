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
  const until = clock.monotonic() + budgetMs;
  return new Promise((resolve, reject) => {
    const cancel = clock.after(budgetMs, () => resolve(undefined));
    async function attempt(): Promise<void> {
      try {
        const value = await write();
        cancel();
        resolve({ value });
      } catch (error) {
        const isAway = error instanceof BridgeError && error.code === 'storeUnavailable';
        if (isAway && clock.monotonic() + pauseMs < until) {
          clock.after(pauseMs, attempt);
          return;
        }
        cancel();
        if (isAway) resolve(undefined);
        else reject(error);
      }
    }
    void attempt();
  });
}

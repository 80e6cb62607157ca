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
    function end(settle: () => void): void {
      cancel();
      settle();
    }
    function attempt(): void {
      write().then(
        (value) => end(() => resolve({ value })),
        (error: unknown) => {
          if (!isUnavailable(error)) end(() => reject(error));
          else if (clock.monotonic() + pauseMs >= until) end(() => resolve(undefined));
          else clock.after(pauseMs, attempt);
        },
      );
    }
    attempt();
  });
}

function isUnavailable(error: unknown): boolean {
  return error instanceof BridgeError && error.code === 'storeUnavailable';
}

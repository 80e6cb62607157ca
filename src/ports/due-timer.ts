import type { Clock } from './clock.ts';

/**
 * One timer for many due times: it fires at the earliest of them, and whoever is called looks up the next. Which is the
 * earliest goes by the time that has to pass, whatever the wall clock is set to meanwhile.
 */
export class DueTimer {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #next: { readonly endsAt: number; readonly cancel: () => void } | undefined;
  #stopped = false;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Something will be due then (milliseconds since 1970). */
  expect(due: number): void {
    this.expectIn(due - this.#clock.now());
  }

  /** Something will be due after so long. */
  expectIn(ms: number): void {
    const waitMs = Math.max(0, ms);
    const endsAt = this.#clock.monotonic() + waitMs;
    if (this.#stopped || (this.#next && this.#next.endsAt <= endsAt)) return;
    this.#next?.cancel();
    const cancel = this.#clock.after(waitMs, () => {
      this.#next = undefined;
      this.#onDue();
    });
    this.#next = { endsAt, cancel };
  }

  /** It fires no more. */
  stop(): void {
    this.#stopped = true;
    this.#next?.cancel();
  }
}

import type { Clock } from './clock.ts';

/** One timer for many due times: it fires at the earliest of them, and whoever is called looks up the next. */
export class DueTimer {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #next: { readonly due: number; readonly cancel: () => void } | undefined;
  #stopped = false;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Something will be due then (milliseconds since 1970). */
  expect(due: number): void {
    if (this.#stopped || (this.#next && this.#next.due <= due)) return;
    this.#next?.cancel();
    const cancel = this.#clock.after(Math.max(0, due - this.#clock.now()), () => {
      this.#next = undefined;
      this.#onDue();
    });
    this.#next = { due, cancel };
  }

  /** It fires no more. */
  stop(): void {
    this.#stopped = true;
    this.#next?.cancel();
  }
}

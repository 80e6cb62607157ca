import type { Clock } from '../ports/clock.ts';
import type { LeaseDesk } from '../ports/leases.ts';
import type { LeasedWindow } from './leased-window.ts';

export interface LeasesOptions {
  readonly desk: LeaseDesk;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  /** There may be more room now, or less. */
  readonly onChange: () => void;
}

/** Keeps what this instance has leased of some windows that belong together: one ask for all of them, one at a time. */
export class Leases {
  readonly #options: LeasesOptions;
  readonly #windows: LeasedWindow[] = [];
  #asking: Promise<void> | undefined;
  #cancel = () => {};
  #isClosed = false;

  constructor(options: LeasesOptions) {
    this.#options = options;
  }

  add(window: LeasedWindow): LeasedWindow {
    this.#windows.push(window);
    return window;
  }

  /** Somebody waits for what only the store may have. */
  get isDue(): boolean {
    const now = this.#options.clock.monotonic();
    return !this.#isClosed && this.#windows.some((window) => window.isDue(now));
  }

  /** Tells the store how we stand, and gets more. Rejects where it takes nothing; what is held is good all the same. */
  ask(): Promise<void> {
    this.#asking ??= this.#ask();
    return this.#asking;
  }

  /** Sets the time of the next ask that nobody waits for. To be called when a window is used less than before. */
  tendLater(): void {
    const { clock } = this.#options;
    this.#cancel();
    if (this.#asking) return;
    const now = clock.monotonic();
    const waits = this.#windows.flatMap((window) => window.tendInMs(now) ?? []);
    if (waits.length === 0 || this.#isClosed) return;
    this.#cancel = clock.after(Math.min(...waits), () => {
      this.ask().catch(() => {}); // whoever waits is told when he asks himself
    });
  }

  /** Gives all back. Nobody waits any more by then. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#asking?.catch(() => {});
    this.#cancel();
    await this.#exchange();
  }

  async #ask(): Promise<void> {
    this.#cancel();
    try {
      await this.#exchange();
    } finally {
      this.#asking = undefined; // whoever looks now may ask again
      this.tendLater();
      this.#options.onChange();
    }
  }

  async #exchange(): Promise<void> {
    const { desk, clock } = this.#options;
    const startedAt = clock.monotonic();
    const windows = this.#involved;
    if (windows.length === 0) return;
    const asks = windows.map((window) => window.prepare(startedAt, this.#isClosed));
    try {
      const answers = await desk.exchange(asks);
      for (const [index, window] of windows.entries()) {
        const [ask, answer] = [asks[index], answers[index]];
        if (ask && answer) window.settle(ask, answer, { startedAt, now: clock.monotonic() });
      }
    } catch (error) {
      for (const window of windows) window.fail(clock.monotonic());
      throw error;
    }
  }

  get #involved(): readonly LeasedWindow[] {
    const now = this.#options.clock.monotonic();
    return this.#windows.filter((window) => window.tendInMs(now) !== undefined);
  }
}

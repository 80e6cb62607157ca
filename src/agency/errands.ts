import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

export interface ErrandOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Does what is due in the store, and tells when the next thing will be (milliseconds since 1970). */
  readonly run: (now: number) => Promise<number>;
}

/** After a failure of the store. */
const restMs = 1000;

/**
 * When a component's errands are run: one go at a time. What is due stands in the store; a restart finds it there again.
 */
export class Errands {
  readonly #options: ErrandOptions;
  #timer: { readonly due: number; readonly cancel: () => void } | undefined;
  #running: Promise<void> | undefined;
  #wokenMeanwhile = false;
  #stopped = false;

  constructor(options: ErrandOptions) {
    this.#options = options;
  }

  /** Something is due now. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#running) this.#wokenMeanwhile = true;
    else this.#running = this.#run();
  }

  /** No new go begins; resolves when the running one has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, log, run } = this.#options;
    this.#wokenMeanwhile = false;
    try {
      this.#expect(await run(clock.now()));
    } catch (error) {
      log.error('errands.failed', { error });
      this.#expect(clock.now() + restMs);
    }
    this.#running = undefined;
    if (this.#wokenMeanwhile) this.wake();
  }

  #expect(due: number): void {
    if (this.#stopped || (this.#timer && this.#timer.due <= due)) return;
    const { clock } = this.#options;
    this.#timer?.cancel();
    const cancel = clock.after(Math.max(0, due - clock.now()), () => {
      this.#timer = undefined;
      this.wake();
    });
    this.#timer = { due, cancel };
  }
}

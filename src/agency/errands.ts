import type { Clock } from '../ports/clock.ts';
import { DueTimer } from '../ports/due-timer.ts';
import type { Log } from '../ports/log.ts';

export interface ErrandOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Does what is due in the store, and tells when the next thing will be (milliseconds since 1970). */
  readonly run: (now: number) => Promise<number>;
  /** Looks at least so often for what other processes were told. Absent: there are no others. */
  readonly lookEveryMs?: number;
}

/** Longer than an errand takes; what a process that died had in hand is due again then. */
export const errandLeaseMs = 90_000;
/** After a failure of the store. */
const restMs = 1000;

/**
 * When a component's errands are run: one go at a time. What is due stands in the store; a restart finds it there again.
 */
export class Errands {
  readonly #options: ErrandOptions;
  readonly #timer: DueTimer;
  #running: Promise<void> | undefined;
  #wokenMeanwhile = false;
  #stopped = false;

  constructor(options: ErrandOptions) {
    this.#options = options;
    this.#timer = new DueTimer(options.clock, () => this.wake());
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
    this.#timer.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, log, run, lookEveryMs } = this.#options;
    this.#wokenMeanwhile = false;
    if (lookEveryMs !== undefined) this.#timer.expectIn(lookEveryMs);
    try {
      this.#timer.expect(await run(clock.now()));
    } catch (error) {
      log.error('errands.failed', { error });
      this.#timer.expectIn(restMs);
    }
    this.#running = undefined;
    if (this.#wokenMeanwhile) this.wake();
  }
}

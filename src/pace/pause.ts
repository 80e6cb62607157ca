import type { Clock } from '../ports/clock.ts';
import type { ApiPause } from '../ports/pace.ts';

export interface PauseClock {
  readonly clock: Pick<Clock, 'now'>;
  /** Milliseconds that never go back, whatever happens to the clock. */
  readonly elapsedMs: () => number;
}

/**
 * Until when nothing is taken: until the clock says so, or until so much time has passed, whichever comes first. A clock
 * that is set back makes no pause longer.
 */
export class Pause {
  readonly #time: PauseClock;
  #set: { readonly pause: ApiPause; readonly endsAfter: number } | undefined;

  constructor(time: PauseClock) {
    this.#time = time;
  }

  /** What is in force now. `untilMs` is by the clock as it stands now. */
  get(): { readonly untilMs: number; readonly code: string } | undefined {
    if (this.#set === undefined) return undefined;
    const { pause, endsAfter } = this.#set;
    const now = this.#time.clock.now();
    const untilMs = Math.min(pause.untilMs, Math.ceil(now + endsAfter - this.#time.elapsedMs()));
    if (untilMs <= now) this.#set = undefined;
    return untilMs <= now ? undefined : { untilMs, code: pause.code };
  }

  /** Whether it says anything new: no pause with this code is in force. The longer one holds. */
  set(pause: ApiPause): boolean {
    const present = this.get();
    if (present && present.untilMs >= pause.untilMs) return present.code !== pause.code;
    const leftMs = pause.untilMs - this.#time.clock.now();
    // Clocks are corrected a little all the time: the time that has passed decides only where one was set.
    this.#set = { pause, endsAfter: this.#time.elapsedMs() + leftMs * 1.01 + 1000 };
    return present?.code !== pause.code;
  }

  lift(): void {
    this.#set = undefined;
  }
}

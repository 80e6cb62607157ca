import type { Clock } from '../ports/clock.ts';
import type { ApiPause } from '../ports/pace.ts';

/**
 * Until when nothing is taken: until the clock says so, or until so much time has passed, whichever comes first. A clock
 * that is set back makes no pause longer.
 */
export class Pause {
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>;
  #set: { readonly pause: ApiPause; readonly endsAfter: number } | undefined;

  constructor(clock: Pick<Clock, 'now' | 'monotonic'>) {
    this.#clock = clock;
  }

  /** What is in force now. `untilMs` is by the clock as it stands now. */
  get(): { readonly untilMs: number; readonly code: string } | undefined {
    if (this.#set === undefined) return undefined;
    const { pause, endsAfter } = this.#set;
    const now = this.#clock.now();
    const untilMs = Math.min(pause.untilMs, Math.ceil(now + endsAfter - this.#clock.monotonic()));
    if (untilMs <= now) this.#set = undefined;
    return untilMs <= now ? undefined : { untilMs, code: pause.code };
  }

  /** Whether it says anything new: no pause with this code is in force. The longer one holds. */
  set(pause: ApiPause): boolean {
    const present = this.get();
    if (present && present.untilMs >= pause.untilMs) return present.code !== pause.code;
    const leftMs = pause.untilMs - this.#clock.now();
    // Clocks are corrected a little all the time: the time that has passed decides only where one was set.
    this.#set = { pause, endsAfter: this.#clock.monotonic() + leftMs * 1.01 + 1000 };
    return present?.code !== pause.code;
  }

  lift(): void {
    this.#set = undefined;
  }
}

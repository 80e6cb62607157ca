import type { Clock } from '../ports/clock.ts';
import type { PacePermit } from '../ports/pace-permit.ts';
import type { RoundTrip } from './round-trip.ts';

export interface LinePermitOptions {
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly roundTrip: RoundTrip;
  /** Whether its places are still its own. */
  readonly isGood: (now: number) => boolean;
  /** The call arrived at this time or before. */
  readonly onArrived: (by: number) => void;
  readonly onGivenBack: () => void;
}

/**
 * A call that is not answered by then has arrived, as far as windows are concerned. Measured on a machine with ten times
 * the work that it can do: up to 1.8 s on the way.
 */
export const arrivesWithinMs = 2000;

/**
 * A call's place in the windows of its line. It is taken from the moment at which the call may leave, however long the call
 * is then prepared: what leaves later than it might have arrives later too, and together with others.
 */
export class LinePermit implements PacePermit {
  readonly #options: LinePermitOptions;
  #state: 'inHand' | 'used' | 'over' = 'inHand';
  #leftAt = 0;
  #cancel = () => {};

  constructor(options: LinePermitOptions) {
    this.#options = options;
  }

  use(): boolean {
    if (this.#state !== 'inHand') return false;
    const { clock, isGood } = this.#options;
    const now = clock.monotonic();
    if (!isGood(now)) {
      this.giveBack();
      return false;
    }
    this.#state = 'used';
    this.#leftAt = now;
    this.#cancel = clock.after(arrivesWithinMs, () => this.#arrive(this.#leftAt + arrivesWithinMs));
    return true;
  }

  arrived(): void {
    if (this.#state !== 'used') return;
    const { roundTrip, clock } = this.#options;
    this.#arrive(roundTrip.arrivedBy(this.#leftAt, clock.monotonic()));
  }

  giveBack(): void {
    if (this.#state !== 'inHand') return;
    this.#state = 'over';
    this.#options.onGivenBack();
  }

  #arrive(by: number): void {
    this.#state = 'over';
    this.#cancel();
    this.#options.onArrived(by);
  }
}

/** A turn of a short window takes so long: it is to be worth the asks that pass the slots on. */
const leastTurnMs = 1000;
/** Nobody waits longer for one who has his turn. */
const mostTurnMs = 5000;
const windowsATurn = 4;

export interface TurnsOptions {
  /** This instance, by the name that the others see. */
  readonly instance: string;
  /** Of the window that every call falls under. */
  readonly perMs: number;
  /** Whether somebody waits here. */
  readonly isWaiting: () => boolean;
}

/**
 * Who goes first where there is not enough for everybody: each instance that wants something has its turn, and all see the
 * same turn in all windows that a call needs. Rejected: turns of each window by itself. One instance then has the only slot
 * of one window, and another one that of the other; each waits for what the other has, and no call leaves.
 */
export class Turns {
  readonly instance: string;
  readonly turnMs: number;
  readonly #isWaiting: () => boolean;
  #others: readonly string[] = [];
  /** The store's time is so far ahead of our own clock. */
  #aheadMs = 0;

  constructor({ instance, perMs, isWaiting }: TurnsOptions) {
    this.instance = instance;
    this.turnMs = Math.min(mostTurnMs, Math.max(leastTurnMs, windowsATurn * perMs));
    this.#isWaiting = isWaiting;
  }

  /** What the store has said of the window that every call falls under. */
  note(others: readonly string[], aheadMs: number): void {
    this.#others = others;
    this.#aheadMs = aheadMs;
  }

  /** The place of an instance in the queue at that time, 0 the first. Those that want nothing come last. */
  rankAt(now: number): (instance: string) => number {
    const queue = [...new Set([...this.#others, ...(this.#isWaiting() ? [this.instance] : [])])].sort();
    const first = Math.floor((now + this.#aheadMs) / this.turnMs) % Math.max(1, queue.length);
    const places = new Map(
      queue.map((instance, index) => [instance, (index - first + queue.length) % queue.length]),
    );
    return (instance) => places.get(instance) ?? queue.length;
  }

  /** How long until somebody else comes first. */
  nextInMs(now: number): number {
    return this.turnMs - ((now + this.#aheadMs) % this.turnMs);
  }
}

import { StepMissed } from '../ports/errors.ts';
import type { Step, Store } from '../ports/store.ts';
import { beginLeasedTurn, endLeasedTurn } from '../store/leases/lanes.ts';
import { beginTurn, proveTurn } from '../store/turns.ts';

/** Makes the step that lets a leased lane go where nothing is left in it. */
type EndLeased = (held: { readonly lane: string; readonly owner: string }) => Step;

/**
 * A turn's hold on its lane. The first batch of the turn begins it, as its first step; each later one that takes work
 * proves that it is still the newest. Where several instances share the store the lane is held for all of them.
 */
export class LaneHold {
  readonly lane: string;
  readonly #owner: string | undefined;
  #number: number | undefined;
  #isMissed = false;
  #isIdle = false;

  /** `owner`: the instance, where several share the store. */
  constructor(lane: string, owner?: string) {
    this.lane = lane;
    this.#owner = owner;
  }

  /** Another instance has the lane: nothing was begun. */
  get isElsewhere(): boolean {
    return this.#isMissed && this.#number === undefined;
  }

  get isBegun(): boolean {
    return this.#number !== undefined;
  }

  /** Nothing was left in the lane; where it is leased it was let go. */
  get isIdle(): boolean {
    return this.#isIdle;
  }

  /** As far as is known no newer turn has begun, and the lane was not let go. */
  get isHeld(): boolean {
    return this.isBegun && !this.#isMissed && !this.#isIdle;
  }

  /** The turn's number; 0 before it has begun. */
  get number(): number {
    return this.#number ?? 0;
  }

  /** Stands first in a batch that takes work. */
  step(): Step<{ turn: number }> {
    if (this.#number !== undefined) return this.prove();
    const { lane } = this;
    return this.#owner === undefined
      ? beginTurn({ lane }, 1)
      : beginLeasedTurn({ lane, owner: this.#owner }, 1);
  }

  /** Stands first in a batch that writes what became of work. */
  prove(): Step<{ turn: number }> {
    return proveTurn({ lane: this.lane, turn: this.number }, 1);
  }

  /** Stand last in a batch that looks for work: `end` lets the lane go where nothing is left. Only where it is leased. */
  endingIdle(end: EndLeased): readonly Step[] {
    return this.#owner === undefined ? [] : [end({ lane: this.lane, owner: this.#owner })];
  }

  /** Stands last in a batch that finishes work: the same where the lane is leased, else `find`, which only looks. */
  endingWork(end: EndLeased, find: () => Step): Step {
    return this.endingIdle(end)[0] ?? find();
  }

  /** The batch stands; `rows` are what the last of its steps gave, where it was one of these. */
  endedIdle(rows: readonly unknown[] | undefined): void {
    if (rows !== undefined && rows.length > 0) this.#isIdle = true;
  }

  /** The batch stands; `rows` are what its first step gave. */
  begun(rows: readonly { readonly turn: number }[]): void {
    this.#number ??= rows[0] && Number(rows[0].turn);
  }

  /** Whether a batch failed since the lane is another instance's, or a newer turn has begun. */
  wasMissed(error: unknown): boolean {
    const isMissed = error instanceof StepMissed && error.step === 0;
    if (isMissed) this.#isMissed = true;
    return isMissed;
  }

  /** Lets the lane go. `again`: something came for it while it was held. */
  async end(store: Store): Promise<'ended' | 'again'> {
    if (this.#owner === undefined || this.#number === undefined || this.#isIdle) return 'ended';
    const end = endLeasedTurn({ lane: this.lane, owner: this.#owner, turn: this.#number });
    const [[left]] = await store.batch([end]);
    return left !== undefined && left.owner !== null ? 'again' : 'ended';
  }
}

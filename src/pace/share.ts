import type { OtherHolder } from '../ports/leases.ts';
import { allot, type Wish } from './allot.ts';
import type { Turns } from './turns.ts';

export interface ShareOptions {
  /** Whose turn it is where the slots cannot be divided: the same for all windows that a call needs. */
  readonly turns: Turns;
  /** Every call that needs another window of these turns needs this one, too. */
  readonly isCommon: boolean;
}

/** How much of a window is ours by right, as far as is known what other instances want of it. */
export class Share {
  readonly #options: ShareOptions;
  #wishes: readonly Wish[] = [];

  constructor(options: ShareOptions) {
    this.#options = options;
  }

  /** Others want something of it. */
  get isContested(): boolean {
    return this.#wishes.length > 0;
  }

  /** What the store has said of the others; its time is so far ahead of our own clock. */
  learn(others: readonly OtherHolder[], aheadMs: number): void {
    const { turns, isCommon } = this.#options;
    const wants = new Map<string, number>();
    for (const other of others) {
      const instance = instanceOf(other.holder);
      if (other.wants === 0 || instance === turns.instance) continue;
      wants.set(instance, Math.max(other.wants, wants.get(instance) ?? 0));
    }
    this.#wishes = [...wants].map(([holder, wanted]) => ({ holder, wants: wanted }));
    if (isCommon) turns.note([...wants.keys()], aheadMs);
  }

  /** What others wanted long ago says nothing. */
  forget(): void {
    this.#wishes = [];
  }

  /** So many of these slots are ours at that time. */
  of(slots: number, now: number): number {
    if (!this.isContested) return slots;
    const { turns } = this.#options;
    const wishes = [...this.#wishes, { holder: turns.instance, wants: slots }];
    return allot(slots, wishes, turns.rankAt(now))(turns.instance) ?? 0;
  }
}

/** The name of a new holder of an instance. */
export function holderOf(instance: string, id: string): string {
  return `${instance} ${id}`;
}

function instanceOf(holder: string): string {
  return holder.split(' ', 1)[0] ?? holder;
}

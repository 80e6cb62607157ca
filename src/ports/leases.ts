/**
 * Slots of a window (so many calls in so long) that several instances share: each holds some for a short time. A slot is
 * either held, or blocked until a call that was made with it is far enough behind, or free for whoever asks.
 */
export interface LeaseDesk {
  /** One go for several windows, all or none. Rejects where the store takes nothing. */
  exchange(asks: readonly LeaseAsk[]): Promise<readonly LeaseAnswer[]>;
  /** Milliseconds since 1970, by the clock that is the same for all. */
  now(): Promise<number>;
}

/** What a holder tells and asks of one window. What he keeps of slots that he had is his in any case. */
export interface LeaseAsk {
  /** The window, by a name that is the same on all instances. */
  readonly name: string;
  /** The window has so many slots. */
  readonly most: number;
  /** Whoever holds, for as long as his slots are good; never again after that. */
  readonly holder: string;
  /** Counts a holder's asks: one that comes late changes nothing. */
  readonly turn: number;
  readonly keep: number;
  /** So many more, or as many as there are. */
  readonly more: number;
  /** As many as he could use, kept and more among them: what the shares are made from. */
  readonly wants: number;
  /** His slots are good for so long. */
  readonly leaseMs: number;
  /** So long after that a call made with one of them still counts. */
  readonly lingerMs: number;
  /** Until the first slot that he has used is free again. */
  readonly freeInMs: number;
  /** Slots that he gives away although they are not free yet: nobody has them meanwhile. */
  readonly parked: readonly ParkedSlots[];
}

export interface ParkedSlots {
  readonly calls: number;
  readonly freeInMs: number;
}

/** What a holder has now. `undefined`: his slots were void before he asked, and all of them are somebody else's. */
export interface LeaseAnswer {
  readonly held: number | undefined;
  /** By the clock of {@link LeaseDesk.now}. */
  readonly now: number;
  readonly others: readonly OtherHolder[];
}

/** `wants` 0: he is gone, or has no use for any. */
export interface OtherHolder {
  readonly holder: string;
  readonly wants: number;
  /** Until a slot of his may be free. */
  readonly freeInMs: number;
}

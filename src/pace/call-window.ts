/** A window of calls: so many in so long, wherever it begins. Times are of a clock that never goes back. */
export interface CallWindow {
  readonly perMs: number;
  /** So many calls may be made in it: all, or those that we have. */
  readonly slots: number;
  /** So many are ours by right: all, or our share. */
  share(now: number): number;
  /** So many calls may leave now. */
  room(now: number): number;
  /** How long until there may be room; 0: now. */
  waitMs(now: number): number;
  /** A call leaves, or is about to. */
  take(): Slot;
  /** The limit is another now; what was counted stands. */
  resize(calls: number): void;
  /** So many calls arrived at this time that were not seen to leave. Nothing, where somebody else has counted them. */
  hold?(calls: number, by: number): void;
}

/** The place of one call in a window. It arrives or is given back, once. */
export interface Slot {
  /** Whether the call may leave with it now: the place may have been lost meanwhile. */
  isGood(now: number): boolean;
  /** The call arrived at this time or before. */
  arrive(by: number): void;
  /** The call is not made. */
  giveBack(): void;
}

/** One call's leave to go now. It is used by one call, or given back. */
export interface PacePermit {
  /** Its call leaves. `false`: it was used already, given back, or is void by now: another instance may have its place. */
  use(): boolean;
  /** Its call is certain to have arrived, or to have failed. */
  arrived(): void;
  /** No call is made with it, so another may go. Does nothing once it is used. */
  giveBack(): void;
}

/** Calls of one name that an outside system takes no more; `waitMs` 0: that time is over, and nobody has looked yet. */
export interface Hold {
  readonly code: string;
  readonly waitMs: number;
}

/**
 * What one outside system does not take for a while, by names that whoever asks has chosen. One process keeps it in memory:
 * a restart is told again. Several instances keep it in the store, and each sees within half a second what another was told.
 */
export interface Holds {
  /** Resolves once all is known that others were told half a second ago. Rejects where the store takes nothing. */
  refresh(): Promise<void>;
  find(name: string): Hold | undefined;
  /** Begins one, or prolongs it: the longer one stands. Whether it is news. Never rejects: here it holds in any case. */
  begin(name: string, hold: { readonly code: string; readonly afterMs: number }): Promise<boolean>;
  /** One whose time is over is looked at by one instance alone, for so long. `false`: another was quicker, or it has ended. */
  claim(name: string, forMs: number): Promise<boolean>;
  /** It is taken again. */
  end(name: string): Promise<void>;
}

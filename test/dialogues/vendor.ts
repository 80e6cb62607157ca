import type { VendorServer } from '../../sandbox/vendors/server.ts';
import type { PossibleFault } from './draw-faults.ts';

/** A vendor, as a dialogue needs it. */
export interface DialogueVendor {
  /** The name of its adapter. */
  readonly adapter: string;
  /** Opens its pretended server, with this clock and no limits on calls but the vendor's own. */
  open(now: () => number): Promise<DialogueDesk>;
}

/** The pretended server of one dialogue. Its calls to the bridge are repeated without a pause: no time passes. */
export interface DialogueDesk {
  readonly server: Pick<VendorServer, 'url' | 'fail' | 'switchOff' | 'switchOn'>;
  /** Settings of the helpdesk beside its adapter: keys, the base URL, and what differs from the defaults. */
  readonly settings: object;
  /**
   * How often a callback is tried in all before the vendor gives it up. Infinity: what is given up is found by asking,
   * so it may be lost as often as one likes.
   */
  readonly callbackTries: number;
  /** What goes wrong with this vendor alone: its own words for being busy. */
  readonly faults?: readonly PossibleFault[];
  /** The bridge listens: callbacks go to this address, or to one below it. */
  connect(callbackUrl: string): void | Promise<void>;
  /** An agent writes. Resolves when the vendor has done what it does at once: called back, or rung its bell. */
  agentSays(visitor: string, text: string): Promise<unknown>;
  /** The texts that the vendor has of this visitor, in order of arrival. */
  received(visitor: string): readonly string[];
  /** The token that the bridge holds dies. Left out where there are none. */
  loseToken?(): void;
  /** Does what is due by the clock. Left out where nothing is. */
  catchUp?(): unknown;
  close(): Promise<void>;
}

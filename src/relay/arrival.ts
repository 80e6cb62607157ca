import type { Effects, VendorEvent } from '../ports/helpdesk.ts';
import type { Step } from '../ports/store.ts';
import type { Helpdesk, Tenant } from './bridge.ts';
import type { TaggedStep } from './tagged-batch.ts';

/** What came from a helpdesk: by callback, beside an outcome, or on a pulled page. */
export interface Arrival {
  readonly tenant: Tenant;
  readonly helpdesk: Helpdesk;
  /** The conversation of events that name no visitor; of a pulled page of the helpdesk: none. */
  readonly conversation?: string | undefined;
  /** The kept raw callback. */
  readonly raw: string | null;
  readonly events: readonly ArrivedEvent[];
  readonly effects: Omit<Effects, 'events'>;
  /** Makes `say` come once, however often its attempt is repeated. */
  readonly sayKey?: string;
  /** The version of the conversation's memory when the attempt began. */
  readonly memoryVersion?: number;
  /** Steps that stand first in the transaction: the turn, the settlement, the cursor. */
  readonly first?: (known: Known) => readonly TaggedStep[] | Promise<readonly TaggedStep[]>;
  /** Stands last in the transaction, behind all that the arrival makes; `gave` is told its rows once they are durable. */
  readonly last?: LastStep;
  /** These ask whose the conversation is, each time anew: where that changes meanwhile, the arrival is planned again. */
  readonly asksWhose?: boolean;
  /** The row of the attempt was finished meanwhile: its settlement is pointless, the rest is not. */
  readonly isRowFinished?: boolean;
}

export interface LastStep {
  step(): Step;
  gave(rows: readonly unknown[] | undefined): void;
}

/**
 * Something is there to be fetched: a topic of the helpdesk (`visitor` null), or of one visitor. It arrives like an event,
 * so that it waits like one while nobody knows its visitor.
 */
export interface Bell {
  readonly kind: 'bell';
  readonly keys: readonly string[];
  readonly visitor: string | null;
  readonly at: number;
  readonly topic: string;
  readonly note: string | null;
}

export type ArrivedEvent = VendorEvent | Bell;

export interface Known {
  /** The conversation's memory has moved on since the attempt began. */
  readonly hasMoved: boolean;
  readonly isRowFinished: boolean;
}

/** How long it is recognised that something came from a helpdesk before. */
export const eventSeenForMs = 7 * 86_400_000;

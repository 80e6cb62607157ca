import type { Json, PartKind } from '../model/message.ts';
import type { Routing } from '../model/routing.ts';
import type { VendorEvent } from './vendor-event.ts';

/** The same words for readers of either language. */
export interface Sentence {
  readonly zh: string;
  readonly en: string;
}

/** How the other side sees a part: as what it is, as a line with a link to it, or as a line of words. */
export type Form = 'own' | 'link' | 'text';

/** With a note where there is more to say. */
export type Shown = Form | { readonly form: Form; readonly note: Sentence };

/**
 * What a protocol is known from: the vendor's public pages; partly guesses; no public page at all; or it is ours, and
 * nothing is to be guessed.
 */
export type Basis = 'documented' | 'partly' | 'undocumented' | 'ours';

/**
 * One way in which a helpdesk is spoken to: what cannot be read off the adapter that is made for it. For people who
 * choose a helpdesk; nothing is decided by it.
 */
export interface Way {
  /** The value of the setting `mode`; left out where there is one way only. */
  readonly mode?: string;
  /** Settings that an adapter can be made with, so that its members can be read. No helpdesk is behind them. */
  readonly sample: Readonly<Record<string, Json>>;
  readonly basis: Basis;
  /** Where the conversation goes on, if not in the channel's chat: nothing of the tables holds there. */
  readonly elsewhere?: Sentence;
  /** How agents see what a visitor sends: of every kind that the adapter accepts, and of no other. */
  readonly shows: Readonly<Partial<Record<PartKind, Shown>>>;
  /** What agents can send. */
  readonly sends: readonly PartKind[];
  /** Of what happens there, what the bridge is told. */
  readonly tells: readonly VendorEvent['kind'][];
  /** Of what a rule asks for, what the helpdesk can be asked for. */
  readonly heeds: readonly (keyof Routing)[];
  /** The longest text in one message; longer ones are split. */
  readonly textMax?: Measure;
  /** The largest medium, in bytes. */
  readonly mediaMax?: number | string;
}

/** A number, or the name of the setting whose default it is. */
export interface Measure {
  readonly most: number | string;
  readonly unit: 'characters' | 'bytes';
}

/** What a helpdesk can, in each way of speaking to it. */
export interface Support {
  /** The vendor's own name. */
  readonly title: Sentence;
  readonly ways: readonly Way[];
}

import type { Card, SessionState } from './state.ts';
import type { Exchange } from './vendors/server.ts';
import type { CallEnd, Repeats } from './written.ts';

export type Words = { readonly text: string } | { readonly picture: Buffer };

/** A message as it arrived at one end, or what a message came to: some are acts and not words; or what the bridge notes. */
export type Seen = { readonly at: number } & (
  | { readonly from: 'visitor' | 'agent'; readonly words: Words | { readonly card: Card } }
  | {
      readonly from: 'deed';
      readonly deed: Deed;
      readonly text: string;
      readonly writtenAs: readonly string[];
    }
  /** `tells`: what somebody wrote elsewhere, as it stands in the text. */
  | { readonly from: 'bridge'; readonly text: string; readonly tells?: readonly string[] }
);

/** The visitor asked for an agent, or rated the session. */
export type Deed = 'asked' | 'rated';

/** One try of a vendor's call to the bridge. */
export interface Knock {
  readonly at: number;
  readonly tookMs: number;
  readonly url: string;
  readonly body: Buffer;
  /** 0: nothing was answered. */
  readonly status: number;
  readonly answer: string;
}

/** The visitor's side of a chat that is neither WeChat's nor the bridge's. */
export interface VendorChat {
  /** He opens a link. Resolves to `false`: it does not lead here. */
  enter(visitor: string, url: string): Promise<boolean>;
  /** `undefined`: he was not led here. */
  say(visitor: string, text: string): Promise<CallEnd> | undefined;
  /** What both sides read; `undefined`: he was not led here. */
  seen(visitor: string): readonly Seen[] | undefined;
}

/** A vendor's helpdesk as the sandbox drives and shows it. */
export interface Desk extends Repeats {
  /** The name of its adapter. */
  readonly vendor: string;
  /** What the bridge's configuration says of it. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;

  readonly isOn: boolean;
  /** Somebody is there to answer. */
  readonly isStaffed: boolean;
  /** Grows with everything that is worth showing. */
  readonly revision: number;
  turn(isOn: boolean): Promise<void>;
  staff(isStaffed: boolean): void;
  /** The time has leapt: does what is due by it. */
  catchUp(): void;

  session(visitor: string): SessionState;
  /** What came from this visitor, in order of arrival. */
  seen(visitor: string): readonly Seen[];
  /** `undefined`: nobody is there to write. */
  say(visitor: string, words: Words): Promise<CallEnd> | undefined;
  /** The vendor's own chat, to which it leads visitors by a card. What agents say is said there, and not to the bridge. */
  readonly chat?: VendorChat;
  /** `false`: there is no session to end. */
  endSession(visitor: string): boolean;
  /** `false`: there was no session to rate. */
  inviteRating(visitor: string): boolean;

  requests(): readonly Exchange[];
  /** Whether a call is about this visitor. Default: its body has his openid, or it is an upload or for a token. */
  isAbout?(exchange: Exchange, visitor: string): boolean;
  /** The body of a call in clear, where it is encrypted. */
  plain?(exchange: Exchange): string | undefined;
  knocks(): readonly Knock[];
  close(): Promise<void>;
}

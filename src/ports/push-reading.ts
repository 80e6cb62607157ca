import type { EventPart, Part, Sender } from '../model/message.ts';

/** What is decided for a push before it is answered; kept, so that a repeat is answered alike. */
export type PushAnswer =
  | { readonly kind: 'success' }
  | { readonly kind: 'transfer'; readonly account?: string };

/** What the answer needs of its push: ids to swap, and how the push was wrapped. Kept only while the push is answered. */
export interface PushContext {
  readonly visitor: string;
  readonly account: string;
  readonly nonce: string;
  readonly encrypted: boolean;
  readonly format: 'xml' | 'json';
  /** The encodingAESKey that decrypted it, by its place: 0 the current one, then the previous ones. */
  readonly keyIndex: number;
  /** The token that signed it, by its place. Left out: 0. */
  readonly tokenIndex?: number;
}

export type PushReading =
  /** Not proved: answered with `status` and an empty body, nothing kept. `step` names the check that failed. */
  | { readonly kind: 'refused'; readonly status: 400 | 401 | 403 | 413; readonly step: string }
  /** The address is being verified: answered with `echo`, `text/plain`. */
  | { readonly kind: 'challenge'; readonly echo: string }
  | (VisitorAct & { readonly context: PushContext })
  | (PlatformNews & { readonly context: PushContext })
  | UnreadablePush
  /** Something is there to be fetched; answered `success`. `note` may help to fetch it, for a short time. */
  | { readonly kind: 'bell'; readonly note?: string }
  /** Proved, and nothing to do with visitors: answered `success`, nothing kept. */
  | { readonly kind: 'nothing' };

/** A visitor wrote, or did something. */
export interface VisitorAct {
  readonly kind: 'visitor';
  readonly key: string;
  readonly visitor: string;
  readonly writtenAt: number;
  readonly parts: readonly Part[];
  /** The platform's own id of the message; a string, as it has 64 bits. */
  readonly platformId?: string;
  /** The sub-merchant whose session it is, by the platform's id: to be sent back with every reply. */
  readonly business?: string;
  /** What the act allows us to send: filled from the channel's table of grants. */
  readonly grant?: Grant;
  /** The visitor can write and read again: held replies are released. */
  readonly opens: boolean;
  /** The visitor closed everything (he unfollowed): nothing reaches him until he acts again. */
  readonly closes?: true;
  /** No act of the visitor's: the channel's own agents took him, passed him on among them, or let him go. */
  readonly ownAgents?: 'took' | 'passedOn' | 'left';
  /** Who else said it, on the channel's side: for history. */
  readonly from?: Sender;
  /** A send that had been taken did not arrive: its attempt's key, and why. */
  readonly undelivered?: { readonly key: string; readonly code: string };
  /** It is long past: written down, and nobody is asked to answer it. */
  readonly isPast?: true;
}

/** The platform tells the account something that concerns no visitor's conversation. */
export interface PlatformNews {
  readonly kind: 'platform';
  readonly key: string;
  readonly event: EventPart;
  readonly writtenAt: number;
  readonly alarm?: string;
  /** It tells of knocks at a visitor. */
  readonly knocks?: KnockNews;
}

/** Proved, but it cannot be understood: kept raw, answered `success`. */
export interface UnreadablePush {
  readonly kind: 'unreadable';
  readonly key: string;
  readonly reason: string;
}

/** `sends` more sends until `endsAt` (milliseconds). Grants do not add up. */
export interface Grant {
  readonly act: string;
  readonly sends: number;
  readonly endsAt: number;
  /** It ends soon and merges with no other. */
  readonly isApart?: true;
  /** What its sends have to show. Only a grant that is apart has one. */
  readonly code?: string;
}

export interface KnockNews {
  readonly visitor: string;
  readonly items: readonly KnockItem[];
}

/** `allowed`: one more knock. `forbidden`: none any more. The rest is what became of one that was accepted. */
export type KnockItem =
  | { readonly kind: 'allowed' | 'forbidden' | 'delivered'; readonly template: string }
  | { readonly kind: 'undelivered'; readonly template: string; readonly code: string };

/** An entry of a page, and the text that it came as. */
export interface PulledAct {
  readonly reading: VisitorAct | PlatformNews | UnreadablePush;
  readonly raw: string;
}

/**
 * A page of what happened, oldest first. `more`: the next one can be fetched at once, also where this one is empty; else
 * it is looked for again `againAfterMs` later, whether a bell rings or not.
 */
export type ActPage =
  | {
      readonly outcome: 'page';
      readonly cursor: string | null;
      readonly more: boolean;
      readonly acts: readonly PulledAct[];
      readonly againAfterMs: number;
      readonly alarm?: string;
    }
  | {
      readonly outcome: 'later';
      readonly code: string;
      readonly afterMs?: number;
      readonly alarm?: string;
      /** Kept instead of the last page's, such as one that counts the failures since. */
      readonly cursor?: string;
    };

import type { Direction, Json, Media, Message } from '../model/message.ts';
import type { BodySink } from './http.ts';
import type { ChannelQuota } from './pace.ts';
import type { PacePermit } from './pace-permit.ts';
import type { ActPage, PushAnswer, PushContext, PushReading, VisitorAct } from './push-reading.ts';
import type { RawRequest } from './request.ts';

/**
 * The side where visitors are. WeChat is the first; everything that only it knows (its numbers, its codes, its
 * ciphers) stays behind this port.
 */
export interface Channel {
  readonly appid: string;
  /** What the account is, in the platform's own word: only an adapter of that platform makes anything of it. */
  readonly kind: string;
  /** Prove, decrypt and read a push. Pure: no I/O, the clock is an argument; the same answer twice. */
  readPush(request: RawRequest, now: number): PushReading;
  /** The bytes that answer a push, in the push's own mode and format. Made anew for a repeat. */
  answerPush(
    answer: PushAnswer,
    context: PushContext,
    now: number,
  ): { readonly type: string; readonly body: string };
  /** For a platform whose pushes only ring: what there is has to be fetched. */
  readonly puller?: Puller;
  /** Its own agents may take a visitor, and it tells: then he is theirs, whatever helpdesk is configured. */
  readonly ownAgents?: { readonly name: string };
  readonly rules: SendRules;
  /**
   * The text that a reply is sent as, or one as long; `undefined` where it is no text, and cannot be joined with one.
   * Pure.
   */
  textOf(reply: Message): string | undefined;
  /** Carry one reply to the visitor: one call that must not be repeated an attempt. */
  send(reply: Message, attempt: SendAttempt): Promise<SendOutcome>;
  /** Tells a visitor who cannot be written to that an answer waits for him. Left out: the channel cannot. */
  readonly knocker?: Knocker;
  readonly typing?: TypingSign;
  /** Fetches a medium that a push named. */
  readonly fetchMedia: FetchMedium;
  /** Calls another API of the account by its path, and gives its answer; rejects with `CallFailed` where there is none. */
  call(path: string, body?: Json): Promise<Json>;
  /** Ask the platform whether the settings work. One sentence a finding; an empty list is good news. */
  check(signal: AbortSignal): Promise<readonly Finding[]>;
  /** How much is left of the platform's quotas. Without it the platform tells nobody. */
  readonly quota?: ChannelQuota;
}

/** Fetches what a bell announced, or a slow poll finds. The core keeps the cursor. */
export interface Puller {
  /** What is fetched: kept with the cursor, so that another account begins anew. */
  readonly topic: string;
  /** `cursor`: what the last page gave, `null` at first. `note`: the bell's, while it is fresh. */
  pull(
    from: { readonly cursor: string | null; readonly note?: string; readonly noteAt?: number },
    signal: AbortSignal,
  ): Promise<ActPage>;
}

/** Who is written to. */
export interface Addressee {
  readonly visitor: string;
  /** The sub-merchant whose session it is, as the visitor's pushes named it. */
  readonly business?: string;
}

/** How a visitor is shown that somebody is writing. */
export interface TypingSign {
  /** How long it is shown, milliseconds: before that, showing it again says nothing new. */
  readonly lastsMs: number;
  /** What fails is dropped: it never rejects, and uses up no send. */
  show(visitor: Addressee, signal: AbortSignal): Promise<void>;
}

/** What `check` found; `fatal` findings make the command fail. */
export interface Finding {
  readonly level: 'ok' | 'warn' | 'fatal';
  readonly text: string;
}

/** How the sends that a visitor's acts grant are best spent: numbers of the channel and its settings. */
export interface SendRules {
  /** How long a text waits for another, milliseconds, by remaining sends: 1, 2, 3, more. */
  readonly joinWaitMs: readonly number[];
  /** The longest such wait in all. */
  readonly joinWaitMaxMs: number;
  /** So many sends of a grant are kept for people; automatic words yield. */
  readonly reserveForHuman: number;
  /** Longest text of one send, in bytes of UTF-8. */
  readonly textMaxBytes: number;
  /** A held reply that is older is given up. */
  readonly holdTtlMs: number;
}

export interface SendAttempt extends Addressee {
  /** The same for every attempt of this message. */
  readonly key: string;
  readonly number: number;
  readonly signal: AbortSignal;
  /** What an act of the visitor's gave along with its grant: this send is one of that grant. */
  readonly code?: string;
  /** The answer to the attempt before this one was lost: it may have arrived. */
  readonly wasLost?: true;
  /** For the call that sends the reply; a step that makes another call first gives it back. */
  readonly permit?: PacePermit;
  /** What an earlier `more` of this message left. */
  readonly progress: Json;
  /** The bytes of a part's medium; `undefined` where they could not be had. */
  media(media: Media): Promise<KeptMedia | undefined>;
  /** A signed, expiring public URL of a part's medium: the same for as long as it is kept. `undefined` where there is none. */
  mediaUrl(media: Media): Promise<string | undefined>;
  /**
   * How many sends this reply may take, this one included: what the visitor's acts still allow, less what is kept for
   * people and for the replies behind it. At least 1.
   */
  readonly sends: number;
  /** Keeps a text that is too long to be sent, and gives its signed, expiring public URL; `undefined` where there is none. */
  keepText(text: string): Promise<string | undefined>;
}

/**
 * What became of one send. `held`: the visitor has to act first (nothing was sent). `pause`: the platform takes no such call
 * until then; the channel keeps others from it, and tells a person where that is an alarm. `isUntried`:
 * nothing was called now, as it is paused already or its turn comes later.
 */
export type SendOutcome =
  | { readonly outcome: 'accepted'; readonly vendorId?: string }
  /** `sent`: this step was a send that was taken. Without it the step used up nothing. */
  | { readonly outcome: 'more'; readonly progress: Json; readonly sent?: true }
  | {
      readonly outcome: 'later';
      readonly code: string;
      readonly because: 'vendor' | 'message';
      readonly afterMs?: number;
    }
  | {
      readonly outcome: 'pause';
      readonly code: string;
      readonly untilMs: number;
      readonly isUntried?: true;
    }
  /** `news`: the platform told beside it what has happened to the visitor. */
  | {
      readonly outcome: 'held';
      readonly code: string;
      readonly because: 'window' | 'allowance';
      readonly news?: VisitorAct;
    }
  | { readonly outcome: 'refused'; readonly code: string; readonly alarm?: string }
  | { readonly outcome: 'unknown'; readonly code: string; readonly afterMs?: number };

/** A knock opens nothing: the visitor's act does, to which it asks him. */
export interface Knocker {
  /** Visitors allow each template a number of knocks. */
  readonly template: string;
  /** One call that must not be repeated. */
  knock(knock: Knock): Promise<KnockOutcome>;
}

export interface Knock {
  readonly visitor: string;
  /** How many replies of people wait for him. */
  readonly replies: number;
  /** Who wrote the last of them, and when (milliseconds since 1970). */
  readonly agent?: string;
  readonly writtenAt: number;
  readonly signal: AbortSignal;
}

/** What became of a knock. `unallowed`: the visitor allows none, whatever was counted. */
export type KnockOutcome =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'later'; readonly code: string; readonly afterMs?: number }
  | { readonly outcome: 'unallowed'; readonly code: string }
  | { readonly outcome: 'refused'; readonly code: string; readonly alarm?: string }
  | { readonly outcome: 'unknown'; readonly code: string };

/** The bridge's copy of a medium. */
export interface KeptMedia {
  readonly type: string;
  readonly bytes: number;
  readonly name: string;
  /** Lower-case hex. */
  readonly md5: string;
  readonly width?: number;
  readonly height?: number;
  /** All of it, in memory: `bytes` tells beforehand how much that is. */
  read(): Promise<Buffer>;
}

/** Where a medium is fetched to. */
export interface MediaSink extends BodySink {
  /** The beginning of what was taken, 256 KiB of it: all of an answer that is no medium. */
  head(): Buffer;
}

/** Fetches a medium into a sink: one go. */
export type FetchMedium = (from: Media['from'], into: MediaSink, signal: AbortSignal) => Promise<MediaFetch>;

/** What became of a fetch. `taken`: the medium is in the sink; `type` is what the other side says of it. */
export type MediaFetch =
  | { readonly kind: 'taken'; readonly type: string; readonly name?: string }
  /** `account`: nothing can be fetched for the account now, which says nothing about the medium. */
  | {
      readonly kind: 'later';
      readonly code: string;
      readonly afterMs?: number;
      readonly because?: 'account';
    }
  | { readonly kind: 'gone'; readonly code: string };

export type {
  ActPage,
  Grant,
  KnockItem,
  KnockNews,
  PlatformNews,
  PulledAct,
  PushAnswer,
  PushContext,
  PushReading,
  UnreadablePush,
  VisitorAct,
} from './push-reading.ts';
export type { Direction };

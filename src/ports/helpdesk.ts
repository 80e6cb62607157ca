import type { Conversation } from '../model/conversation.ts';
import type { Json, Media, Message, Option, Part, PartKind } from '../model/message.ts';
import type { Routing } from '../model/routing.ts';
import type { Finding, KeptMedia } from './channel.ts';
import type { Fetch, HttpResult } from './http.ts';
import type { Log } from './log.ts';
import type { RawAnswer, RawRequest } from './request.ts';
import type { SettingsSchema } from './settings.ts';
import type { Support } from './support.ts';
import type { VendorEvent } from './vendor-event.ts';

export type { EndReason, VendorEvent } from './vendor-event.ts';

/**
 * One configured helpdesk account. An adapter translates and makes one honest attempt; it never queues, retries,
 * sleeps, stores, or logs words. An optional member is the statement of a capability: absence means "cannot".
 */
export interface HelpdeskAdapter {
  /** Kinds of part worth forwarding. Event parts reach the adapter only if `event` is among them. */
  readonly accepts: ReadonlySet<PartKind>;
  /** The adapter can find out what became of an attempt whose answer was lost (`onUnknown: settle`). */
  readonly settles?: boolean;
  /** Milliseconds within which the helpdesk shows a forwarded message by a `receipt`; without one it is unconfirmed. */
  readonly receiptWithinMs?: number;

  /** The agents are the channel's own: the answer to a push hands its message over, and nothing is forwarded. */
  readonly handOver?: HandOver;

  /** Carry one message: one call that must not be repeated an attempt. The same `key` may come again. */
  forward(message: Message, attempt: Attempt): Promise<Delivery>;
  /** Every outside id that names this visitor and that we choose ourselves. Pure. */
  visitorIds(conversation: Conversation): readonly string[];
  /** The only way a memory changes. Pure; sees every event, whichever way it came. `undefined` = nothing known yet. */
  fold(memory: Json | undefined, event: VendorEvent, now: number): Json;

  /** Prove that a callback is the vendor's, and read it. Pure: the clock is an argument; the same answer twice. */
  readCallback?(request: RawRequest, now: number): CallbackReading;
  /** Longer callbacks are answered by 413, unread. Default 1 MiB. */
  readonly callbackMaxBytes?: number;
  /** What a callback is answered when the store cannot take it. */
  readonly busy?: RawAnswer;
  /** An event that needs a call. Goes before waiting messages. */
  react?(event: VendorEvent, context: ReactContext): Promise<Delivery>;
  /** A due time came. Each helpdesk gets the wake `start`, without a conversation, when the bridge starts. */
  wake?(name: string, context: ActionContext): Promise<WakeDelivery>;
  /** Fetch what a bell announced, or a slow poll finds. The core keeps the cursor, beside the events. */
  pull?(from: PullFrom, signal: AbortSignal): Promise<PullPage>;

  /** Who serves, as far as the memory knows. Pure. Without it the core takes it that nobody can tell. */
  serving?(memory: Json | undefined, now: number): Serving;
  /** The grades of a session's rating, from the memory or the settings. Pure. */
  ratingOptions?(memory: Json | undefined, session: string): readonly Option[];

  /**
   * What the fetch of an agent's medium needs beside the URL that was kept; nothing where that is not the vendor's own.
   * `undefined`: it cannot be fetched now, as there is no token.
   */
  mediaRequest?(url: string): Promise<MediaRequest | undefined>;

  // Actions.
  askForAgent?(context: ActionContext): Promise<Delivery>;
  rate?(choice: RatingChoice, context: ActionContext): Promise<Delivery>;
  /** What is known of a visitor has changed while he is served: his messages bring it, too, where they can. */
  sendProfile?(context: ActionContext): Promise<Delivery>;
  /** A line that agents see and visitors don't. */
  note?(text: string, context: ActionContext): Promise<Delivery>;
  /** A note is also shown before a session has begun: agents read there who the visitor is. */
  readonly notesBefore?: true;
  closeSession?(context: ActionContext): Promise<Delivery>;
  /** WeChat has taken a reply. */
  delivered?(reply: Message, context: ActionContext): Promise<Delivery>;
  /**
   * Where `GET /handoff/<ref>` leads. With `page` the caller is no browser but a page of the merchant's that goes there
   * itself: it is answered that, as JSON.
   */
  handoff?(ref: string): Promise<{ readonly url: string; readonly page?: Json } | undefined>;
  /** The groups of agents that a rule can name. */
  groups?(signal: AbortSignal): Promise<readonly AgentGroup[]>;
  /** Ask the vendor whether the settings work, without disturbing agents. */
  check?(signal: AbortSignal): Promise<readonly Finding[]>;
}

/** How a medium is fetched. */
export interface MediaRequest {
  /** Goes instead of the URL that was kept: with the token in it that must not be kept. */
  readonly url?: string;
  /** `authorization` goes to no other origin. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The vendor sends files with a Content-Disposition: what comes without one is what it says instead. */
  readonly isAttached?: true;
}

export interface AgentGroup {
  readonly id: string;
  readonly name: string;
}

/** How messages are handed over. What becomes of them is seen as far as the channel tells, and by `recorded` events. */
export interface HandOver {
  /**
   * Which agent is to have the visitor; `undefined`: whoever is free. Pure, as the push waits: what there is to know
   * stands in the helpdesk's memory.
   */
  account?(memory: Json | undefined, now: number): string | undefined;
}

export type Serving = 'nobody' | 'robot' | 'queue' | 'agent';

/** Both memories as they stood when the attempt began: JSON that {@link HelpdeskAdapter.fold} made. */
export interface Memories {
  readonly conversation: Json | undefined;
  readonly helpdesk: Json | undefined;
}

export interface ActionContext {
  /** The same for every attempt of this action. */
  readonly key: string;
  /** Number of this attempt of this step, from 1: a `more` begins anew. */
  readonly number: number;
  readonly signal: AbortSignal;
  /** `undefined` for wakes of the helpdesk itself. */
  readonly conversation: Conversation | undefined;
  readonly memory: Memories;
  /** What an earlier `more` left; `null` at first. */
  readonly progress: Json;
  /**
   * The attempt before this one whose answer was lost. `repeats`: it is to be repeated whatever became of it
   * (`onUnknown: retry`), also where the adapter could find out.
   */
  readonly lost?: { readonly startedAt: number; readonly code: string; readonly repeats?: true };
  /** An operator asked for it, not the visitor. */
  readonly isByHand?: true;
  /** What a rule asks for this visitor: a wish, over the adapter's own settings where the vendor can. */
  readonly routing?: Routing;
}

export interface Attempt extends ActionContext {
  readonly conversation: Conversation;
  /** The messages that wait behind this one in the lane. */
  readonly behind: readonly Message[];
  /** Vendor ids accepted in this conversation in the last hour. For `settle`. */
  readonly explained: readonly string[];
}

export interface ReactContext extends ActionContext {
  /** Pointless after this time (milliseconds since 1970). */
  readonly notAfter?: number;
}

/**
 * What became of one attempt. `accepted`: they have it. `more`: this step is done, `progress` is written, the next
 * call follows at once. `later`: certainly not done; `because` decides the pauses. `refused`: they said no, for good;
 * `isSilent`: the visitor, whom they shut out, is not told. `unknown`: sent, and nobody can say whether it arrived.
 */
export type Outcome =
  | { readonly outcome: 'accepted'; readonly vendorId?: string }
  | { readonly outcome: 'more'; readonly progress: Json }
  | {
      readonly outcome: 'later';
      readonly code: string;
      readonly because: 'vendor' | 'message' | 'queue' | 'nobody';
      readonly afterMs?: number;
      /** Due at once when the session's state moves; `afterMs`, if given, is then the latest. */
      readonly untilEvent?: boolean;
      /** At most so many tries for this reason, then dead. */
      readonly atMost?: number;
    }
  | { readonly outcome: 'refused'; readonly code: string; readonly isSilent?: true }
  | { readonly outcome: 'unknown'; readonly code: string; readonly afterMs?: number };

/** What may come beside an outcome, a page of a pull or a callback; kept in the same transaction. */
export interface Effects {
  readonly events?: readonly VendorEvent[];
  /** Parts for the visitor: a robot that answers in the response, a card. Once for an attempt's row and step. */
  readonly say?: readonly Part[];
  /** Outside ids that the vendor gave this visitor; insert-if-absent. */
  readonly bind?: readonly string[];
  /** Due times by name; `afterMs: null` takes one back. Names that begin with `core:` are the relay's own. */
  readonly wakes?: readonly { readonly name: string; readonly afterMs: number | null }[];
  /** Ask again then: polls of a topic. */
  readonly watch?: readonly { readonly topic: string; readonly afterMs: number }[];
  /** So many of `behind` went along. */
  readonly took?: number;
  /** Something a person has to look at: one short sentence without secrets or words. */
  readonly alarm?: string;
}

export type Delivery = Outcome & Effects;

/** A wake is one step: it keeps no progress. What is to follow is a wake of its own. */
export type WakeDelivery = Exclude<Delivery, { outcome: 'more' }>;

export type CallbackReading =
  /** Not proved: nothing is kept. */
  | { readonly kind: 'refused'; readonly reason: string; readonly answer: RawAnswer }
  /** The vendor verifies the address. */
  | { readonly kind: 'challenge'; readonly answer: RawAnswer }
  /** Proved but not understood: kept raw for the operator. */
  | { readonly kind: 'unreadable'; readonly reason: string; readonly answer: RawAnswer }
  /** `wakes` are the helpdesk's own, for what has to be looked at with its memory. */
  | ({ readonly kind: 'events'; readonly answer: RawAnswer; readonly events: readonly VendorEvent[] } & Pick<
      Effects,
      'alarm' | 'wakes'
    >)
  /** Something is there to be fetched: a topic of the helpdesk, or of one visitor by any of his outside ids. */
  | {
      readonly kind: 'bell';
      readonly answer: RawAnswer;
      readonly topic: string;
      readonly visitor?: string;
      readonly note?: string;
    };

export interface PullFrom {
  readonly topic: string;
  /** What the last page of this topic gave; `null` at first. */
  readonly cursor: string | null;
  /** The bell's note and when it came, while it is fresh. */
  readonly note?: string;
  readonly noteAt?: number;
  /** For topics of one visitor. */
  readonly conversation?: Conversation;
  readonly memory: Memories;
}

export type PullPage =
  | ({ readonly outcome: 'page'; readonly cursor: string | null; readonly more: boolean } & Effects)
  | {
      readonly outcome: 'later';
      readonly code: string;
      readonly afterMs?: number;
      readonly alarm?: string;
      /** Kept instead of the last page's, such as one that counts the failures since. */
      readonly cursor?: string;
    };

export interface RatingChoice {
  readonly session: string;
  readonly option: Option;
}

/** `isOwn`: it was forwarded to this helpdesk, or came from it. */
export type PastMessage = Message & { readonly isOwn: boolean };

/** `goodUntil`: milliseconds since 1970. */
export interface CachedValue {
  readonly value: string;
  readonly goodUntil: number;
}

/** A value had to be dropped before its time, on whichever instance. */
export interface EarlyEnd {
  /** Different values within a day. */
  readonly times: number;
  /** There are so many that another system ends them. Said once, until a day has passed without any. */
  readonly isFight: boolean;
}

/** What the core lends an adapter. */
export interface Tools {
  /** Limited by {@link AdapterDefinition.limits}, timed, counted and masked. */
  readonly fetch: Fetch;
  readonly now: () => number;
  readonly log: Log;
  /** The bridge's copy of a medium; `undefined` where it could not be had. */
  readonly media: (media: Media) => Promise<KeptMedia | undefined>;
  /** A signed, expiring public URL of the bridge's copy: always the same for a medium. `undefined` where there is none. */
  readonly mediaUrl: (media: Media) => Promise<string | undefined>;
  /**
   * A value with an end of life (a token): loaded once however many ask, by one instance for all. What is in hand is given
   * without asking anybody. `leastIntervalMs` is the shortest time between two loads; rejects with `TooSoon`.
   */
  readonly cached: (
    key: string,
    load: () => Promise<CachedValue>,
    options?: { readonly leastIntervalMs?: number },
  ) => Promise<string>;
  /**
   * Drop a cached value, but only if it is still `value`; else what has taken its place is in hand now. `instead` is run
   * while no instance loads, and what it gives takes the place. Tells how often values of this name had to be dropped
   * before their time; nothing where this was none.
   */
  readonly forget: (
    key: string,
    value: string,
    instead?: () => Promise<CachedValue | undefined>,
  ) => Promise<EarlyEnd | undefined>;
  /**
   * The newest of what was said in a conversation behind a sequence (0: from the first), oldest first: the visitor's
   * messages, and people's and robots' replies that he got, whichever helpdesk had him. Notices are not among them, nor
   * what was said past the bridge.
   */
  readonly history: (
    conversation: string,
    from: { readonly after: number; readonly most: number },
  ) => Promise<readonly PastMessage[]>;
  /** What the tenant's channel account is, in the platform's own word. */
  readonly channelKind: string;
  /** Call an API of the tenant's channel account by its path; rejects with `CallFailed`. */
  readonly channel: (path: string, body?: Json) => Promise<Json>;
}

/** So many calls in a sliding window, for the calls whose name begins with `name` (every call: ''). */
export interface CallLimit {
  readonly name: string;
  readonly calls: number;
  readonly perMs: number;
  /** `each`: every different call name counts on its own. */
  readonly scope: 'all' | 'each';
}

/** An answer of a vendor, as it came. */
export type VendorAnswer = Extract<HttpResult, { kind: 'answer' }>;

/**
 * The vendor takes no more calls for so long: of the name that was called, or of any (`all`). `code` is the vendor's
 * own, or a short word.
 */
export interface AskedWait {
  readonly code: string;
  readonly afterMs: number;
  readonly calls: 'named' | 'all';
}

/** An adapter as the configuration knows it. */
export interface AdapterDefinition<Schema extends SettingsSchema = SettingsSchema> {
  /** In the configuration, the callback path, logs and metrics. */
  readonly name: string;
  readonly settings: Schema;
  /** Its agents are the channel's own ({@link HelpdeskAdapter.handOver}): it may stand beside another helpdesk. */
  readonly handsOver?: true;
  /** What it can, for `docs/support.md`: as far as it is not said by the members of the adapter itself. */
  readonly support?: Support;
  /**
   * The accounts whose visitors it speaks to itself, and where they stand in its settings, as the file has them: no
   * channel may have one of them too.
   */
  accountsIn?(given: Readonly<Record<string, unknown>>): readonly {
    readonly path: readonly (string | number)[];
    readonly account: unknown;
  }[];
  /** Whether the vendor's limits allow a call now: data, applied by the core. */
  limits?(settings: SettingsOf<Schema>): readonly CallLimit[];
  /**
   * Whether an answer says that calls come too often, and for how long none is taken: data, applied by the core to all
   * calls of all instances. Pure, and quick, as every answer is shown to it. Status 429 is known without it, and so is
   * a `Retry-After` that asks for more.
   */
  asksToWait?(answer: VendorAnswer, call: string): AskedWait | undefined;
  create(settings: SettingsOf<Schema>, tools: Tools): HelpdeskAdapter;
}

/** Adapters by the names of their definitions, each loaded when it is asked for. */
export type AdapterLoaders = Readonly<Record<string, () => Promise<AdapterDefinition>>>;

type SettingsOf<Schema extends SettingsSchema> = import('zod').z.output<Schema>;

/** Types a definition by its own schema, and forgets the schema for the list of all. */
export function defineAdapter<Schema extends SettingsSchema>(
  definition: AdapterDefinition<Schema>,
): AdapterDefinition {
  return definition as unknown as AdapterDefinition; // only `create` narrows, and it is given what this schema parsed
}

import type { HttpCall } from './http.ts';
import type { PacePermit } from './pace-permit.ts';

/** How often one API of an account may be called. What is left out has no limit that is known. */
export interface ApiLimits {
  readonly perSecond?: number;
  readonly perMinute?: number;
  readonly perDay?: number;
}

/** What a channel knows of the limits of its platform, by API: the path of a call is its name. */
export interface PaceRules {
  /** What the configuration says, or what is sensible; holds beside what the platform says. */
  readonly own: ReadonlyMap<string, ApiLimits>;
  /** What the platform documents; its own word for this account takes the place of it. */
  readonly documented: ReadonlyMap<string, ApiLimits>;
  /** The API that every reply needs in the end: who waits for it keeps nobody from another. */
  readonly main: string;
  /** How far the platform's clock is ahead of UTC: where its days begin. */
  readonly utcOffsetMs: number;
}

/** What the platform says of one API of this account, when it is asked. */
export interface QuotaReading {
  readonly daily?: { readonly limit: number; readonly used: number; readonly remain: number };
  /** So many calls in so long. */
  readonly rate?: { readonly calls: number; readonly perMs: number };
}

/** Asks the platform how much is left of its quotas. */
export interface ChannelQuota {
  /** The APIs that are always worth asking for, by path. */
  readonly apis: readonly string[];
  read(api: string): Promise<QuotaAnswer>;
}

export type QuotaAnswer =
  | { readonly kind: 'reading'; readonly reading: QuotaReading }
  | { readonly kind: 'failed'; readonly code: string };

/** The platform takes no call of an API until then (milliseconds since 1970). */
export interface ApiPause {
  readonly untilMs: number;
  readonly code: string;
}

/** `putOff`: the call may not leave before then, so whoever makes it comes again. */
export type PaceEntry =
  | { readonly kind: 'go'; readonly permit: PacePermit }
  | { readonly kind: 'putOff'; readonly untilMs: number };

/** How one API stands, by the bridge's own count. */
export interface ApiState {
  readonly api: string;
  readonly usedToday: number;
  readonly limits: ApiLimits;
  readonly paused?: { readonly untilMs: number; readonly code: string };
}

/** Where all calls of one account pass: the pace of each API, what was counted of it, and its pauses. */
export interface Pace {
  /** Waits a short time for the call's turn. Rejects where nothing can be counted, as the store is unavailable. */
  enter(call: Pick<HttpCall, 'name' | 'priority' | 'signal'>): Promise<PaceEntry>;
  /** The same for the API that every reply needs in the end. For who has to know it before the call is prepared. */
  enterMain(signal: AbortSignal): Promise<PaceEntry>;
  /** Nothing of this API leaves until then, after a restart neither. Whether it is news: it was not paused for this. */
  pause(api: string, pause: ApiPause): Promise<boolean>;
  /**
   * Takes the platform's word for the limits and what was used. Where a pause for the day is over by that, it is lifted:
   * the answer is when it would have ended.
   */
  correct(api: string, reading: QuotaReading): Promise<{ readonly liftedUntilMs?: number }>;
  /** Every API that has a limit, or was called today. */
  states(): Promise<readonly ApiState[]>;
  /**
   * Who waits is put off, and nothing leaves any more. Resolves once what was reserved and not used is given back, as far
   * as the store takes it.
   */
  close(): Promise<void>;
}

/** Leave to go whenever one likes. */
export const unlimited: PacePermit = { use: () => true, arrived() {}, giveBack() {} };

/** Lets every call go at once and counts nothing: for commands and tests that are about something else. */
export const unpaced: Pace = {
  enter: async () => ({ kind: 'go', permit: unlimited }),
  enterMain: async () => ({ kind: 'go', permit: unlimited }),
  pause: async () => true,
  correct: async () => ({}),
  states: async () => [],
  async close() {},
};

import type { ProfileItem } from '../model/profile.ts';

/** A visitor about whom the merchant is asked. */
export interface ProfileQuestion {
  readonly tenant: string;
  readonly appid: string;
  readonly visitor: string;
  /** What he came with, as the client says. */
  readonly context?: string;
}

/** `known`: what the merchant says of him, be it nothing. `failed`: nobody can tell now; `code` is a word for logs. */
export type ProfileAnswer =
  | { readonly kind: 'known'; readonly items: readonly ProfileItem[] }
  | { readonly kind: 'failed'; readonly code: string };

/** The merchant's own server, which knows its customers. */
export interface ProfileSource {
  /** How long an answer is good. */
  readonly ttlMs: number;
  /** Never rejects, and ends within its own time. */
  ask(question: ProfileQuestion, signal: AbortSignal): Promise<ProfileAnswer>;
}

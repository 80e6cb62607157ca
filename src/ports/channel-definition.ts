import type { Channel } from './channel.ts';
import type { AskedWait, CallLimit, Tools, VendorAnswer } from './helpdesk.ts';
import type { ConvertPicture, MediaIds } from './media.ts';
import type { SettingsSchema } from './settings.ts';

/** What the core lends a channel. */
export interface ChannelTools extends Pick<Tools, 'fetch' | 'cached' | 'forget' | 'now' | 'log'> {
  readonly convertPicture: ConvertPicture;
  /** Of this account's uploads. */
  readonly mediaIds: MediaIds;
}

/** How the core treats an account's pushes and replies. */
export interface ChannelPolicy {
  /** What becomes of a send of which nobody can say whether it arrived. */
  readonly onUnknown: 'settle' | 'retry' | 'retry-once' | 'ask' | 'drop';
  /** A reply that is older is no longer tried again. */
  readonly retryMaxAgeMs: number;
  /** How long a repeat of a push, or of an entry of a page, is recognised. */
  readonly seenForMs: number;
  /** Store down: tries go on for so long before a push is left unanswered. */
  readonly answerBudgetMs: number;
  /** Longest body of a push. */
  readonly pushMaxBytes: number;
  /** How long a visitor of the channel's own agents stays theirs after the last that was heard of them. */
  readonly routeTtlMs: number;
}

/** A channel as the configuration knows it: an account that a tenant may have in place of a WeChat account. */
export interface ChannelDefinition<Schema extends SettingsSchema = SettingsSchema> {
  /** The key of its settings under a tenant. */
  readonly name: string;
  /** One line for the configuration. */
  readonly description: string;
  readonly settings: Schema;
  /** Whether the platform's limits allow a call now: data, applied by the core. */
  limits?(settings: SettingsOf<Schema>): readonly CallLimit[];
  /** As an adapter's (`asksToWait` of its definition). */
  asksToWait?(answer: VendorAnswer, call: string): AskedWait | undefined;
  /** The setting that names the account: one channel and nobody else may have it. */
  readonly accountSetting: string;
  /** What the account's media ids and pace go by. */
  accountOf(settings: SettingsOf<Schema>): string;
  policy(settings: SettingsOf<Schema>): ChannelPolicy;
  create(settings: SettingsOf<Schema>, tools: ChannelTools): Channel;
}

/** Channels by the names of their definitions, each loaded when it is asked for. */
export type ChannelLoaders = Readonly<Record<string, () => Promise<ChannelDefinition>>>;

type SettingsOf<Schema extends SettingsSchema> = import('zod').z.output<Schema>;

/** Types a definition by its own schema, and forgets the schema for the list of all. */
export function defineChannel<Schema extends SettingsSchema>(
  definition: ChannelDefinition<Schema>,
): ChannelDefinition {
  return definition as unknown as ChannelDefinition; // only its functions narrow, and they are given what this schema parsed
}

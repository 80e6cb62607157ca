import type { NoticeTexts } from '../model/notices.ts';
import type { Rule } from '../model/routing.ts';
import type { CachePlace } from '../ports/cache-place.ts';
import type { ChannelDefinition } from '../ports/channel-definition.ts';
import type { AdapterDefinition } from '../ports/helpdesk.ts';
import type { StorePlace } from '../ports/store.ts';

/**
 * The whole configuration, read and checked: defaults filled in, paths absolute, times in milliseconds, sizes in bytes.
 * `Channel` is what the channel's own schema gives for `tenants.<t>.wechat`, `Component` for `components.<name>`.
 */
export interface Config<Channel = unknown, Component = unknown> {
  /** The public listener. Port 0 is any free one. */
  readonly listen: Listen;
  /** The admin listener. */
  readonly admin: Listen & {
    /** Names by which it may be called, beside addresses and names without a dot. */
    readonly hosts: readonly string[];
  };
  /** How the outside reaches the public listener; without a slash at its end. */
  readonly publicUrl: string;
  readonly store: StorePlace;
  /** Where instances share the store: lanes of one that says nothing are another's after so long. */
  readonly leaseMs: number;
  readonly cache: CachePlace;
  readonly log: { readonly level: LogLevel };
  /** CIDR ranges that media fetches may reach although they are internal. */
  readonly network: { readonly allowPrivate: readonly string[] };
  readonly media: {
    /** Where media are kept: of this process alone, with PostgreSQL of all. Absent: in the database. */
    readonly folder?: string;
    readonly maxBytes: number;
    readonly keepMs: number;
  };
  readonly rawTtlMs: number;
  readonly historyTtlMs: number;
  readonly components: readonly ComponentConfig<Component>[];
  readonly tenants: readonly TenantConfig<Channel>[];
}

/** One third-party platform, which accounts authorise. */
export interface ComponentConfig<Component = unknown> {
  readonly name: string;
  readonly settings: Component;
}

export interface Listen {
  readonly host: string;
  readonly port: number;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One account, of WeChat or of another channel, and its helpdesks. */
export type TenantConfig<Channel = unknown> = TenantCommon &
  (
    | { readonly wechat: Channel; readonly other?: undefined }
    | { readonly wechat?: undefined; readonly other: ChannelConfig }
  );

/** An account of another channel than WeChat. */
export interface ChannelConfig {
  readonly channel: ChannelDefinition;
  /** What the channel's own schema gave: for the functions of that definition alone. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** `notices` are the global texts with the tenant's own over them. */
interface TenantCommon {
  readonly name: string;
  readonly helpdesks: readonly HelpdeskConfig[];
  readonly routing: RoutingConfig;
  readonly profile: ProfileConfig;
  readonly notices: NoticeTexts;
}

/** Which of a tenant's helpdesks has a conversation. Helpdesks stand by their names. */
export interface RoutingConfig {
  /** Left out: the first helpdesk that messages are forwarded to. */
  readonly default?: string;
  readonly timeZone: string;
  readonly idleMs: number;
  /** Left out: a helpdesk that is down keeps its conversations. */
  readonly failoverAfterMs?: number;
  readonly vipAttribute: string;
  readonly rules: readonly Rule[];
}

/** What agents and rules are told of a visitor beside his words. */
export interface ProfileConfig {
  /** The present key, then the previous ones. None: no token proves anything. */
  readonly signingKeys: readonly string[];
  readonly tokenMaxMs: number;
  readonly rulesUse: 'all' | 'proved';
  readonly labels: Readonly<Record<string, string>>;
  /** Left out: nobody is asked about visitors. */
  readonly lookup?: LookupConfig;
}

/** The merchant's address that is asked about visitors. */
export interface LookupConfig {
  readonly url: string;
  /** The present secret, then the previous ones. None: calls are not signed. */
  readonly secrets: readonly string[];
  readonly bearer?: string;
  readonly ttlMs: number;
  readonly timeoutMs: number;
}

/** One helpdesk account of a tenant. */
export interface HelpdeskConfig {
  readonly name: string;
  readonly adapter: AdapterDefinition;
  /** What the adapter's own schema gave: for `create` and `limits` of that adapter alone. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Left out where nobody chose: then `settle` where the adapter can, else `retry`. */
  readonly onUnknown?: OnUnknown;
  readonly onUnconfirmed: 'mark' | 'retry';
  readonly contextCard: 'auto' | 'message' | 'off';
  readonly retryMaxAgeMs: number;
  /** Words of a visitor that ask for an agent. */
  readonly handoverWords: readonly string[];
  /** The tenant's texts with the helpdesk's own over them. */
  readonly notices: NoticeTexts;
}

/** What is done with an attempt of which nobody can say whether it arrived. */
export type OnUnknown = 'settle' | 'retry' | 'retry-once' | 'ask' | 'drop';

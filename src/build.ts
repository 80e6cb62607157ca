import { type Component, createComponent } from './agency/component.ts';
import type {
  ChannelConfig,
  Config,
  HelpdeskConfig,
  ProfileConfig,
  RoutingConfig,
  TenantConfig,
} from './config/config.ts';
import { createUrlFetch } from './media/fetch-url.ts';
import { createPace } from './pace/pace.ts';
import { paceFetch } from './pace/paced-fetch.ts';
import { keepToLimits, limitsOf, openHolds } from './pace/vendor-limits.ts';
import type { RunAlone } from './ports/alone.ts';
import type { Clock } from './ports/clock.ts';
import type { Tools } from './ports/helpdesk.ts';
import type { Fetch } from './ports/http.ts';
import type { LeaseDesk } from './ports/leases.ts';
import type { Log } from './ports/log.ts';
import type { ConvertPicture, MediaIds } from './ports/media.ts';
import { type Pace, unpaced } from './ports/pace.ts';
import type { ClaimPermit } from './ports/permit.ts';
import type { Store } from './ports/store.ts';
import { createMerchant } from './profile/ask-merchant.ts';
import type { Helpdesk, Tenant, TenantProfile } from './relay/bridge.ts';
import { helpdeskId } from './relay/lane-id.ts';
import { readHistory } from './relay/read-history.ts';
import { createWeChatChannel } from './wechat/channel.ts';
import { createComponentApi } from './wechat/component-api.ts';
import type { ComponentSettings } from './wechat/component-settings.ts';
import { paceRules } from './wechat/limits.ts';
import { keysOfAccount, type PushKeys } from './wechat/push-keys.ts';
import type { WeChatSettings } from './wechat/settings.ts';
import type { TokenReading, TokenSource } from './wechat/token.ts';

/** The configuration with the settings of every channel's accounts and components. */
export type WholeConfig = Config<WeChatSettings, ComponentSettings>;

/** What tenants and helpdesks are lent. */
export interface Lent extends Pick<Tools, 'now' | 'media' | 'mediaUrl' | 'cached' | 'forget'> {
  readonly log: Log;
  readonly clock: Clock;
  /** The road out, without any vendor's limits. */
  readonly fetch: Fetch;
  readonly claimPermit: ClaimPermit;
  readonly convertPicture: ConvertPicture;
  /** The ids of what an account has uploaded. */
  readonly mediaIdsOf: (appid: string) => MediaIds;
  /** By name. Without them nothing is called for accounts that a component holds. */
  readonly components?: ReadonlyMap<string, Component>;
  /** Where calls of WeChat accounts are counted, without it they are not, and go at no pace; and where messages stand. */
  readonly store?: Store;
  /** Several instances have the store: by these they share what outside systems allow. */
  readonly leases?: LeaseDesk;
}

/** The third-party platforms of a configuration by name, each with the accounts of its tenants. */
export function buildComponents(
  { components, tenants }: Pick<WholeConfig, 'components' | 'tenants'>,
  lent: Lent & { readonly store: Store; readonly alone: RunAlone; readonly lookEveryMs?: number },
): ReadonlyMap<string, Component> {
  return new Map(
    components.map(({ name, settings }) => {
      const held = tenants.flatMap(({ name: tenant, wechat }) =>
        wechat?.component === name ? [[wechat.appid, tenant] as const] : [],
      );
      const component = createComponent({
        ...lent,
        name,
        settings,
        tenants: new Map(held),
        api: createComponentApi(settings, lent.fetch),
        log: lent.log.with({ component: name }),
      });
      return [name, component];
    }),
  );
}

/** The tenants of a configuration by name, each with its channel and its helpdesks. */
export function buildTenants(config: Pick<WholeConfig, 'tenants'>, lent: Lent): ReadonlyMap<string, Tenant> {
  return new Map(config.tenants.map((tenant) => [tenant.name, buildTenant(tenant, lent)]));
}

function buildTenant(tenant: TenantConfig<WeChatSettings>, lent: Lent): Tenant {
  const { name, helpdesks, routing, profile } = tenant;
  const log = lent.log.with({ tenant: name });
  const account = tenant.wechat
    ? buildWeChat({ name, wechat: tenant.wechat }, { ...lent, log })
    : buildChannel(tenant.other, { ...lent, log });
  const { channel } = account;
  const tools: HelpdeskTools = {
    ...lent,
    channelKind: channel.kind,
    channel: (path, body) => channel.call(path, body),
  };
  const built = helpdesks.map((helpdesk) => buildHelpdesk(helpdeskId(name, helpdesk.name), helpdesk, tools));
  return {
    ...account,
    name,
    helpdesks: new Map(built.map((helpdesk) => [helpdesk.id, helpdesk])),
    ...buildRouting(name, built, routing),
    profile: buildProfile(profile, lent),
  };
}

type Account = Omit<Tenant, 'name' | 'helpdesks' | 'routing' | 'profile'>;

function buildWeChat(
  { name, wechat }: { readonly name: string; readonly wechat: WeChatSettings },
  lent: Lent,
): Account {
  const pace = buildPace({ name, wechat }, lent);
  const channel = createWeChatChannel(wechat, {
    ...lent,
    pace,
    fetch: paceFetch(lent.fetch, pace),
    fetchUrl: createUrlFetch({ fetch: lent.fetch }),
    mediaIds: lent.mediaIdsOf(wechat.appid),
    ...(lent.leases && { holds: openHolds(`stops ${name}`, lent) }),
    ...componentOf(wechat, lent),
  });
  return {
    channel,
    channelName: 'wechat',
    ...(wechat.component === undefined ? {} : { component: wechat.component }),
    policy: { onUnknown: wechat.onUnknown, retryMaxAgeMs: wechat.retryMaxAgeSec * 1000 },
    seenForMs: wechat.dedupTtlSec * 1000,
    answerBudgetMs: wechat.answerBudgetMs,
    pushMaxBytes: wechat.pushBodyMaxBytes,
    routeTtlMs: wechat.officialRouteTtlSec * 1000,
    pace,
  };
}

function buildChannel({ channel: definition, settings }: ChannelConfig, lent: Lent): Account {
  const account = definition.accountOf(settings);
  const channel = definition.create(settings, {
    ...lent,
    fetch: keepToLimits(`channel ${account}`, limitsOf(definition, settings), lent),
    mediaIds: lent.mediaIdsOf(account),
    // A helpdesk of the same company has a token of its own kind.
    cached: (key, load, options) => lent.cached(`${account} ${key}`, load, options),
    forget: (key, value) => lent.forget(`${account} ${key}`, value),
  });
  const { onUnknown, retryMaxAgeMs, ...policy } = definition.policy(settings);
  return {
    channel,
    channelName: definition.name,
    policy: { onUnknown, retryMaxAgeMs },
    ...policy,
    pace: unpaced,
  };
}

/** The merchant is reached by the road out without anybody's limits: the relay asks about few visitors at a time. */
function buildProfile({ lookup, ...others }: ProfileConfig, lent: Lent): TenantProfile {
  return { ...others, ...(lookup && { source: createMerchant(lookup, lent) }) };
}

/** Nothing where there is nothing to choose: what has one helpdesk and no rules costs no look at whose it is. */
function buildRouting(
  tenant: string,
  helpdesks: readonly Helpdesk[],
  { default: home, rules, ...others }: RoutingConfig,
): Pick<Tenant, 'routing'> {
  const [first, second] = helpdesks.filter(({ adapter }) => !adapter.handOver);
  const homeId = home === undefined ? first?.id : helpdeskId(tenant, home);
  const isChosen = second !== undefined || rules.length > 0 || homeId !== first?.id;
  if (first === undefined || homeId === undefined || !isChosen) return {};
  const named = rules.map(({ helpdesk, ...rule }) => ({
    ...rule,
    ...(helpdesk !== undefined && { helpdesk: helpdeskId(tenant, helpdesk) }),
  }));
  return { routing: { ...others, home: homeId, rules: named } };
}

/** What an account has of its component: nothing but a refusal in a command, which runs none. */
function componentOf(
  wechat: WeChatSettings,
  { components }: Lent,
): { readonly component?: { readonly pushKeys: PushKeys; readonly tokens: TokenSource } } {
  const { component: name, appid, tokenMarginSec: marginSec } = wechat;
  if (name === undefined) return {};
  const component = components?.get(name);
  if (!component) return { component: { pushKeys: keysOfAccount(wechat), tokens: noTokens } };
  return { component: { pushKeys: component.pushKeys, tokens: component.tokensOf({ appid, marginSec }) } };
}

/** Each token of an account that a component holds uses up a refresh token, which only the running bridge may do. */
const withoutBridge: TokenReading = {
  kind: 'stopped',
  code: 'no bridge',
  alarm: 'only the running bridge calls for an account that a component holds',
  untilMs: 0,
};
const noTokens: TokenSource = {
  get: async () => withoutBridge,
  replace: async () => withoutBridge,
  force: async () => {},
};

function buildPace(
  { name: tenant, wechat }: { readonly name: string; readonly wechat: WeChatSettings },
  { store, clock, log, leases }: Lent,
): Pace {
  if (!store) return unpaced;
  return createPace({ tenant, store, clock, log, rules: paceRules(wechat), ...(leases && { leases }) });
}

type HelpdeskTools = Lent & Pick<Tools, 'channel' | 'channelKind'>;

function buildHelpdesk(id: string, helpdesk: HelpdeskConfig, lent: HelpdeskTools): Helpdesk {
  const { adapter: definition } = helpdesk;
  const log = lent.log.with({ helpdesk: id });
  const adapter = definition.create(helpdesk.settings, {
    ...lent,
    log,
    history: async (...of) => (lent.store ? readHistory(lent.store, id, ...of) : []),
    fetch: keepToLimits(`helpdesk ${id}`, limitsOf(definition, helpdesk.settings), { ...lent, log }),
    // Two helpdesks of one vendor have two tokens.
    cached: (key, load, options) => lent.cached(`${id} ${key}`, load, options),
    forget: (key, value) => lent.forget(`${id} ${key}`, value),
  });
  return {
    id,
    adapter,
    policy: {
      onUnknown: helpdesk.onUnknown ?? (adapter.settles ? 'settle' : 'retry'),
      retryMaxAgeMs: helpdesk.retryMaxAgeMs,
    },
    onUnconfirmed: helpdesk.onUnconfirmed,
    contextCard: helpdesk.contextCard,
    handoverWords: new Set(helpdesk.handoverWords.map((word) => word.trim().toLowerCase())),
    notices: helpdesk.notices,
  };
}

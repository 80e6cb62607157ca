import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { NoticeTexts } from '../model/notices.ts';
import type { ChannelDefinition } from '../ports/channel-definition.ts';
import { BridgeError } from '../ports/errors.ts';
import type { AdapterDefinition } from '../ports/helpdesk.ts';
import type { StorePlace } from '../ports/store.ts';
import { buildProfile } from './build-profile.ts';
import { buildRouting } from './build-routing.ts';
import { readCachePlace } from './cache-place.ts';
import type { ChannelConfig, Config, HelpdeskConfig, TenantConfig } from './config.ts';
import { type Definitions, helpdeskShape, type wholeSchema } from './frame.ts';
import { readStorePlace } from './store-place.ts';

/** What the schema gave, in the form in which the program uses it. Paths are taken from the folder of `file`. */
export function buildConfig(
  settings: Settings,
  file: string,
  { adapters, channels = [] }: Pick<Definitions, 'adapters' | 'channels'>,
): Config {
  const { listen, admin, log, network, media, notices } = settings;
  const folder = dirname(resolve(file));
  const store = readStorePlace(settings.store, { folder, connections: settings.storeConnections });
  return {
    listen,
    admin,
    publicUrl: settings.publicUrl.replace(/\/+$/, ''),
    store,
    leaseMs: settings.leaseSec * 1000,
    cache: readCachePlace(settings.cache, store),
    log,
    network,
    media: {
      ...mediaFolder(media, store, folder),
      maxBytes: media.maxBytes,
      keepMs: media.keepSec * 1000,
    },
    rawTtlMs: settings.rawTtlSec * 1000,
    historyTtlMs: settings.historyTtlSec * 1000,
    components: Object.entries(settings.components).map(([name, component]) => ({
      name,
      settings: component,
    })),
    tenants: Object.entries(settings.tenants).map(([name, tenant]) =>
      buildTenant(name, tenant, { notices, adapters, channels }),
    ),
  };
}

type Settings = z.output<ReturnType<typeof wholeSchema>>;

interface Around {
  readonly notices: NoticeTexts;
  readonly adapters: readonly AdapterDefinition[];
  readonly channels: readonly ChannelDefinition[];
}

/** None: media are in the database, which every instance has. */
function mediaFolder(
  media: Settings['media'],
  store: StorePlace,
  folder: string,
): Pick<Config['media'], 'folder'> {
  if (media.folder !== undefined) return { folder: resolve(folder, media.folder) };
  return store.kind === 'sqlite' ? { folder: mediaBeside(store) } : {};
}

/** Where media are by default, if they are not in the store itself. */
export function mediaBeside({ path }: Extract<StorePlace, { kind: 'sqlite' }>): string {
  return join(dirname(path), 'media');
}

function buildTenant(
  name: string,
  tenant: Settings['tenants'][string],
  { notices: globalNotices, adapters, channels }: Around,
): TenantConfig {
  const notices = { ...globalNotices, ...tenant.notices };
  const helpdesks = Object.entries(tenant.helpdesks).map(([helpdesk, settings]) =>
    buildHelpdesk(helpdesk, settings, { notices, adapters, channels }),
  );
  const common = {
    name,
    helpdesks,
    routing: buildRouting(tenant.routing),
    profile: buildProfile(tenant.profile),
    notices,
  };
  const other = otherChannel(tenant, channels);
  return other === undefined ? { ...common, wechat: tenant.wechat } : { ...common, other };
}

function otherChannel(
  tenant: Readonly<Record<string, unknown>>,
  channels: readonly ChannelDefinition[],
): ChannelConfig | undefined {
  const channel = channels.find(({ name }) => tenant[name] !== undefined);
  if (channel === undefined) return undefined;
  return { channel, settings: tenant[channel.name] as ChannelConfig['settings'] }; // what its schema gave
}

function buildHelpdesk(
  name: string,
  settings: Readonly<Record<string, unknown>>,
  { notices: tenantNotices, adapters }: Around,
): HelpdeskConfig {
  const {
    adapter: adapterName,
    onUnknown,
    onUnconfirmed,
    contextCard,
    retryMaxAgeSec,
    handoverWords,
    notices,
  } = ownSettings.parse(settings);
  const adapterSettings = Object.entries(settings).filter(([key]) => !Object.hasOwn(ownSettings.shape, key));
  const adapter = adapters.find(({ name: known }) => known === adapterName);
  // The schema takes the names of definitions only.
  if (!adapter) throw new BridgeError('bug', `expected a known adapter, got ${adapterName}`);
  return {
    name,
    adapter,
    settings: Object.fromEntries(adapterSettings),
    ...(onUnknown && { onUnknown }),
    onUnconfirmed,
    contextCard,
    retryMaxAgeMs: retryMaxAgeSec * 1000,
    handoverWords,
    notices: { ...tenantNotices, ...notices },
  };
}

/** The core's part of a helpdesk, whose other part only its adapter knows. */
const ownSettings = z.object({ adapter: z.string(), ...helpdeskShape });

import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import type { NoticeTexts } from '../model/notices.ts';
import { buildRouting } from './build-routing.ts';
import type { Config, HelpdeskConfig, TenantConfig } from './config.ts';
import { helpdeskShape, type wholeSchema } from './frame.ts';

/** What the schema gave, in the form in which the program uses it. Paths are taken from the folder of `file`. */
export function buildConfig(settings: Settings, file: string): Config {
  const { listen, admin, log, network, media, notices } = settings;
  return {
    listen,
    admin,
    publicUrl: settings.publicUrl.replace(/\/+$/, ''),
    store: { kind: 'sqlite', path: resolve(dirname(resolve(file)), settings.store.slice('sqlite:'.length)) },
    cache: { kind: settings.cache },
    log,
    network,
    media: { maxBytes: media.maxBytes, keepMs: media.keepSec * 1000 },
    rawTtlMs: settings.rawTtlSec * 1000,
    historyTtlMs: settings.historyTtlSec * 1000,
    components: Object.entries(settings.components).map(([name, component]) => ({
      name,
      settings: component,
    })),
    tenants: Object.entries(settings.tenants).map(([name, tenant]) => buildTenant(name, tenant, notices)),
  };
}

type Settings = z.output<ReturnType<typeof wholeSchema>>;

function buildTenant(
  name: string,
  tenant: Settings['tenants'][string],
  globalNotices: NoticeTexts,
): TenantConfig {
  const notices = { ...globalNotices, ...tenant.notices };
  const helpdesks = Object.entries(tenant.helpdesks).map(([helpdesk, settings]) =>
    buildHelpdesk(helpdesk, settings, notices),
  );
  return { name, wechat: tenant.wechat, helpdesks, routing: buildRouting(tenant.routing), notices };
}

function buildHelpdesk(
  name: string,
  settings: Readonly<Record<string, unknown>>,
  tenantNotices: NoticeTexts,
): HelpdeskConfig {
  const { adapter, onUnknown, onUnconfirmed, retryMaxAgeSec, handoverWords, notices } =
    ownSettings.parse(settings);
  const adapterSettings = Object.entries(settings).filter(([key]) => !Object.hasOwn(ownSettings.shape, key));
  return {
    name,
    adapter,
    settings: Object.fromEntries(adapterSettings),
    ...(onUnknown && { onUnknown }),
    onUnconfirmed,
    retryMaxAgeMs: retryMaxAgeSec * 1000,
    handoverWords,
    notices: { ...tenantNotices, ...notices },
  };
}

/** The core's part of a helpdesk, whose other part only its adapter knows. */
const ownSettings = z.object({ adapter: z.string(), ...helpdeskShape });

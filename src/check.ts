import { Keyv } from 'keyv';
import { buildTenants } from './build.ts';
import { createCached } from './cache/cached.ts';
import { checkCache } from './cache/check.ts';
import type { Config } from './config/config.ts';
import { formatFaults } from './config/faults.ts';
import { type Environment, loadConfig } from './config/load.ts';
import { createAddressGuard } from './http/address-guard.ts';
import { createFetch } from './http/fetch.ts';
import { createLog } from './observe/log.ts';
import type { Finding } from './ports/channel.ts';
import { systemClock } from './ports/clock.ts';
import { permitForLooking } from './ports/permit.ts';
import { checkGroups } from './relay/check-groups.ts';
import { settings } from './settings.ts';
import type { ComponentSettings } from './wechat/component-settings.ts';
import type { WeChatSettings } from './wechat/settings.ts';

export interface CheckOptions {
  readonly env: Environment;
  /** Ask WeChat and the helpdesks too. */
  readonly online: boolean;
  readonly print: (line: string) => void;
}

/** How long one account may take. */
const patienceMs = 30_000;

/**
 * Says what is wrong with a configuration, and with `online` what WeChat and the vendors say to it. The exit status: 0
 * fine, 2 the file has faults, 1 something online does not work.
 */
export async function checkConfig(file: string, { env, online, print }: CheckOptions): Promise<number> {
  const loaded = await loadConfig(file, env, settings);
  if (loaded.kind === 'faults') {
    print(formatFaults(loaded.faults));
    return 2;
  }
  if (loaded.warnings.length > 0) print(formatFaults(loaded.warnings));
  print(`${file}: ${loaded.config.tenants.length} tenant(s), no faults`);
  return online ? checkOnline(loaded.config, print) : 0;
}

async function checkOnline(
  config: Config<WeChatSettings, ComponentSettings>,
  print: CheckOptions['print'],
): Promise<number> {
  const log = createLog('silent');
  const road = createFetch(createAddressGuard(config.network.allowPrivate));
  const tenants = buildTenants(config, {
    ...createCached({ keyv: new Keyv(), clock: systemClock, log }),
    log,
    clock: systemClock,
    now: systemClock.now,
    fetch: road.fetch,
    claimPermit: permitForLooking,
    media: async () => undefined,
    mediaUrl: async () => undefined,
    convertPicture: async () => undefined,
    mediaIdsOf: () => ({ find: async () => undefined, keep: async () => {}, forget: async () => {} }),
  });
  let isFine = true;
  const report = (place: string, findings: readonly Finding[]) => {
    if (findings.length === 0) print(`${place}: ok`);
    for (const { level, text } of findings) print(`${place}: ${level}: ${text}`);
    if (findings.some(({ level }) => level === 'fatal')) isFine = false;
  };
  if (config.cache.kind === 'redis') report('cache', await checkCache(config.cache));
  for (const tenant of tenants.values()) {
    const { name, channel, component, helpdesks } = tenant;
    const findings =
      component === undefined ? await channel.check(AbortSignal.timeout(patienceMs)) : [unasked(component)];
    report(`${name}/${tenant.channelName}`, findings);
    for (const helpdesk of helpdesks.values()) {
      const { id, adapter } = helpdesk;
      if (adapter.check) report(id, await adapter.check(AbortSignal.timeout(patienceMs)));
      const groups = await checkGroups(tenant, helpdesk, AbortSignal.timeout(patienceMs));
      if (groups.length > 0) report(`${id} routing`, groups);
    }
  }
  road.close();
  return isFine ? 0 : 1;
}

function unasked(component: string): Finding {
  const text = `the account is held by a component: the running bridge knows, see /component/${component} of its admin listener`;
  return { level: 'warn', text };
}

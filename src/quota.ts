import { Keyv } from 'keyv';
import { z } from 'zod';
import { buildTenants } from './build.ts';
import { createCached } from './cache/cached.ts';
import type { Config } from './config/config.ts';
import { formatFaults } from './config/faults.ts';
import { type Environment, loadConfig } from './config/load.ts';
import { createAddressGuard } from './http/address-guard.ts';
import { createFetch } from './http/fetch.ts';
import { createLog } from './observe/log.ts';
import { systemClock } from './ports/clock.ts';
import type { Fetch } from './ports/http.ts';
import { permitForLooking } from './ports/permit.ts';
import type { Tenant } from './relay/bridge.ts';
import type { ApiQuota } from './relay/read-quota.ts';
import { settings } from './settings.ts';
import type { WeChatSettings } from './wechat/settings.ts';

export interface QuotaOptions {
  readonly env: Environment;
  /** One tenant only. */
  readonly tenant: string | undefined;
  readonly print: (line: string) => void;
}

/**
 * Prints how much is left of the quotas of the APIs in use. A bridge that runs on this configuration is asked, so that it
 * corrects its limits by the answer; else WeChat itself. The exit status: 0 fine, 2 a wrong configuration or tenant, 1
 * WeChat did not say.
 */
export async function showQuota(file: string, { env, tenant, print }: QuotaOptions): Promise<number> {
  const loaded = await loadConfig(file, env, settings);
  if (loaded.kind === 'faults') {
    print(formatFaults(loaded.faults));
    return 2;
  }
  const { config } = loaded;
  const names = config.tenants
    .map(({ name }) => name)
    .filter((name) => tenant === undefined || name === tenant);
  if (names.length === 0) {
    print(`expected one of the tenants ${config.tenants.map(({ name }) => name).join(', ')}, got ${tenant}`);
    return 2;
  }
  const road = createFetch(createAddressGuard(config.network.allowPrivate));
  try {
    const quotas = await readAll(names, config, road.fetch);
    for (const row of writeRows(quotas)) print(row);
    // Of some APIs WeChat tells nothing; where it tells of none, something is wrong.
    return quotas.every(isTold) ? 0 : 1;
  } finally {
    road.close();
  }
}

function isTold({ apis }: TenantQuota): boolean {
  // A channel that has no quotas tells none.
  return apis.length === 0 || apis.some(({ platform }) => platform.kind === 'reading');
}

interface TenantQuota {
  readonly tenant: string;
  readonly apis: readonly ApiQuota[];
}

async function readAll(
  names: readonly string[],
  config: Config<WeChatSettings>,
  fetch: Fetch,
): Promise<readonly TenantQuota[]> {
  const quotas: TenantQuota[] = [];
  const log = createLog('silent');
  const tenants = buildTenants(config, {
    ...createCached({ keyv: new Keyv(), clock: systemClock, log }),
    log,
    clock: systemClock,
    now: systemClock.now,
    fetch,
    claimPermit: permitForLooking,
    mediaIdsOf: () => ({ find: async () => undefined, keep: async () => {}, forget: async () => {} }),
    convertPicture: async () => undefined,
    media: async () => undefined,
    mediaUrl: async () => undefined,
  });
  for (const name of names) {
    const asked = await askBridge(name, config, fetch);
    const channel = tenants.get(name)?.channel;
    const apis = asked?.apis ?? (channel ? await askPlatform(channel) : []);
    quotas.push({ tenant: name, apis });
  }
  return quotas;
}

/** `undefined`: no bridge answers where the configuration says. */
async function askBridge(
  tenant: string,
  { admin }: Config<WeChatSettings>,
  fetch: Fetch,
): Promise<TenantQuota | undefined> {
  const host = admin.host === '0.0.0.0' || admin.host === '::' ? '127.0.0.1' : admin.host;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${admin.port}/quota/${tenant}`;
  if (admin.port === 0) return undefined;
  const result = await fetch({ method: 'GET', url, name: 'quota', timeoutMs: 60_000 });
  if (result.kind !== 'answer' || result.status !== 200) return undefined;
  const { data } = bridgeAnswer.safeParse(readJson(result.body));
  return data?.tenant === tenant ? data : undefined;
}

/** Enough to tell the bridge's own answer from that of somebody else on its port. */
const bridgeAnswer = z.custom<TenantQuota>(
  (value) => typeof value === 'object' && value !== null && 'tenant' in value && 'apis' in value,
);

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

async function askPlatform({ quota }: Tenant['channel']): Promise<readonly ApiQuota[]> {
  if (!quota) return [];
  const apis: ApiQuota[] = [];
  for (const api of quota.apis) apis.push({ api, platform: await quota.read(api) });
  return apis;
}

const head = ['tenant', 'API', 'a day', 'used', 'left', 'rate', 'counted here', 'paused until'];

function writeRows(quotas: readonly TenantQuota[]): readonly string[] {
  const rows = [head, ...quotas.flatMap(({ tenant, apis }) => apis.map((api) => [tenant, ...cellsOf(api)]))];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function cellsOf({ api, platform, own }: ApiQuota): readonly string[] {
  const paused = own?.paused === undefined ? '' : new Date(own.paused.untilMs).toISOString();
  const here = [own === undefined ? '' : String(own.usedToday), paused];
  if (platform.kind === 'failed') return [api, `code ${platform.code}`, '', '', '', ...here];
  const { daily, rate } = platform.reading;
  const figures = daily ? [daily.limit, daily.used, daily.remain].map(String) : ['', '', ''];
  return [api, ...figures, rate ? `${rate.calls} in ${rate.perMs / 1000} s` : '', ...here];
}

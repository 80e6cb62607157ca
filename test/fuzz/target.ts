import type { Account } from '../../sandbox/vendors/wechat/account.ts';
import { buildTenants } from '../../src/build.ts';
import { formatFaults } from '../../src/config/faults.ts';
import { loadConfig } from '../../src/config/load.ts';
import { listen } from '../../src/intake/listener.ts';
import { createPublicApp } from '../../src/intake/public.ts';
import { systemClock } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Bridge } from '../../src/relay/bridge.ts';
import { settings } from '../../src/settings.ts';
import { qiyuKeys, account as usual } from '../bridge/account.ts';
import { makeHome } from '../bridge/process.ts';
import { forgetTestStore, openTestStore } from '../store/test-store.ts';
import type { FuzzTarget } from './fire.ts';

const modes = ['plain', 'compatible', 'safe'] as const;
const formats = ['xml', 'json'] as const;

/** An account in every mode and format, by the tenant's name. */
export const accounts: ReadonlyMap<string, Account> = new Map(
  modes.flatMap((mode, row) =>
    formats.map((format, column) => [
      `${mode}-${format}`,
      {
        ...usual,
        appid: `wx00000000000000${row}${column}`,
        kind: 'miniprogram',
        mode,
        format,
      } satisfies Account,
    ]),
  ),
);

/** The tenants of a configuration, each with its account and a helpdesk. */
export function tenantsFor(urls: { readonly wechat: string; readonly qiyu: string }): object {
  return Object.fromEntries(
    [...accounts].map(([name, account]) => [
      name,
      {
        wechat: { ...account, baseUrl: urls.wechat, mediaHosts: ['127.0.0.1'] },
        helpdesks: {
          main: {
            adapter: 'qiyu',
            ...qiyuKeys,
            baseUrl: urls.qiyu,
            qps: { perInterface: 1000, perTenant: 1000 },
          },
        },
      },
    ]),
  );
}

/** The public listener with a store, in this process. Nothing is forwarded. */
export interface OpenTarget extends FuzzTarget {
  /** Events that were logged as errors. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export async function openTarget(): Promise<OpenTarget> {
  const home = makeHome();
  const nowhere = 'http://127.0.0.1:9';
  home.writeConfig({
    publicUrl: 'http://127.0.0.1',
    tenants: tenantsFor({ wechat: nowhere, qiyu: nowhere }),
  });
  const loaded = await loadConfig(home.configFile, {}, settings);
  if (loaded.kind === 'faults') throw new Error(formatFaults(loaded.faults));
  const errors: string[] = [];
  const log = logErrors(errors);
  const store = await openTestStore(home.folder, () => {
    errors.push('store.failed');
  });
  const bridge: Bridge = {
    store,
    clock: systemClock,
    log,
    random: Math.random,
    lanes: { wake() {}, expect() {}, async stop() {} },
    tenants: buildTenants(loaded.config, {
      log,
      clock: systemClock,
      now: systemClock.now,
      fetch: async () => ({ kind: 'notSent', code: 'fuzz' }),
      claimPermit: async () => false,
      media: nothing,
      mediaUrl: nothing,
      convertPicture: nothing,
      mediaIdsOf: () => ({ find: nothing, keep: nothing, forget: nothing }),
      cached: async () => '',
      forget: async () => {},
    }),
    stopping: new AbortController().signal,
    media: { wake() {}, read: nothing, urlOf: nothing, keepText: nothing },
  };
  const listener = await listen(createPublicApp({ bridge, findMedium: nothing }), {
    host: '127.0.0.1',
    port: 0,
  });
  return {
    url: listener.url,
    accounts,
    appSecret: qiyuKeys.appSecret,
    errors,
    async close() {
      await listener.close(100);
      await store.close();
      await forgetTestStore(home.folder);
      home.remove();
    },
  };
}

function logErrors(errors: string[]): Log {
  const log: Log = {
    debug() {},
    info() {},
    warn() {},
    error: (event) => errors.push(event),
    with: () => log,
  };
  return log;
}

async function nothing(): Promise<undefined> {
  return undefined;
}

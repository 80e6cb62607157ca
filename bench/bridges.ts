import { openBalancer } from '../chaos/balancer.ts';
import type { PretendedQiyu } from '../sandbox/vendors/qiyu.ts';
import type { PretendedWeChat } from '../sandbox/vendors/wechat.ts';
import { account, qiyuKeys } from '../test/bridge/account.ts';
import { type BridgeProcess, makeHome, startBridge } from '../test/bridge/process.ts';
import { startOutside, unjoined } from '../test/bridge/scene.ts';

/** Whole bridges on one store behind the load balancer, between a pretended WeChat and a quick pretended helpdesk. */
export interface Bridges {
  readonly wechat: PretendedWeChat;
  readonly qiyu: PretendedQiyu;
  /** Where WeChat pushes to: the balancer. */
  readonly pushUrl: string;
  readonly instances: readonly BridgeProcess[];
  close(): Promise<void>;
}

export interface BridgesOptions {
  /** As the configuration names it. */
  readonly store: string;
  readonly instances: number;
  /** How many sends a second WeChat takes. Default: more than anybody makes. */
  readonly sendPerSecond?: number;
}

export async function openBridges({
  store,
  instances: count,
  sendPerSecond = 10_000,
}: BridgesOptions): Promise<Bridges> {
  const fast = { perInterface: 1000, perTenant: 1000 };
  const { wechat, qiyu } = await startOutside({
    wechat: { keep: 50_000 },
    qiyu: {
      keep: 50_000,
      perInterfaceRate: Number.POSITIVE_INFINITY,
      perTenantRate: Number.POSITIVE_INFINITY,
    },
  });
  const home = makeHome();
  home.writeConfig({
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    publicUrl: 'http://127.0.0.1',
    log: { level: 'warn' },
    store: store === 'sqlite' ? 'sqlite:bridge.db' : store,
    tenants: {
      shop: {
        wechat: { ...account, ...unjoined, baseUrl: wechat.url, sendPerSecond, sendPerMinute: 1_000_000 },
        helpdesks: {
          main: { adapter: 'qiyu', ...qiyuKeys, baseUrl: qiyu.url, qps: fast, showGreeting: false },
        },
      },
    },
  });
  const instances: BridgeProcess[] = [];
  // One after another: the first makes the tables.
  while (instances.length < count) instances.push(await startBridge(home.configFile));
  const targets = instances.map(({ publicUrl }) => publicUrl);
  const balancer = await openBalancer({ targets, timeoutMs: 30_000, restMs: 0 });
  qiyu.changeSettings({ callbackUrl: `${balancer.url}/callback/shop/main` });

  return {
    wechat,
    qiyu,
    pushUrl: `${balancer.url}/wechat/shop`,
    instances,
    async close() {
      await Promise.all(instances.map((instance) => instance.kill()));
      await Promise.all([balancer.close(), wechat.close(), qiyu.close()]);
      home.remove();
    },
  };
}

import { type PretendedQiyu, startQiyu } from '../../sandbox/vendors/qiyu.ts';
import { type PretendedWeChat, startWeChat } from '../../sandbox/vendors/wechat.ts';
import { type PretendedPlatform, startPlatform } from '../../sandbox/vendors/wechat-platform.ts';
import { forgetTestStore, storePlaceOf, storeSettings } from '../store/test-store.ts';
import { type BridgeProcess, makeHome, startBridge } from './process.ts';

/** One account that the component holds, and its helpdesk. */
export interface Merchant {
  readonly appid: string;
  readonly wechat: PretendedWeChat;
  readonly qiyu: PretendedQiyu;
  /** Where WeChat pushes to: the platform's message URL with the account's AppID in it. */
  readonly pushUrl: string;
}

/** The real bridge as a third-party platform between the pretended WeChat and two merchants' helpdesks. */
export interface AgencyScene {
  readonly platform: PretendedPlatform;
  readonly shop: Merchant;
  readonly mall: Merchant;
  readonly bridge: BridgeProcess;
  /** Starts the bridge again, on the same ports, after it was ended. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export const component = {
  appid: 'wx0f1e2d3c4b5a6978',
  secret: 'component-secret-of-the-tests',
  token: 'agencyToken01',
  encodingAESKey: 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY',
} as const;

const accounts = {
  shop: { appid: 'wx1a2b3c4d5e6f7a8b', originalId: 'gh_0a1b2c3d4e5f' },
  mall: { appid: 'wx2b3c4d5e6f7a8b9c', originalId: 'gh_1b2c3d4e5f6a' },
} as const;

type Name = keyof typeof accounts;
const names: readonly Name[] = ['shop', 'mall'];

export async function openAgency(): Promise<AgencyScene> {
  const platform = await startPlatform({ component });
  const wechats = await byName((name) =>
    startWeChat({
      ...accounts[name],
      component,
      secret: 'nobody knows',
      token: 'nobodyKnows',
      encodingAESKey: 'x'.repeat(43),
      kind: 'miniprogram',
      mode: 'safe',
      format: 'xml',
      checkToken: platform.checkToken(accounts[name].appid),
    }),
  );
  const qiyus = await byName((name) => startQiyu(keysOf(name)));
  const home = makeHome();
  const store = await storePlaceOf(home.folder, 'data/bridge.db');
  const configure = (ports: { readonly listen: number; readonly admin: number }) =>
    home.writeConfig({
      listen: { host: '127.0.0.1', port: ports.listen },
      admin: { host: '127.0.0.1', port: ports.admin },
      publicUrl: 'http://127.0.0.1',
      ...storeSettings(store),
      components: { agency: { ...component, baseUrl: platform.url } },
      tenants: Object.fromEntries(
        names.map((name) => [
          name,
          {
            wechat: { ...accounts[name], component: 'agency', baseUrl: wechats[name].url },
            helpdesks: { main: { adapter: 'qiyu', ...keysOf(name), baseUrl: qiyus[name].url } },
          },
        ]),
      ),
    });
  configure({ listen: 0, admin: 0 });
  let bridge = await startBridge(home.configFile);
  const { publicUrl, adminUrl } = bridge;
  configure({ listen: Number(new URL(publicUrl).port), admin: Number(new URL(adminUrl).port) });
  for (const name of names) qiyus[name].changeSettings({ callbackUrl: `${publicUrl}/callback/${name}/main` });
  platform.setEventsUrl(`${publicUrl}/component/agency/events`);
  const merchant = (name: Name): Merchant => ({
    appid: accounts[name].appid,
    wechat: wechats[name],
    qiyu: qiyus[name],
    pushUrl: `${publicUrl}/component/agency/${accounts[name].appid}`,
  });
  return {
    platform,
    shop: merchant('shop'),
    mall: merchant('mall'),
    get bridge() {
      return bridge;
    },
    async restart() {
      bridge = await startBridge(home.configFile);
    },
    async close() {
      if (bridge.process.exitCode === null && bridge.process.signalCode === null) await bridge.kill();
      await Promise.all(
        [platform, ...Object.values(wechats), ...Object.values(qiyus)].map((part) => part.close()),
      );
      await forgetTestStore(home.folder);
      home.remove();
    },
  };
}

function keysOf(name: Name) {
  return { appKey: `qiyu-key-of-${name}`, appSecret: `${name}-0F1E2D3C4B5A69788796A5B4` };
}

async function byName<Part>(start: (name: Name) => Promise<Part>): Promise<Record<Name, Part>> {
  const [shop, mall] = await Promise.all([start('shop'), start('mall')]);
  return { shop, mall };
}

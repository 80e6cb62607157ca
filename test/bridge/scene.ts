import { type PretendedQiyu, type QiyuOptions, startQiyu } from '../../sandbox/vendors/qiyu.ts';
import { type PretendedWeChat, startWeChat, type WeChatOptions } from '../../sandbox/vendors/wechat.ts';
import type { StorePlace } from '../../src/ports/store.ts';
import { forgetTestStore, storePlaceOf, storeSettings } from '../store/test-store.ts';
import { account, qiyuKeys } from './account.ts';
import { type BridgeProcess, type Home, makeHome, startBridge } from './process.ts';

/** The real bridge between the pretended WeChat and the pretended Qiyu, over HTTP. */
export interface BridgeScene {
  readonly wechat: PretendedWeChat;
  readonly qiyu: PretendedQiyu;
  readonly home: Home;
  /** Where the bridge has its store. */
  readonly store: StorePlace;
  readonly bridge: BridgeProcess;
  /** Where WeChat pushes to. */
  readonly pushUrl: string;
  /** Starts the bridge again, on the same ports, after it was ended. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface SceneOptions {
  readonly wechat?: Partial<WeChatOptions>;
  readonly qiyu?: Partial<QiyuOptions>;
  /** Settings of the tenant's WeChat account and of its helpdesk, over the usual ones. */
  readonly wechatSettings?: object;
  readonly helpdeskSettings?: object;
  /** The tenant's helpdesks, given the usual settings of `main`. */
  readonly helpdesks?: (main: object) => object;
  /** What else the tenant has. */
  readonly tenant?: object;
  readonly config?: object;
  /** What starts the bridge, in place of the program as tests have it. */
  readonly command?: readonly string[];
}

/** Under these no reply waits for company and no send is kept for people: for tests about something else. */
export const unjoined = { joinWaitMs: [0], reserveForHuman: 0 } as const;

/** Texts that waited together are one send. */
export function linesOf({ text }: { readonly text?: string | undefined }): readonly string[] {
  return text?.split('\n') ?? [];
}

/** What visitors have read, line by line. */
export function linesRead({ sends }: PretendedWeChat): readonly string[] {
  return sends.all.flatMap(linesOf);
}

/** The two sides between which the bridge stands. */
export async function startOutside(
  options: Pick<SceneOptions, 'wechat' | 'qiyu'>,
): Promise<Pick<BridgeScene, 'wechat' | 'qiyu'>> {
  const wechat = await startWeChat({
    ...account,
    kind: 'miniprogram',
    mode: 'safe',
    format: 'xml',
    ...options.wechat,
  });
  const qiyu = await startQiyu({ ...qiyuKeys, ...options.qiyu });
  return { wechat, qiyu };
}

export async function openScene(options: SceneOptions = {}): Promise<BridgeScene> {
  const { wechat, qiyu } = await startOutside(options);
  const home = makeHome();
  const store = await storePlaceOf(home.folder, 'data/bridge.db');
  const main = { adapter: 'qiyu', ...qiyuKeys, baseUrl: qiyu.url, ...options.helpdeskSettings };
  const configure = (ports: { readonly listen: number; readonly admin: number }) =>
    home.writeConfig({
      listen: { host: '127.0.0.1', port: ports.listen },
      admin: { host: '127.0.0.1', port: ports.admin },
      publicUrl: 'http://127.0.0.1',
      network: { allowPrivate: ['127.0.0.0/8'] },
      ...storeSettings(store),
      tenants: {
        shop: {
          wechat: { ...account, baseUrl: wechat.url, mediaHosts: ['127.0.0.1'], ...options.wechatSettings },
          helpdesks: options.helpdesks?.(main) ?? { main },
          ...options.tenant,
        },
      },
      ...options.config,
    });
  configure({ listen: 0, admin: 0 });
  const how = options.command ? { command: options.command } : {};
  let bridge = await startBridge(home.configFile, how);
  configure({ listen: portOf(bridge.publicUrl), admin: portOf(bridge.adminUrl) });
  qiyu.changeSettings({ callbackUrl: `${bridge.publicUrl}/callback/shop/main` });
  return {
    wechat,
    qiyu,
    home,
    store,
    get bridge() {
      return bridge;
    },
    pushUrl: `${bridge.publicUrl}/wechat/shop`,
    async restart() {
      bridge = await startBridge(home.configFile, how);
    },
    async close() {
      if (bridge.process.exitCode === null && bridge.process.signalCode === null) await bridge.kill();
      await Promise.all([wechat.close(), qiyu.close()]);
      await forgetTestStore(home.folder);
      home.remove();
    },
  };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

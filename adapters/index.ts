import type { ChannelLoaders } from '../src/ports/channel-definition.ts';
import type { AdapterLoaders } from '../src/ports/helpdesk.ts';

/** Every helpdesk the bridge can speak to: one line an adapter. What no configuration names is not loaded. */
export const adapters: AdapterLoaders = {
  qiyu: async () => (await import('./qiyu/index.ts')).qiyu,
  zhichi: async () => (await import('./zhichi/index.ts')).zhichi,
  easemob: async () => (await import('./easemob/index.ts')).easemob,
  meiqia: async () => (await import('./meiqia/index.ts')).meiqia,
  'wecom-kf': async () => (await import('./wecom-kf/index.ts')).wecomKf,
  'wechat-official': async () => (await import('./wechat-official/index.ts')).wechatOfficial,
  webhook: async () => (await import('./webhook/index.ts')).webhook,
};

/** Every channel that a tenant may have in place of a WeChat account: one line a channel, loaded likewise. */
export const channels: ChannelLoaders = {
  wecomKf: async () => (await import('./wecom-kf/channel/index.ts')).wecomKfChannel,
};

import { adapters, channels } from '../adapters/index.ts';
import type { Definitions } from './config/frame.ts';
import type { Sources } from './config/load.ts';
import { componentSettings } from './wechat/component-settings.ts';
import { wechatSettings } from './wechat/settings.ts';

/** What the configuration is made of: WeChat's settings, and those of the adapters that it names. */
export const settings: Sources<typeof wechatSettings, typeof componentSettings> = {
  channel: wechatSettings,
  component: componentSettings,
  adapters,
  channels,
};

/** The same with every adapter loaded: for what tells of all that can be set. */
export async function loadEverySetting(): Promise<
  Definitions<typeof wechatSettings, typeof componentSettings>
> {
  return {
    ...settings,
    adapters: await loadAll(adapters),
    channels: await loadAll(channels),
  };
}

function loadAll<Definition>(
  loaders: Readonly<Record<string, () => Promise<Definition>>>,
): Promise<readonly Definition[]> {
  return Promise.all(Object.values(loaders).map((load) => load()));
}

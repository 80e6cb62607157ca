import { definitions } from '../adapters/index.ts';
import type { Definitions } from './config/frame.ts';
import { componentSettings } from './wechat/component-settings.ts';
import { wechatSettings } from './wechat/settings.ts';

/** What the configuration is made of: WeChat's settings, and those of every adapter. */
export const settings: Definitions<typeof wechatSettings, typeof componentSettings> = {
  channel: wechatSettings,
  component: componentSettings,
  adapters: definitions,
};

import type { ComponentSettings } from './component-settings.ts';
import type { WeChatSettings } from './settings.ts';

/**
 * What pushes of an account are proved, decrypted and answered with: its own, or those of the third-party platform that
 * it has authorised.
 */
export interface PushKeys {
  /** What stands behind the message in every ciphertext. */
  readonly appid: string;
  /** The least protection that is accepted. */
  readonly mode: WeChatSettings['mode'];
  /** The current one, then the previous ones; so are the keys. */
  readonly tokens: readonly string[];
  readonly encodingAESKeys: readonly string[];
}

export function keysOfAccount(settings: WeChatSettings): PushKeys {
  const { appid, mode, token, previousTokens, encodingAESKey, previousEncodingAESKeys } = settings;
  return {
    appid,
    mode,
    tokens: listOf(token, previousTokens),
    encodingAESKeys: listOf(encodingAESKey, previousEncodingAESKeys),
  };
}

/** Pushes through a platform are always encrypted, with the platform's AppID behind them (WeChat, third-party platforms). */
export function keysOfComponent(settings: ComponentSettings): PushKeys {
  const { appid, token, previousTokens, encodingAESKey, previousEncodingAESKeys } = settings;
  return {
    appid,
    mode: 'safe',
    tokens: listOf(token, previousTokens),
    encodingAESKeys: listOf(encodingAESKey, previousEncodingAESKeys),
  };
}

function listOf(current: string | undefined, previous: readonly string[]): readonly string[] {
  return current === undefined ? previous : [current, ...previous];
}

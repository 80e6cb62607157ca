import type { ApiFailure } from './api-answer.ts';
import type { WeChatSettings } from './settings.ts';
import { createClassicTokens } from './token-classic.ts';
import { createTokenServiceTokens } from './token-service.ts';
import { createStableTokens } from './token-stable.ts';
import type { ChannelTools } from './tools.ts';

export type TokenReading = { readonly kind: 'token'; readonly token: string } | ApiFailure;

export interface TokenSource {
  get(): Promise<TokenReading>;
  /** WeChat refused `token`: another one, or the same if WeChat insists. */
  replace(token: string): Promise<TokenReading>;
  /** WeChat refused `token` although it had just been given: the source does what it can, and the next `get` asks anew. */
  force(token: string): Promise<void>;
}

/** The source of access tokens: the component that holds the account, else the one that the settings choose. */
export function createTokenSource(settings: WeChatSettings, tools: ChannelTools): TokenSource {
  if (tools.component) return tools.component.tokens;
  const { tokenSource } = settings;
  if (tokenSource === 'stable') return createStableTokens(settings, tools);
  if (tokenSource === 'classic') return createClassicTokens(settings, tools);
  return createTokenServiceTokens({ ...settings, ...tokenSource }, tools);
}

/** Who gives access tokens, as it reads in a sentence, and the setting that says where he is. */
export function tokenOrigin({ tokenSource }: Pick<WeChatSettings, 'tokenSource'>) {
  return typeof tokenSource === 'string'
    ? { name: 'WeChat', setting: 'baseUrl' }
    : { name: 'the token service', setting: 'tokenSource.url' };
}

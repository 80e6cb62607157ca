import type { WeChatSettings } from './settings.ts';
import type { TokenSource } from './token.ts';
import { createCachedTokens, type LoadedToken, NoToken, readToken } from './token-cache.ts';
import type { TokenServiceSettings } from './token-settings.ts';
import type { ChannelTools } from './tools.ts';

type Settings = Pick<WeChatSettings, 'appid' | 'tokenMarginSec'> & TokenServiceSettings;

/**
 * Access tokens from a service of the merchant, which alone fetches them from WeChat: GET, answered as WeChat would
 * (`access_token`, `expires_in`). After WeChat refused a token, the header `x-refused-token` names it: the service gives
 * another one if that is still its own.
 */
export function createTokenServiceTokens(settings: Settings, tools: ChannelTools): TokenSource {
  let refused: string | undefined;
  let insistedOn: string | undefined;

  async function load(): Promise<LoadedToken> {
    const loaded = readToken(await ask(settings, tools, refused), settings, tools);
    if (loaded.value !== refused) refused = undefined;
    return loaded;
  }

  const key = `wechat-token:service:${settings.appid}`;
  const tokens = createCachedTokens({ key, load, fightAlarm }, tools);
  return {
    get: tokens.get,
    async replace(token) {
      const given = await tokens.get();
      // Others may have replaced it meanwhile: then the service need not be told.
      if (given.kind !== 'token' || given.token !== token) return given;
      refused = token;
      try {
        // In one go: another instance, which was refused nothing, would be given the same once more.
        await tokens.drop(token, load);
      } catch (error) {
        if (error instanceof NoToken) return error.failure;
        throw error;
      }
      return tokens.get();
    },
    /** The service was told and gave the same: all that is left is to ask again, and to say so once. */
    async force(token) {
      if (insistedOn !== token) tools.log.error('alarm.raised', { alarm: insistAlarm });
      insistedOn = token;
      refused = token;
      await tokens.drop(token);
    },
  };
}

const fightAlarm =
  'WeChat ends the access tokens of the token service early, again and again: another system fetches tokens of this ' +
  'account by /cgi-bin/token; let it ask the service, too';

const insistAlarm =
  'the token service goes on giving an access token that WeChat refuses: it has to give another one when the header ' +
  'x-refused-token names its own';

function ask({ url, bearer }: Settings, tools: ChannelTools, refused: string | undefined) {
  return tools.fetch({
    method: 'GET',
    url,
    name: 'token service',
    headers: {
      accept: 'application/json',
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(refused !== undefined && { 'x-refused-token': refused }),
    },
  });
}

import { apiUrl } from './api-url.ts';
import type { WeChatSettings } from './settings.ts';
import type { TokenSource } from './token.ts';
import { createCachedTokens, type LoadedToken, NoToken, readToken } from './token-cache.ts';
import type { ChannelTools } from './tools.ts';

/**
 * Access tokens from `stable_token` (WeChat, page on the stable access token): other systems of the merchant that fetch
 * their own do not end ours.
 */
export function createStableTokens(settings: WeChatSettings, tools: ChannelTools): TokenSource {
  const { appid } = settings;
  const key = `wechat-token:${appid}`;
  const tokens = createCachedTokens({ key, load: () => load(settings, tools, false), fightAlarm }, tools);
  let forcing: Promise<void> | undefined;

  /** Nobody else loads meanwhile, so that nobody is given once more the token that is being ended. */
  async function force(): Promise<LoadedToken | undefined> {
    // Written down before the call: a process that starts again and again keeps to the limit, too.
    const isAllowed = await tools.claimPermit(`wechat-force:${appid}`, forceLimit);
    tools.log.warn(isAllowed ? 'token.forced' : 'token.notForced');
    if (!isAllowed) return undefined;
    try {
      return await load(settings, tools, true);
    } catch (error) {
      if (error instanceof NoToken) return undefined; // the next call asks anew
      throw error;
    }
  }

  return {
    get: tokens.get,
    async replace(token) {
      await tokens.drop(token);
      return tokens.get();
    },
    /** Where another instance has forced one out already, that is used. */
    force(token) {
      forcing ??= tokens.drop(token, force).finally(() => {
        forcing = undefined;
      });
      return forcing;
    },
  };
}

/** WeChat allows 20 a day, 30 s apart; a second more, as its clock is not ours. */
const forceLimit = { most: 20, perMs: 86_400_000, apartMs: 31_000 } as const;

const fightAlarm =
  'WeChat ends access tokens early, again and again: another system forces new ones (force_refresh of stable_token); ' +
  'let only one system do so, or let all ask one service and set tokenSource to its url';

const PATH = '/cgi-bin/stable_token';

async function load(settings: WeChatSettings, tools: ChannelTools, isForced: boolean): Promise<LoadedToken> {
  const result = await tools.fetch({
    method: 'POST',
    url: apiUrl(settings, PATH),
    name: PATH,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credential',
      appid: settings.appid,
      secret: settings.secret,
      force_refresh: isForced,
    }),
  });
  return readToken(result, settings, tools);
}

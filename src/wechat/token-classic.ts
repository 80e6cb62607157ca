import { apiUrl } from './api-url.ts';
import type { WeChatSettings } from './settings.ts';
import type { TokenSource } from './token.ts';
import { createCachedTokens, type LoadedToken, NoToken, readToken } from './token-cache.ts';
import type { ChannelTools } from './tools.ts';

/**
 * Access tokens from `/cgi-bin/token` (WeChat, page on the access token). Each fetch makes a new one and ends the old
 * after five minutes, so two systems that fetch for themselves end each other's.
 */
export function createClassicTokens(settings: WeChatSettings, tools: ChannelTools): TokenSource {
  const { appid } = settings;

  async function load(): Promise<LoadedToken> {
    const isAllowed = await tools.claimPermit(`wechat-token:${appid}`, limit);
    if (!isAllowed) throw new NoToken({ kind: 'notSent', code: 'tooMany' });
    const result = await tools.fetch({
      method: 'GET',
      url: apiUrl(settings, PATH, {
        grant_type: 'client_credential',
        appid,
        secret: settings.secret ?? '',
      }),
      name: PATH,
    });
    return readToken(result, settings, tools);
  }

  const key = `wechat-token:classic:${appid}`;
  const tokens = createCachedTokens({ key, load, fightAlarm }, tools);
  return {
    get: tokens.get,
    async replace(token) {
      await tokens.drop(token);
      return tokens.get();
    },
    // Every fetch gives a new one.
    force: (token) => tokens.drop(token),
  };
}

/** WeChat gives 2,000 a day: so they cannot run out, whatever is refused, and on however many instances. */
const limit = { most: 10, perMs: 450_000, apartMs: 1 } as const;

const fightAlarm =
  'WeChat ends access tokens early, again and again: another system fetches tokens of this account by /cgi-bin/token, ' +
  'and each ends the other’s; set tokenSource to stable, or let all ask one service and set tokenSource to its url';

const PATH = '/cgi-bin/token';

import type { UrlFetch } from './media/fetch-url.ts';
import type { MediaKeeperOptions } from './media/keeper.ts';
import type { FetchMedium, MediaFetch } from './ports/channel.ts';
import type { MediaRequest } from './ports/helpdesk.ts';
import type { Helpdesk, Tenant } from './relay/bridge.ts';

/** A visitor's media come from his channel, an agent's from the URL that the helpdesk gave. */
export function mediaSources(
  tenants: ReadonlyMap<string, Tenant>,
  fetchUrl: UrlFetch,
): MediaKeeperOptions['fetchFor'] {
  return ({ tenant, direction }) => {
    const { channel, helpdesks = new Map<string, Helpdesk>() } = tenants.get(tenant) ?? {};
    if (direction === 'reply') return async (...given) => fetchReplied(fetchUrl, helpdesks, ...given);
    return async (...given) => channel?.fetchMedia(...given) ?? { kind: 'gone', code: 'no tenant' };
  };
}

/** With what the vendor whose URL it is wants beside it: the tenant's helpdesks know their own. */
async function fetchReplied(
  fetchUrl: UrlFetch,
  helpdesks: ReadonlyMap<string, Helpdesk>,
  ...[from, into, signal]: Parameters<FetchMedium>
): Promise<MediaFetch> {
  let request: MediaRequest = {};
  for (const { adapter } of helpdesks.values()) {
    const wanted = from.url === undefined ? {} : await adapter.mediaRequest?.(from.url);
    if (wanted === undefined && adapter.mediaRequest) return { kind: 'later', code: 'no token' };
    request = { ...request, ...wanted };
  }
  return fetchUrl(from, into, signal, request);
}

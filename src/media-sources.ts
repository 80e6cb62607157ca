import type { UrlFetch } from './media/fetch-url.ts';
import type { MediaKeeperOptions } from './media/keeper.ts';
import type { FetchMedium, MediaFetch } from './ports/channel.ts';
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

/** With what the vendor wants beside the URL: a tenant has one helpdesk that knows it. */
async function fetchReplied(
  fetchUrl: UrlFetch,
  helpdesks: ReadonlyMap<string, Helpdesk>,
  ...[from, into, signal]: Parameters<FetchMedium>
): Promise<MediaFetch> {
  const asked = [...helpdesks.values()].find(({ adapter }) => adapter.mediaHeaders !== undefined);
  if (asked === undefined || from.url === undefined) return fetchUrl(from, into, signal);
  const headers = await asked.adapter.mediaHeaders?.(from.url);
  return headers === undefined ? { kind: 'later', code: 'no token' } : fetchUrl(from, into, signal, headers);
}

import type { MediaRequest } from '../../src/ports/helpdesk.ts';
import type { Desk } from './desk.ts';
import type { WecomKfSettings } from './settings.ts';

/** Where a medium of WeCom's lies, without the access token that opens it: that is never written down. Pure. */
export function fileUrl({ baseUrl }: Pick<WecomKfSettings, 'baseUrl'>, mediaId: string): string {
  return `${baseUrl.replace(/\/+$/, '')}${path}?${new URLSearchParams({ media_id: mediaId })}`;
}

const path = '/cgi-bin/media/get';

/**
 * How a medium is fetched: with the token of the moment. WeCom sends files as attachments, and its complaints as JSON with
 * status 200 (WeCom, `media/get`). Nothing for a URL that is not WeCom's; `undefined`: there is no token.
 */
export async function requestFile(
  { settings, api }: Pick<Desk, 'settings' | 'api'>,
  url: string,
): Promise<MediaRequest | undefined> {
  const mediaId = URL.parse(url)?.searchParams.get('media_id') ?? '';
  if (fileUrl(settings, mediaId) !== url) return {};
  const opened = await api.mediaUrl(mediaId);
  return opened === undefined ? undefined : { url: opened, isAttached: true };
}

import type { WeChatSettings } from './settings.ts';

/** The address of an API of WeChat. With a token in it, it must not be logged. */
export function apiUrl(
  settings: Pick<WeChatSettings, 'baseUrl'>,
  path: string,
  query: Readonly<Record<string, string>> = {},
): string {
  const parameters = new URLSearchParams(query).toString();
  return `${settings.baseUrl.replace(/\/+$/, '')}${path}${parameters === '' ? '' : `?${parameters}`}`;
}

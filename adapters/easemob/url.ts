/**
 * Makes a URL whole: some come without a scheme (`//host/…`), some as a path below `base`. `undefined` for what is no web
 * address.
 */
export function completeUrl(url: string | undefined, base: string): string | undefined {
  if (url === undefined) return undefined;
  const whole = url.startsWith('//')
    ? `https:${url}`
    : /^[a-z][a-z0-9+.-]*:/i.test(url)
      ? url
      : `${base.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}`;
  return /^https?:\/\/[^\s]+$/i.test(whole) && URL.canParse(whole) ? whole : undefined;
}

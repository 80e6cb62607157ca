import type { Media } from '../model/message.ts';
import type { MediaFetch } from '../ports/channel.ts';
import type { Fetch, HttpResult } from '../ports/http.ts';
import { nameInDisposition } from './file-name.ts';

export interface UrlFetchOptions {
  readonly fetch: Fetch;
  readonly maxBytes: number;
  /** One call; a redirect is a call of its own. Default 30,000. */
  readonly timeoutMs?: number;
}

/** Fetches a medium from the URL that came with it. The URL is not trusted, and neither is where it redirects to. */
export function createUrlFetch(
  options: UrlFetchOptions,
): (from: Media['from'], signal: AbortSignal) => Promise<MediaFetch> {
  return async ({ url }, signal) => {
    let address = url;
    for (let hops = 0; address !== undefined && hops <= mostRedirects; hops += 1) {
      const result = await call(options, address, signal);
      const next = redirectIn(result, address);
      if (next === undefined) return read(result);
      address = next;
    }
    return { kind: 'gone', code: url === undefined ? 'no address' : 'redirects' };
  };
}

const mostRedirects = 3;

function call(options: UrlFetchOptions, url: string, signal: AbortSignal): Promise<HttpResult> {
  return options.fetch({
    method: 'GET',
    url,
    name: 'media url',
    headers: { 'accept-encoding': 'identity' },
    timeoutMs: options.timeoutMs ?? 30_000,
    maxBytes: options.maxBytes,
    untrusted: true,
    signal,
  });
}

function redirectIn(result: HttpResult, from: string): string | undefined {
  if (result.kind !== 'answer' || ![301, 302, 303, 307, 308].includes(result.status)) return undefined;
  const { location } = result.headers;
  return location === undefined ? undefined : URL.parse(location, from)?.href;
}

/** A repeated download harms nobody, so what is not a definite no may be tried again. */
function read(result: HttpResult): MediaFetch {
  switch (result.kind) {
    case 'answer':
      return readAnswer(result);
    case 'notSent':
    case 'lost':
      return { kind: 'later', code: result.code };
    case 'tooLarge':
    case 'refused':
      return { kind: 'gone', code: result.code };
    default:
      return result satisfies never;
  }
}

function readAnswer({ status, headers, body }: Extract<HttpResult, { kind: 'answer' }>): MediaFetch {
  if (status === 200) return readFile(headers, body);
  const code = `http ${status}`;
  if (status < 500 && ![408, 425, 429].includes(status)) return { kind: 'gone', code };
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return { kind: 'later', code, ...(seconds >= 0 && { afterMs: Math.ceil(seconds * 1000) }) };
}

function readFile(headers: Readonly<Record<string, string | undefined>>, body: Buffer): MediaFetch {
  const encoding = headers['content-encoding']?.trim().toLowerCase() || 'identity';
  if (encoding !== 'identity') return { kind: 'gone', code: 'encoding' };
  if (body.length === 0) return { kind: 'gone', code: 'empty' };
  const name = nameInDisposition(headers['content-disposition']);
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return { kind: 'bytes', body, type, ...(name !== undefined && { name }) };
}

import { nameInDisposition } from '../formats/disposition.ts';
import type { FetchMedium, MediaFetch } from '../ports/channel.ts';
import type { MediaRequest } from '../ports/helpdesk.ts';
import type { Fetch, HttpResult } from '../ports/http.ts';

export interface UrlFetchOptions {
  readonly fetch: Fetch;
  /** One call; a redirect is a call of its own. Default 60,000. */
  readonly timeoutMs?: number;
  /** Without a byte. Default 15,000. */
  readonly idleTimeoutMs?: number;
}

/** Fetches a medium from a URL, as the helpdesk whose it is wants it. */
export type UrlFetch = (
  ...given: [...Parameters<FetchMedium>, request?: MediaRequest]
) => Promise<MediaFetch>;

/** Fetches a medium from the URL that came with it. The URL is not trusted, and neither is where it redirects to. */
export function createUrlFetch({
  fetch,
  timeoutMs = 60_000,
  idleTimeoutMs = 15_000,
}: UrlFetchOptions): UrlFetch {
  return async (from, into, signal, { headers = {}, isAttached = false, ...request } = {}) => {
    const url = request.url ?? from.url;
    if (url === undefined) return { kind: 'gone', code: 'no address' };
    const result = await fetch({
      method: 'GET',
      url,
      name: 'media url',
      headers: { 'accept-encoding': 'identity', ...headers },
      timeoutMs,
      idleTimeoutMs,
      redirects: 3,
      untrusted: true,
      into,
      signal,
    });
    return read(result, { isProved: headers.authorization !== undefined, isAttached });
  };
}

interface Expected {
  /** The call had a token that may end. */
  readonly isProved: boolean;
  readonly isAttached: boolean;
}

/** A repeated download harms nobody, so what is not a definite no may be tried again. */
function read(result: HttpResult, expected: Expected): MediaFetch {
  switch (result.kind) {
    case 'answer':
      return readAnswer(result, expected);
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

function readAnswer(
  { status, headers }: Extract<HttpResult, { kind: 'answer' }>,
  { isProved, isAttached }: Expected,
): MediaFetch {
  // Said with success instead of a file, it may be a token that has ended as well as a file that has.
  if (status === 200 && isAttached && headers['content-disposition'] === undefined)
    return { kind: 'later', code: 'no file' };
  if (status === 200) return readFile(headers);
  const code = `http ${status}`;
  // A token may have ended; the next try has another.
  if (status === 401 && isProved) return { kind: 'later', code };
  if (status < 500 && ![408, 425, 429].includes(status)) return { kind: 'gone', code };
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return { kind: 'later', code, ...(seconds >= 0 && { afterMs: Math.ceil(seconds * 1000) }) };
}

function readFile(headers: Readonly<Record<string, string | undefined>>): MediaFetch {
  const encoding = headers['content-encoding']?.trim().toLowerCase() || 'identity';
  if (encoding !== 'identity') return { kind: 'gone', code: 'encoding' };
  const name = nameInDisposition(headers['content-disposition']);
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return { kind: 'taken', type, ...(name !== undefined && { name }) };
}

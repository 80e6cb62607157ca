import type { Fetch, HttpCall, HttpResult } from '../ports/http.ts';

/** A {@link Fetch} that goes where an answer leads, as often as the call allows. */
export function followRedirects(fetch: Fetch): Fetch {
  return async (call) => {
    if (call.redirects === undefined) return fetch(call);
    let { url } = call;
    for (let left = call.redirects; ; left -= 1) {
      const isElsewhere = URL.parse(url)?.origin !== URL.parse(call.url)?.origin;
      const result = await fetch({ ...call, url, ...(isElsewhere && withoutProof(call)) });
      const next = addressIn(result, url);
      if (next === undefined) return result;
      if (left <= 0) return { kind: 'refused', code: 'redirects' };
      // What was asked for over TLS is not to come from whoever stands in between.
      if (URL.parse(url)?.protocol === 'https:' && !next.startsWith('https:'))
        return { kind: 'refused', code: 'downgrade' };
      url = next;
    }
  };
}

/** Who leads elsewhere is not to hand on what only he may know. */
function withoutProof({ headers = {} }: HttpCall): Pick<HttpCall, 'headers'> {
  const kept = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization');
  return { headers: Object.fromEntries(kept) };
}

const redirects = [301, 302, 303, 307, 308];

function addressIn(result: HttpResult, from: string): string | undefined {
  if (result.kind !== 'answer' || !redirects.includes(result.status)) return undefined;
  const { location } = result.headers;
  return location === undefined ? undefined : URL.parse(location, from)?.href;
}

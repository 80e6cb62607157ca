import { describe, expect, test } from 'vitest';
import { createUrlFetch } from '../../src/media/fetch-url.ts';
import type { MediaSink } from '../../src/ports/channel.ts';
import type { MediaRequest } from '../../src/ports/helpdesk.ts';
import type { HttpCall, HttpResult } from '../../src/ports/http.ts';

const { signal } = new AbortController();
const file = (headers: Record<string, string> = {}): HttpResult =>
  answer(200, { 'content-type': 'image/png', ...headers });

function answer(status: number, headers: Record<string, string> = {}): HttpResult {
  return { kind: 'answer', status, headers, body: Buffer.alloc(0) };
}

const into: MediaSink = {
  maxBytes: 100,
  begin: async () => {},
  take: async () => {},
  head: () => Buffer.alloc(0),
};

async function fetchWith(
  result: HttpResult,
  from: { url?: string } = { url: 'https://desk.example/d/a' },
  request?: MediaRequest,
) {
  const calls: HttpCall[] = [];
  const fetch = async (call: HttpCall) => {
    calls.push(call);
    return result;
  };
  return { calls, fetched: await createUrlFetch({ fetch })(from, into, signal, request) };
}

describe('a medium from a URL', () => {
  test('comes with its type and name, and is fetched as one that is not trusted, over three redirects', async () => {
    const headers = {
      'content-type': 'Image/PNG; charset=x',
      'content-disposition': 'attachment; filename="a b.png"',
    };
    const { calls, fetched } = await fetchWith(file(headers));
    expect(fetched).toEqual({ kind: 'taken', type: 'image/png', name: 'a b.png' });
    expect(calls).toEqual([
      {
        method: 'GET',
        url: 'https://desk.example/d/a',
        name: 'media url',
        headers: { 'accept-encoding': 'identity' },
        untrusted: true,
        redirects: 3,
        timeoutMs: 60_000,
        idleTimeoutMs: 15_000,
        into,
        signal,
      },
    ]);
  });

  test('is asked for with the proof that the vendor wants, and later if that was refused', async () => {
    const proof = { authorization: 'Bearer t' };
    const { calls, fetched } = await fetchWith(answer(401), undefined, { headers: proof });
    expect(calls[0]?.headers).toEqual({ 'accept-encoding': 'identity', ...proof });
    expect(fetched).toEqual({ kind: 'later', code: 'http 401' });
    expect((await fetchWith(answer(401))).fetched).toEqual({ kind: 'gone', code: 'http 401' });
  });

  test('is asked for at the address of the moment, and comes later where words come instead', async () => {
    const request = { url: 'https://desk.example/d/a?token=t', isAttached: true } as const;
    const attached = file({ 'content-disposition': 'attachment; filename="a.png"' });
    const { calls, fetched } = await fetchWith(attached, undefined, request);
    expect(calls[0]?.url).toBe(request.url);
    expect(fetched).toEqual({ kind: 'taken', type: 'image/png', name: 'a.png' });
    expect((await fetchWith(file(), undefined, request)).fetched).toEqual({ kind: 'later', code: 'no file' });
  });

  test('that has no address is gone', async () => {
    expect(await fetchWith(file(), {})).toEqual({ calls: [], fetched: { kind: 'gone', code: 'no address' } });
  });

  test.each([
    [answer(404), { kind: 'gone', code: 'http 404' }],
    [answer(403), { kind: 'gone', code: 'http 403' }],
    [answer(206), { kind: 'gone', code: 'http 206' }],
    [answer(302), { kind: 'gone', code: 'http 302' }],
    [{ kind: 'refused', code: 'internal_address' } as const, { kind: 'gone', code: 'internal_address' }],
    [file({ 'content-encoding': 'gzip' }), { kind: 'gone', code: 'encoding' }],
    [answer(408), { kind: 'later', code: 'http 408' }],
    [answer(429, { 'retry-after': '7' }), { kind: 'later', code: 'http 429', afterMs: 7000 }],
    [answer(503, { 'retry-after': '1.0005' }), { kind: 'later', code: 'http 503', afterMs: 1001 }],
    [answer(503, { 'retry-after': 'Fri, 31 Dec 2027 23:59:59 GMT' }), { kind: 'later', code: 'http 503' }],
    [{ kind: 'tooLarge', code: 'over_100_bytes' } as const, { kind: 'gone', code: 'over_100_bytes' }],
    [{ kind: 'lost', code: 'etimedout' } as const, { kind: 'later', code: 'etimedout' }],
    [{ kind: 'notSent', code: 'econnrefused' } as const, { kind: 'later', code: 'econnrefused' }],
  ])('that is not given (%#)', async (result, fetched) => {
    expect((await fetchWith(result)).fetched).toEqual(fetched);
  });
});

import { describe, expect, test } from 'vitest';
import { createUrlFetch } from '../../src/media/fetch-url.ts';
import type { HttpCall, HttpResult } from '../../src/ports/http.ts';

const { signal } = new AbortController();
const BODY = Buffer.from([1, 2]);
const file = (headers: Record<string, string> = {}): HttpResult =>
  answer(200, { 'content-type': 'image/png', ...headers });
const redirect = (location: string, status = 302) => answer(status, { location });

function answer(status: number, headers: Record<string, string> = {}, body = BODY): HttpResult {
  return { kind: 'answer', status, headers, body };
}

async function fetchWith(
  results: readonly HttpResult[],
  from: { url?: string } = { url: 'https://desk.example/d/a' },
) {
  const calls: HttpCall[] = [];
  const fetch = async (call: HttpCall) => {
    calls.push(call);
    return results[calls.length - 1] ?? answer(500);
  };
  return { calls, fetched: await createUrlFetch({ fetch, maxBytes: 100 })(from, signal) };
}

describe('a medium from a URL', () => {
  test('comes with its type and name, and is fetched as one that is not trusted', async () => {
    const headers = {
      'content-type': 'Image/PNG; charset=x',
      'content-disposition': 'attachment; filename="a b.png"',
    };
    const { calls, fetched } = await fetchWith([file(headers)]);
    expect(fetched).toEqual({ kind: 'bytes', body: BODY, type: 'image/png', name: 'a b.png' });
    expect(calls).toMatchObject([
      { method: 'GET', untrusted: true, maxBytes: 100, timeoutMs: 30_000, signal },
    ]);
  });

  test('is followed over three redirects, each as little trusted as the first', async () => {
    const { calls, fetched } = await fetchWith([
      redirect('../b', 301),
      redirect('//cdn.example/c', 307),
      redirect('http://cdn.example/d', 308),
      file(),
    ]);
    expect(fetched).toMatchObject({ kind: 'bytes' });
    expect(calls.map(({ url }) => url)).toEqual([
      'https://desk.example/d/a',
      'https://desk.example/b',
      'https://cdn.example/c',
      'http://cdn.example/d',
    ]);
    expect(calls.every(({ untrusted }) => untrusted)).toBe(true);
  });

  test('is given up after the fourth redirect', async () => {
    const { calls, fetched } = await fetchWith(Array.from({ length: 9 }, () => redirect('/again')));
    expect(fetched).toEqual({ kind: 'gone', code: 'redirects' });
    expect(calls).toHaveLength(4);
  });

  test('is gone where it redirects to what the guard refuses', async () => {
    const refused = { kind: 'refused', code: 'internal_address' } as const;
    const { fetched } = await fetchWith([redirect('http://169.254.169.254/'), refused]);
    expect(fetched).toEqual({ kind: 'gone', code: 'internal_address' });
  });

  test('that has no address is gone', async () => {
    expect(await fetchWith([], {})).toEqual({ calls: [], fetched: { kind: 'gone', code: 'no address' } });
  });

  test.each([
    [answer(404), { kind: 'gone', code: 'http 404' }],
    [answer(403), { kind: 'gone', code: 'http 403' }],
    [answer(206), { kind: 'gone', code: 'http 206' }],
    [answer(302), { kind: 'gone', code: 'http 302' }],
    [redirect('http://'), { kind: 'gone', code: 'http 302' }],
    [answer(200, {}, Buffer.alloc(0)), { kind: 'gone', code: 'empty' }],
    [file({ 'content-encoding': 'gzip' }), { kind: 'gone', code: 'encoding' }],
    [answer(408), { kind: 'later', code: 'http 408' }],
    [answer(429, { 'retry-after': '7' }), { kind: 'later', code: 'http 429', afterMs: 7000 }],
    [answer(503, { 'retry-after': '1.0005' }), { kind: 'later', code: 'http 503', afterMs: 1001 }],
    [answer(503, { 'retry-after': 'Fri, 31 Dec 2027 23:59:59 GMT' }), { kind: 'later', code: 'http 503' }],
    [{ kind: 'tooLarge', code: 'over_100_bytes' } as const, { kind: 'gone', code: 'over_100_bytes' }],
    [{ kind: 'lost', code: 'etimedout' } as const, { kind: 'later', code: 'etimedout' }],
    [{ kind: 'notSent', code: 'econnrefused' } as const, { kind: 'later', code: 'econnrefused' }],
  ])('that is not given (%#)', async (result, fetched) => {
    expect((await fetchWith([result])).fetched).toEqual(fetched);
  });
});

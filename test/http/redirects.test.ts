import { expect, test } from 'vitest';
import { followRedirects } from '../../src/http/redirects.ts';
import type { HttpResult } from '../../src/ports/http.ts';

const answers: Readonly<Record<string, string | undefined>> = {
  'https://a.example/': 'http://a.example/plain',
  'http://b.example/': 'HTTPS://b.example/tls',
  'http://c.example/': 'http://c.example/plain',
};

const fetch = followRedirects(async ({ url }): Promise<HttpResult> => {
  const location = answers[url];
  return { kind: 'answer', status: location ? 302 : 200, headers: { location }, body: Buffer.from(url) };
});

test.each([
  ['https://a.example/', { kind: 'refused', code: 'downgrade' }],
  ['http://b.example/', { status: 200, body: Buffer.from('https://b.example/tls') }],
  ['http://c.example/', { status: 200 }],
])('a redirect never leads from https to http: %s', async (url, result) => {
  expect(await fetch({ method: 'GET', url, name: 'test', redirects: 1 })).toMatchObject(result);
});

test('a redirect to another origin takes no proof of who calls with it', async () => {
  const led: Readonly<Record<string, string | undefined>> = {
    'https://a.example/1': 'https://a.example/2',
    'https://a.example/2': 'https://b.example/3',
  };
  const seen: (Readonly<Record<string, string>> | undefined)[] = [];
  const follow = followRedirects(async ({ url, headers }): Promise<HttpResult> => {
    seen.push(headers);
    return {
      kind: 'answer',
      status: led[url] ? 302 : 200,
      headers: { location: led[url] },
      body: Buffer.alloc(0),
    };
  });
  const headers = { Authorization: 'Bearer t', 'accept-encoding': 'identity' };
  await follow({ method: 'GET', url: 'https://a.example/1', name: 'test', redirects: 3, headers });
  expect(seen).toEqual([headers, headers, { 'accept-encoding': 'identity' }]);
});

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

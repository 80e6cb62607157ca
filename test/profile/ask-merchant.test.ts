import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { HttpCall, HttpResult } from '../../src/ports/http.ts';
import { createMerchant, type MerchantSettings, signQuestion } from '../../src/profile/ask-merchant.ts';

const now = 1_700_000_000_123;
const settings: MerchantSettings = {
  url: 'https://shop.example/visitor',
  secrets: ['new secret', 'old secret'],
  ttlMs: 1000,
  timeoutMs: 2500,
};
const question = { tenant: 'shop', appid: 'wx1', visitor: 'oABC_1', context: 'vip=1' };
const { signal } = new AbortController();

function answer(status: number, body: string): HttpResult {
  return { kind: 'answer', status, headers: {}, body: Buffer.from(body) };
}

async function ask(result: HttpResult, change: Partial<MerchantSettings> = {}) {
  const calls: HttpCall[] = [];
  const fetch = async (call: HttpCall) => {
    calls.push({ ...call, ...call.seal?.() });
    return result;
  };
  const merchant = createMerchant({ ...settings, ...change }, { fetch, now: () => now });
  return { said: await merchant.ask(question, signal), call: calls[0]! };
}

describe('the merchant’s server', () => {
  test('is asked by a signed call within its time, which nobody redirects', async () => {
    const { call } = await ask(answer(204, ''));
    const body = JSON.stringify(question);
    expect(call).toMatchObject({ method: 'POST', url: settings.url, body, timeoutMs: 2500, signal });
    expect(call.redirects ?? 0).toBe(0);
    expect(call.name).not.toContain('oABC_1');
    const signed = (secret: string) =>
      `v1=${createHmac('sha256', secret).update(`1700000000.${body}`).digest('hex')}`;
    expect(call.headers).toEqual({
      accept: 'application/json',
      'content-type': 'application/json',
      'x-kefu-timestamp': '1700000000',
      'x-kefu-signature': `${signed('new secret')} ${signed('old secret')}`,
    });
  });

  test('knows the bridge by a bearer where that is set', async () => {
    const { call } = await ask(answer(204, ''), { secrets: [], bearer: 'abc' });
    expect(call.headers).toMatchObject({ authorization: 'Bearer abc' });
    expect(call.headers).not.toHaveProperty('x-kefu-signature');
  });

  test.each<[string, HttpResult, object]>([
    [
      'what he is',
      answer(200, '{"name":"张三","vip":3,"order":{"id":"A1"},"none":null}'),
      {
        kind: 'known',
        items: [
          { key: 'name', value: '张三', isProved: true },
          { key: 'vip', value: '3', isProved: true },
          { key: 'order.id', value: 'A1', isProved: true },
        ],
      },
    ],
    ['that nobody knows him', answer(404, 'no'), { kind: 'known', items: [] }],
    ['nothing', answer(204, ''), { kind: 'known', items: [] }],
    ['that it is down', answer(502, '<html>'), { kind: 'failed', code: 'http_502' }],
    ['that the bridge may not ask', answer(401, ''), { kind: 'failed', code: 'http_401' }],
    ['a page', answer(200, '<html>'), { kind: 'failed', code: 'unreadable' }],
    ['too much', { kind: 'tooLarge', code: 'too_large' }, { kind: 'failed', code: 'too_large' }],
    ['nothing in time', { kind: 'lost', code: 'etimedout' }, { kind: 'failed', code: 'etimedout' }],
  ])('says %s', async (_what, result, said) => {
    expect((await ask(result)).said).toEqual(said);
  });
});

test('a question is signed as the README shows', () => {
  expect(signQuestion(['k'.repeat(32)], 1_700_000_000_000, '{"visitor":"oABC_1"}')).toEqual({
    'x-kefu-timestamp': '1700000000',
    'x-kefu-signature': 'v1=3a0b17fd7fbfc55ad7c5496d2ad48acda4c9d06208842098cc0b36d6ac90eca2',
  });
});

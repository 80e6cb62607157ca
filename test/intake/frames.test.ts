import { beforeEach, describe, expect, test } from 'vitest';
import { openIntake } from './open-intake.ts';
import { openRawClient, writeHead } from './raw-client.ts';

const callback = 'POST /callback/shop/main';

let url = '';
let seen: string[] = [];

beforeEach(async () => {
  seen = [];
  const opened = await openIntake({
    adapter: {
      readCallback({ path, query, body }) {
        seen.push(`${path} ${query} ${body}`);
        return { kind: 'challenge', answer: { status: 200, type: 'text/plain', body: `${seen.length}` } };
      },
    },
  });
  url = opened.url;
});

/** All that comes for these bytes. */
async function ask(bytes: string): Promise<string> {
  const client = await openRawClient(url);
  await client.send(bytes);
  return client.readAll();
}

describe('a request whose frame two readers could read in two ways', () => {
  test.each([
    ['two lengths', writeHead(callback, 'Content-Length: 3', 'Content-Length: 3'), 400],
    ['a length and chunks', writeHead(callback, 'Content-Length: 3', 'Transfer-Encoding: chunked'), 400],
    ['a length with a sign', writeHead(callback, 'Content-Length: +3'), 400],
    ['a length that no number holds', writeHead(callback, `Content-Length: ${'9'.repeat(30)}`), 400],
    ['an encoding that nobody knows', writeHead(callback, 'Transfer-Encoding: xchunked'), 400],
    ['chunks that are not last', writeHead(callback, 'Transfer-Encoding: chunked, identity'), 400],
    ['ends of lines of its own', `${callback} HTTP/1.1\nHost: bridge.example\nContent-Length: 0\n\n`, 400],
    ['no host', `${callback} HTTP/1.1\r\nContent-Length: 0\r\n\r\n`, 400],
    ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ])('is refused: %s', async (_, head, status) => {
    expect(await ask(`${head}abc`)).toMatch(
      new RegExp(`^HTTP/1\\.1 ${status} .*\\r\\nConnection: close\\r\\n`, 's'),
    );
    expect(seen).toEqual([]);
  });
});

describe('a request that is more frame than content', () => {
  const chunked = writeHead(callback, 'Transfer-Encoding: chunked');
  test.each([
    ['a head', writeHead(callback, `X-Long: ${'a'.repeat(20_000)}`), 431],
    ['a path', writeHead(`POST /callback/${'a'.repeat(20_000)}/main`), 431],
    ['what stands beside a chunk', `${chunked}3;a=${'b'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`, 413],
    ['what stands behind the chunks', `${chunked}3\r\nabc\r\n0\r\n${'T: x\r\n'.repeat(5000)}\r\n`, 431],
  ])('is refused: %s is too long', async (_, bytes, status) => {
    expect(await ask(bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(seen).toEqual([]);
  });
});

describe('a request', () => {
  const close = 'Connection: close';

  test('in the form for proxies is taken for what it asks', async () => {
    const head = writeHead(
      'POST http://elsewhere.example:99/callback/shop/main?a=b',
      close,
      'Content-Length: 3',
    );
    expect(await ask(`${head}abc`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen).toEqual(['/callback/shop/main a=b abc']);
  });

  test('of HTTP/1.0 is answered, and no more than answered', async () => {
    const answer = await ask(`${callback} HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 .*\r\nConnection: close\r\n(.*\r\n)?\r\n1$/s);
  });

  test('that wants to be another protocol is answered as what it is', async () => {
    const wish = ['Connection: Upgrade, close', 'Upgrade: websocket', 'Content-Length: 0'];
    expect(await ask(writeHead(callback, ...wish))).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('for a tunnel is not answered', async () => {
    expect(await ask(writeHead('CONNECT elsewhere.example:443'))).toBe('');
  });

  test('whose path is no text is a 404', async () => {
    expect(await ask(writeHead('POST /callback/%E0%A4%A/main', close))).toMatch(/^HTTP\/1\.1 404 /);
  });

  test('that is sent before the last was answered gets its answer in its turn', async () => {
    const one = `${writeHead(callback, 'Content-Length: 3')}abc`;
    const last = `${writeHead(callback, 'Content-Length: 3', close)}abc`;
    const answers = await ask(one + one + last);
    expect(answers.match(/\r\n\r\n\d/g)).toEqual(['\r\n\r\n1', '\r\n\r\n2', '\r\n\r\n3']);
  });
});

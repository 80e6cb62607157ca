import { describe, expect, test } from 'vitest';
import { openIntake } from './open-intake.ts';
import { openRawClient, writeHead } from './raw-client.ts';

const mebibyte = 1_048_576;

/** A client before a helpdesk that takes every callback, and the bodies that it was shown. */
async function openClient() {
  const bodies: string[] = [];
  const { url } = await openIntake({
    adapter: {
      readCallback(request) {
        bodies.push(request.body.toString());
        return { kind: 'challenge', answer: { status: 200, type: 'text/plain', body: 'taken' } };
      },
    },
  });
  return { client: await openRawClient(url), bodies };
}

describe('a body that is too long', () => {
  test.each([
    ['as its length says', `Content-Length: ${8 * mebibyte}`, Buffer.alloc(8 * mebibyte)],
    ['as is seen in the end', 'Transfer-Encoding: chunked', writeChunk(Buffer.alloc(8 * mebibyte))],
  ])('%s is a 413, which who sends all of it reads too', async (_, header, body) => {
    const { client, bodies } = await openClient();
    await client.send(writeHead('POST /callback/shop/main', header));
    await client.send(body);
    expect(await client.readAll()).toMatch(/^HTTP\/1\.1 413 .*\r\n\r\n$/s);
    expect(bodies).toEqual([]);
  });

  test('is not asked for where the client asks first', async () => {
    const { client } = await openClient();
    const headers = [`Content-Length: ${mebibyte + 1}`, 'Expect: 100-continue'];
    await client.send(writeHead('POST /callback/shop/main', ...headers));
    const answer = await client.readAll();
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/\r\nConnection: close\r\n/);
  });
});

describe('a client who asks before he sends', () => {
  test.each(['Content-Length: 5', 'Transfer-Encoding: chunked'])('is told to go on (%s)', async (header) => {
    const { client, bodies } = await openClient();
    await client.send(writeHead('POST /callback/shop/main', header, 'Expect: 100-continue'));
    expect(await client.readSome()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    await client.send(header.startsWith('Content') ? 'hello' : writeChunk(Buffer.from('hello')));
    expect(await client.readSome()).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\ntaken$/s);
    expect(bodies).toEqual(['hello']);
  });

  test('is not told to where nobody would read it', async () => {
    const { client } = await openClient();
    await client.send(writeHead('POST /nowhere', 'Content-Length: 5', 'Expect: 100-continue'));
    const answer = await client.readAll();
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).toMatch(/\r\nConnection: close\r\n/);
  });
});

/** A body of one chunk. */
function writeChunk(content: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`${content.length.toString(16)}\r\n`),
    content,
    Buffer.from('\r\n0\r\n\r\n'),
  ]);
}

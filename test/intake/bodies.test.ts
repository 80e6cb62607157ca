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
});

/** A body of one chunk. */
function writeChunk(content: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`${content.length.toString(16)}\r\n`),
    content,
    Buffer.from('\r\n0\r\n\r\n'),
  ]);
}

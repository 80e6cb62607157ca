import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import Koa from 'koa';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { listen } from '../../src/intake/listener.ts';
import { serveMedium } from '../../src/intake/serve-medium.ts';
import type { ServedMedium } from '../../src/media/keeper.ts';
import { openIntake } from './open-intake.ts';

const BODY = Buffer.from('0123456789');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'served-'));
  await writeFile(join(folder, 'medium'), BODY);
  await writeFile(join(folder, 'long'), Buffer.alloc(50_000_000));
});
afterAll(() => rm(folder, { recursive: true }));

/** The public listener with one medium to give out. */
async function serve(change: Partial<ServedMedium> = {}, file = 'medium') {
  const streams: Readable[] = [];
  const medium: ServedMedium = {
    type: 'image/png',
    bytes: BODY.length,
    name: '截图 1.png',
    md5: '781e5e245d69b566979b86e28d23f2c7',
    async stream(part) {
      const stream = createReadStream(join(folder, file), part);
      streams.push(stream);
      return stream;
    },
    ...change,
  };
  const app = new Koa().use((context) => serveMedium(context, medium));
  app.silent = true;
  const listener = await listen(app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => listener.close(0));
  const ask = (headers: Record<string, string> = {}, method = 'GET', signal?: AbortSignal) =>
    fetch(listener.url, { method, headers: { connection: 'close', ...headers }, ...(signal && { signal }) });
  return { url: listener.url, ask, streams };
}

describe('a medium that is given out', () => {
  test('comes with its type, length and name, and nothing in it runs', async () => {
    const { ask } = await serve();
    const response = await ask();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': '10',
      'content-disposition': `inline; filename="?? 1.png"; filename*=UTF-8''%E6%88%AA%E5%9B%BE%201.png`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'accept-ranges': 'bytes',
      etag: '"781e5e245d69b566979b86e28d23f2c7"',
    });
    expect(Buffer.from(await response.arrayBuffer())).toEqual(BODY);
  });

  test.each(['image/png', 'image/heic', 'audio/amr', 'video/mp4', 'text/plain'])(
    'is shown where it is %s',
    async (type) => {
      const { headers } = await (await serve({ type })).ask();
      expect(headers.get('content-disposition')).toMatch(/^inline;/);
      expect(headers.get('content-type')).toMatch(type);
    },
  );

  test.each([
    ['application/pdf', 'application/pdf'],
    ['application/zip', 'application/zip'],
    ['application/x-msdownload', 'application/x-msdownload'],
    ['text/csv', 'text/csv; charset=utf-8'],
    ['text/html', 'application/octet-stream'],
    ['image/svg+xml', 'application/octet-stream'],
    ['application/xml', 'application/octet-stream'],
    ['application/xhtml+xml', 'application/octet-stream'],
    ['text/javascript', 'application/octet-stream'],
    ['application/javascript', 'application/octet-stream'],
  ])('is only to be saved where it is %s', async (type, named) => {
    const { headers } = await (await serve({ type, name: 'a.html' })).ask();
    expect(headers.get('content-disposition')).toBe('attachment; filename="a.html"');
    expect(headers.get('content-type')).toBe(named);
  });

  test('is described without being read by HEAD', async () => {
    const { ask, streams } = await serve();
    const response = await ask({}, 'HEAD');
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '10']);
    expect(await response.text()).toBe('');
    expect(streams).toEqual([]);
  });

  test('that the caller has is not sent again', async () => {
    const { url, streams } = await serve();
    // Not `fetch`, which asks for a fresh one whenever it is given a condition.
    const headers = { 'if-none-match': '"781e5e245d69b566979b86e28d23f2c7"', connection: 'close' };
    const [response] = (await once(get(url, { headers }), 'response')) as [IncomingMessage];
    expect([response.statusCode, await text(response)]).toEqual([304, '']);
    expect(streams).toEqual([]);
  });

  test('is closed where the caller leaves before its end', async () => {
    const { ask, streams } = await serve({ bytes: 50_000_000 }, 'long');
    const leaving = new AbortController();
    const response = await ask({}, 'GET', leaving.signal);
    await response.body?.getReader().read();
    leaving.abort();
    await vi.waitFor(() => expect(streams.map(({ destroyed }) => destroyed)).toEqual([true]));
  });

  test('that is not there is a 404 with an empty body', async () => {
    const { ask } = await openIntake();
    expect(await ask('GET', '/media/x_1.a.b/picture.png')).toEqual({ status: 404, type: null, body: '' });
    expect(await ask('HEAD', '/media/x_1.a.b/picture.png')).toMatchObject({ status: 404 });
  });
});

describe('a part of a medium', () => {
  test.each([
    ['bytes=0-0', '0', 'bytes 0-0/10'],
    ['bytes=2-5', '2345', 'bytes 2-5/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=5-99', '56789', 'bytes 5-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
  ])('is given for %s', async (range, body, contentRange) => {
    const response = await (await serve()).ask({ range });
    expect([response.status, response.headers.get('content-range')]).toEqual([206, contentRange]);
    expect(response.headers.get('content-length')).toBe(String(body.length));
    expect(await response.text()).toBe(body);
  });

  test.each(['bytes=10-', 'bytes=99-100', 'bytes=-0'])(
    'that is beyond its end is refused: %s',
    async (range) => {
      const response = await (await serve()).ask({ range });
      expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */10']);
      expect(await response.text()).toBe('');
    },
  );

  test.each(['bytes=5-2', 'bytes=a-b', 'bytes=-', 'bytes=0-1,3-4', 'lines=0-1'])(
    'that makes no sense is the whole: %s',
    async (range) => {
      const response = await (await serve()).ask({ range });
      expect([response.status, await response.text()]).toEqual([200, String(BODY)]);
    },
  );

  test('of another version is the whole', async () => {
    const { ask } = await serve();
    expect((await ask({ range: 'bytes=0-0', 'if-range': '"other"' })).status).toBe(200);
    const known = '"781e5e245d69b566979b86e28d23f2c7"';
    expect((await ask({ range: 'bytes=0-0', 'if-range': known })).status).toBe(206);
  });

  test('is always a part, whatever is asked', async () => {
    const { ask } = await serve();
    const numbers = fc.option(fc.nat({ max: 20 }));
    await fc.assert(
      fc.asyncProperty(numbers, numbers, async (first, last) => {
        const response = await ask({ range: `bytes=${first ?? ''}-${last ?? ''}` });
        const body = await response.text();
        expect(response.status === 416 || String(BODY).includes(body)).toBe(true);
        expect(response.headers.get('content-length')).toBe(String(body.length));
      }),
      { numRuns: 40 },
    );
  });
});

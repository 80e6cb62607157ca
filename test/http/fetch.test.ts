import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openRoad, serve } from './loopback.ts';

const HOST = 'https://desk.example';

describe('an answer', () => {
  beforeAll(() => {
    nock.disableNetConnect();
  });
  afterEach(() => {
    nock.cleanAll();
  });
  afterAll(() => {
    nock.restore();
    nock.enableNetConnect();
  });

  test.each([200, 204, 400, 401, 404, 429, 500, 503])(
    'of status %i is an answer, asked for once',
    async (status) => {
      let asked = 0;
      nock(HOST)
        .persist()
        .get('/a?b=c')
        .reply(() => {
          asked++;
          return [status, status === 204 ? '' : 'said', { 'X-Request-Id': 'r1' }];
        });
      const result = await openRoad()(`${HOST}/a?b=c`, { method: 'GET' });
      expect(result).toMatchObject({ kind: 'answer', status, headers: { 'x-request-id': 'r1' } });
      expect(result.kind === 'answer' && result.body.toString()).toBe(status === 204 ? '' : 'said');
      expect(asked).toBe(1);
    },
  );

  test.each([301, 302, 303, 307, 308])('of status %i leads nowhere', async (status) => {
    const elsewhere = nock('https://elsewhere.example').get('/').reply(200);
    nock(HOST).get('/').reply(status, '', { location: 'https://elsewhere.example/' });
    const result = await openRoad()(`${HOST}/`, { method: 'GET' });
    expect(result).toMatchObject({
      kind: 'answer',
      status,
      headers: { location: 'https://elsewhere.example/' },
    });
    expect(elsewhere.isDone()).toBe(false);
  });

  test('keeps no cookie for the next call', async () => {
    nock(HOST).post('/').reply(200, '', { 'set-cookie': 'a=b' });
    const second = nock(HOST, { badheaders: ['cookie'] })
      .post('/')
      .reply(200);
    const call = openRoad();
    await call(`${HOST}/`, { body: '' });
    await call(`${HOST}/`, { body: '' });
    expect(second.isDone()).toBe(true);
  });
});

describe('what leaves', () => {
  test('is one buffer with its length, and the headers that were given', async () => {
    const seen: object[] = [];
    const port = await serve(({ headers }, response, body) => {
      seen.push({ headers, body });
      response.end();
    });
    const body = '{"content":"您好 👋 \\u00e9"}';
    await openRoad()(`http://127.0.0.1:${port}/`, { body, headers: { 'content-type': 'application/json' } });
    await openRoad()(`http://127.0.0.1:${port}/`, { body: Buffer.from(body) });
    const length = String(Buffer.byteLength(body));
    expect(seen).toMatchObject([
      { body, headers: { 'content-length': length, 'content-type': 'application/json' } },
      { body, headers: { 'content-length': length, 'user-agent': 'kefu-bridge' } },
    ]);
    expect(JSON.stringify(seen)).not.toContain('transfer-encoding');
    expect(JSON.stringify(seen)).not.toContain('accept-encoding');
  });

  test('is whole however long it is', async () => {
    let bytes = 0;
    const port = await serve(({ headers }, response, body) => {
      bytes = body.length;
      response.end(headers['content-length']);
    });
    const result = await openRoad()(`http://127.0.0.1:${port}/`, { body: 'a'.repeat(3_000_001) });
    expect(result.kind === 'answer' && result.body.toString()).toBe('3000001');
    expect(bytes).toBe(3_000_001);
  });

  test('is made at the moment of sending, where it has to be sealed', async () => {
    const seen: unknown[] = [];
    const port = await serve(({ url, headers }, response, body) => {
      seen.push({ url, sign: headers.sign, body });
      response.end();
    });
    await openRoad()('http://127.0.0.1:1/unsealed', {
      body: 'unsealed',
      seal: () => ({ url: `http://127.0.0.1:${port}/?at=2`, headers: { sign: 's' }, body: 'sealed' }),
    });
    expect(seen).toEqual([{ url: '/?at=2', sign: 's', body: 'sealed' }]);
  });
});

describe('what comes back', () => {
  test('is given byte for byte', async () => {
    let answer = Buffer.alloc(0);
    const port = await serve((_request, response) => response.end(answer));
    const call = openRoad();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (bytes) => {
        answer = Buffer.from(bytes);
        expect(await call(`http://127.0.0.1:${port}/`)).toMatchObject({ kind: 'answer', body: answer });
      }),
      { numRuns: 30 },
    );
  });

  test('is not unpacked', async () => {
    const packed = gzipSync('您好');
    const port = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed),
    );
    expect(await openRoad()(`http://127.0.0.1:${port}/`)).toMatchObject({
      headers: { 'content-encoding': 'gzip' },
      body: packed,
    });
  });

  test.each(['with', 'without'])('may be as long as was said, %s a length, and no longer', async (length) => {
    const port = await serve((_request, response) => {
      if (length === 'with') response.setHeader('content-length', 1000);
      response.write('a'.repeat(999));
      response.end('a');
    });
    const call = openRoad();
    const url = `http://127.0.0.1:${port}/`;
    expect(await call(url, { maxBytes: 1000 })).toMatchObject({ kind: 'answer', status: 200 });
    expect(await call(url, { maxBytes: 999 })).toEqual({ kind: 'tooLarge', code: 'over_999_bytes' });
  });

  test.each([{}, { 'content-length': '9000000000' }])(
    'is cut off once it is too long (%j)',
    async (headers) => {
      const cut = Promise.withResolvers<void>();
      const port = await serve((_request, response) => {
        response.writeHead(200, headers);
        const more = () => {
          while (response.write(Buffer.alloc(10_000)));
        };
        response.on('drain', more).on('close', cut.resolve);
        more();
      });
      const result = await openRoad()(`http://127.0.0.1:${port}/`, { maxBytes: 200_000 });
      expect(result).toEqual({ kind: 'tooLarge', code: 'over_200000_bytes' });
      await cut.promise;
    },
  );
});

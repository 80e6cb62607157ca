import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BodySink, HttpCall } from '../../src/ports/http.ts';
import { listen, onRead, openRoad, serve } from './loopback.ts';

const local = (port: number) => `http://127.0.0.1:${port}/a.png?token=T0K3N`;

/** A sink that keeps what it takes; `take` may say otherwise. */
function openSink(maxBytes = 1_000_000, take: BodySink['take'] = async () => {}) {
  const sink = {
    maxBytes,
    begun: 0,
    pieces: [] as Uint8Array[],
    async begin() {
      sink.begun += 1;
      sink.pieces = [];
    },
    async take(piece: Uint8Array) {
      await take(piece);
      sink.pieces.push(piece);
    },
    get body() {
      return Buffer.concat(sink.pieces);
    },
  };
  return sink;
}

const get = (port: number, into: BodySink, change: Partial<HttpCall> = {}) =>
  openRoad()(local(port), { method: 'GET', into, ...change });

describe('a body that goes into a sink', () => {
  test('arrives byte for byte, in whatever pieces it was sent', async () => {
    let pieces: readonly Uint8Array[] = [];
    const port = await serve((_request, response) => {
      for (const piece of pieces) response.write(piece);
      response.end();
    });
    const road = openRoad();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 9000 }), { maxLength: 8 }),
        async (sent) => {
          pieces = sent;
          const sink = openSink();
          const result = await road(local(port), { method: 'GET', into: sink });
          expect(result).toMatchObject({ kind: 'answer', status: 200, body: Buffer.alloc(0) });
          expect(sink.begun).toBe(1);
          expect(sink.body.equals(Buffer.concat(sent))).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  test.each([301, 400, 404, 500, 503])('does not where the status is %i', async (status) => {
    const port = await serve((_request, response) => response.writeHead(status, { a: 'b' }).end('page'));
    const sink = openSink();
    expect(await get(port, sink)).toMatchObject({ kind: 'answer', status, headers: { a: 'b' } });
    expect(sink.begun).toBe(0);
  });

  test('is never far ahead of it: a slow sink slows the sender', async () => {
    const megabyte = randomBytes(1_000_000);
    const all = 64;
    let sent = 0;
    let taken = 0;
    let furthest = 0;
    const port = await serve(async (_request, response) => {
      for (; sent < all; sent += 1) {
        if (!response.write(megabyte)) await new Promise((drained) => response.once('drain', drained));
      }
      response.end();
    });
    const sink = {
      maxBytes: 100_000_000,
      begin: async () => {},
      async take(piece: Uint8Array) {
        taken += piece.length;
        furthest = Math.max(furthest, sent * 1_000_000 - taken);
        await new Promise((done) => setImmediate(done));
      },
    };
    expect(await get(port, sink)).toMatchObject({ kind: 'answer' });
    expect(taken).toBe(all * 1_000_000);
    // What the two ends of a loopback connection hold.
    expect(furthest).toBeLessThan(16_000_000);
  });
});

describe('a body over the limit of its sink', () => {
  test('is not begun where its length is said', async () => {
    const port = await serve((_request, response) => response.end('a'.repeat(11)));
    const sink = openSink(10);
    expect(await get(port, sink)).toEqual({ kind: 'tooLarge', code: 'over_10_bytes' });
    expect(sink.begun).toBe(0);
    expect(await get(port, openSink(11))).toMatchObject({ kind: 'answer' });
  });

  test('is cut off where it is not, and no byte over the limit is taken', async () => {
    const cut = Promise.withResolvers<void>();
    const port = await serve((_request, response) => {
      const more = () => {
        while (response.write(Buffer.alloc(10_000)));
      };
      response.on('drain', more).on('close', cut.resolve);
      more();
    });
    const sink = openSink(200_000);
    expect(await get(port, sink)).toEqual({ kind: 'tooLarge', code: 'over_200000_bytes' });
    expect(sink.body.length).toBeLessThanOrEqual(200_000);
    await cut.promise;
  });
});

describe('a body that does not come to its end', () => {
  test.each([
    ['with a length', 'Content-Length: 9\r\n\r\nhalf'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
  ])('is lost: %s', async (_how, rest) => {
    const port = await listen((socket) =>
      onRead(socket, '\r\n\r\n', () => socket.end(`HTTP/1.1 200 OK\r\n${rest}`)),
    );
    expect(await get(port, openSink())).toMatchObject({ kind: 'lost' });
  });

  test('is lost where no byte comes for too long', async () => {
    const port = await serve((_request, response) => response.writeHead(200).write('half'));
    expect(await get(port, openSink(), { idleTimeoutMs: 50 })).toEqual({ kind: 'lost', code: 'etimedout' });
  });

  test('is lost where it drips on beyond the time of the whole call', async () => {
    const port = await serve((_request, response) => {
      const drip = setInterval(() => response.write('a'), 10);
      response.on('close', () => clearInterval(drip));
    });
    const times = { idleTimeoutMs: 1000, timeoutMs: 80 };
    expect(await get(port, openSink(), times)).toEqual({ kind: 'lost', code: 'etimedout' });
  });

  test('is lost where the caller gives up', async () => {
    const port = await serve((_request, response) => response.writeHead(200).write('half'));
    const control = new AbortController();
    const sink = openSink(1000, async () => control.abort());
    expect(await get(port, sink, { signal: control.signal })).toEqual({ kind: 'lost', code: 'aborted' });
  });

  test('is lost where the sink does not take it', async () => {
    const closed = Promise.withResolvers<void>();
    const port = await serve((_request, response) => {
      response.on('close', closed.resolve).write('half');
    });
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const sink = openSink(1000, () => Promise.reject(full));
    expect(await get(port, sink)).toEqual({ kind: 'lost', code: 'enospc' });
    await closed.promise;
  });
});

describe('a call that may be led on', () => {
  const follow = { method: 'GET', redirects: 3 } as const;

  test('goes on over as many redirects as it may, and no further', async () => {
    let hops = 0;
    const port = await serve(({ url }, response) => {
      hops += 1;
      const place = Number(url?.slice(1));
      if (place < 4) response.writeHead(302, { location: `../${place + 1}` }).end();
      else response.end('there');
    });
    const road = openRoad();
    const from = (place: number) => `http://127.0.0.1:${port}/${place}`;
    expect(await road(from(1), follow)).toMatchObject({ status: 200, body: Buffer.from('there') });
    expect(hops).toBe(4);
    expect(await road(from(0), follow)).toEqual({ kind: 'refused', code: 'redirects' });
    expect(hops).toBe(8);
    expect(await road(from(1), { method: 'GET' })).toMatchObject({ status: 302 });
  });

  test('takes nothing of the pages on its way', async () => {
    const port = await serve(({ url }, response) => {
      if (url === '/end') response.end('medium');
      else response.writeHead(302, { location: '/end' }).end('page');
    });
    const sink = openSink();
    await get(port, sink, { redirects: 1 });
    expect([sink.begun, sink.body.toString()]).toEqual([1, 'medium']);
  });

  test('is checked at each hop', async () => {
    const port = await serve(({ url }, response) => {
      const location = url === '/a' ? '/b' : 'http://169.254.169.254/';
      response.writeHead(307, { location }).end();
    });
    const road = openRoad(['127.0.0.1/32']);
    expect(await road(`http://127.0.0.1:${port}/a`, { ...follow, untrusted: true })).toEqual({
      kind: 'refused',
      code: 'internal_address',
    });
  });

  test.each(['nowhere at all', 'without an address'])('stays where it is led %s', async (how) => {
    const headers = how === 'without an address' ? {} : { location: 'http://' };
    const port = await serve((_request, response) => response.writeHead(302, headers).end());
    expect(await openRoad()(`http://127.0.0.1:${port}/`, follow)).toMatchObject({ status: 302 });
  });
});

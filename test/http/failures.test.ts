import { createServer as createHttpsServer } from 'node:https';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { HttpCall } from '../../src/ports/http.ts';
import { certificate, certificateKey } from './certificate.ts';
import { listen, onRead, open, openRoad, serve, unusedPort } from './loopback.ts';

const local = (port: number, scheme = 'http') => `${scheme}://127.0.0.1:${port}/send?access_token=T0K3N`;

describe('nothing was sent', () => {
  test('where nobody listens', async () => {
    const result = await openRoad()(local(await unusedPort()), { body: 'a' });
    expect(result).toEqual({ kind: 'notSent', code: 'econnrefused' });
  });

  test('where the name is unknown', async () => {
    const result = await openRoad()('http://nobody.invalid/', { body: 'a' });
    expect(result).toMatchObject({ kind: 'notSent' });
  });

  test('where the connection was cut before the body was out', async () => {
    const port = await listen((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const result = await openRoad()(local(port), { body: Buffer.alloc(32 * 1024 * 1024) });
    expect(result).toMatchObject({ kind: 'notSent', code: expect.stringMatching(/^(econnreset|epipe)$/) });
  });

  test('where the connection does not stand in time, with a body and without', async () => {
    const port = await listen(() => {});
    const call = openRoad();
    const slow = { connectTimeoutMs: 40 };
    expect(await call(local(port, 'https'), { ...slow, body: 'a' })).toEqual({
      kind: 'notSent',
      code: 'etimedout',
    });
    expect(await call(local(port, 'https'), { ...slow, method: 'GET' })).toEqual({
      kind: 'notSent',
      code: 'etimedout',
    });
  });

  test('where the other side speaks no TLS', async () => {
    const port = await serve((_request, response) => response.end());
    expect(await openRoad()(local(port, 'https'), { method: 'GET' })).toMatchObject({ kind: 'notSent' });
  });

  test('where the certificate is not trusted', async () => {
    const asked = vi.fn();
    const port = await open(createHttpsServer({ cert: certificate, key: certificateKey }, asked));
    expect(await openRoad()(local(port, 'https'), { body: 'a' })).toEqual({
      kind: 'notSent',
      code: 'depth_zero_self_signed_cert',
    });
    expect(asked).not.toHaveBeenCalled();
  });

  test.each([
    ['no address at all', {}],
    ['ftp://desk.example/', {}],
    ['http://127.0.0.1/', { headers: { 'x-a': 'b\r\nc: d' } }],
    ['http://127.0.0.1/', { method: 'GET', body: 'a' }],
  ] as const)('where the call makes no sense (%s %j)', async (url, change: Partial<HttpCall>) => {
    expect(await openRoad()(url, change)).toMatchObject({ kind: 'notSent' });
  });
});

describe('nobody knows whether it arrived', () => {
  test('where the connection was cut after the body was out', async () => {
    const port = await listen((socket) => onRead(socket, 'body', () => socket.resetAndDestroy()));
    const result = await openRoad()(local(port), { body: 'body' });
    expect(result).toEqual({ kind: 'lost', code: 'econnreset' });
  });

  test('where a call without a body was cut off', async () => {
    const port = await listen((socket) => socket.once('data', () => socket.end()));
    const result = await openRoad()(local(port), { method: 'GET' });
    expect(result).toMatchObject({ kind: 'lost' });
  });

  test('where no answer came in time', async () => {
    const port = await serve(() => {});
    const result = await openRoad()(local(port), { body: 'a', timeoutMs: 60 });
    expect(result).toEqual({ kind: 'lost', code: 'etimedout' });
  });

  test('where the answer took too long to its end', async () => {
    const port = await serve((_request, response) => response.write('half'));
    const result = await openRoad()(local(port), { body: 'a', timeoutMs: 60 });
    expect(result).toEqual({ kind: 'lost', code: 'etimedout' });
  });

  test('where the answer broke off', async () => {
    const port = await listen((socket) =>
      onRead(socket, 'body', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')),
    );
    expect(await openRoad()(local(port), { body: 'body' })).toMatchObject({ kind: 'lost' });
  });

  test('where the answer is no HTTP', async () => {
    const port = await listen((socket) => onRead(socket, 'body', () => socket.end('HELLO\r\n\r\n')));
    expect(await openRoad()(local(port), { body: 'body' })).toMatchObject({ kind: 'lost' });
  });

  test('where a long body was all out', async () => {
    const body = `${'a'.repeat(500_000)}end`;
    const port = await listen((socket) => onRead(socket, 'end', () => socket.resetAndDestroy()));
    expect(await openRoad()(local(port), { body })).toMatchObject({ kind: 'lost' });
  });
});

describe('over TLS', () => {
  const trusted = getCACertificates();
  afterEach(() => {
    setDefaultCACertificates(trusted);
  });

  test('an answer is given, and a lost one is known as lost', async () => {
    setDefaultCACertificates([certificate]);
    let isCut = false;
    const server = createHttpsServer({ cert: certificate, key: certificateKey }, (request, response) => {
      request.resume().on('end', () => (isCut ? request.socket.destroy() : response.end('ok')));
    });
    const port = await open(server);
    const call = openRoad();
    expect(await call(local(port, 'https'), { body: 'a' })).toMatchObject({ kind: 'answer', status: 200 });
    isCut = true;
    expect(await call(local(port, 'https'), { body: 'a' })).toMatchObject({ kind: 'lost' });
    expect(await openRoad()(local(port, 'https'), { body: 'a' })).toMatchObject({ kind: 'lost' });
  });
});

describe('a call that is given up', () => {
  test('before it began is not made', async () => {
    const seal = vi.fn();
    const signal = AbortSignal.abort();
    const result = await openRoad()(local(await unusedPort()), { signal, seal });
    expect(result).toEqual({ kind: 'notSent', code: 'aborted' });
    expect(seal).not.toHaveBeenCalled();
  });

  test('while it connects was not sent', async () => {
    const control = new AbortController();
    const port = await listen(() => control.abort());
    const result = await openRoad()(local(port, 'https'), { body: 'a', signal: control.signal });
    expect(result).toEqual({ kind: 'notSent', code: 'aborted' });
  });

  test('after it was written may have arrived', async () => {
    const control = new AbortController();
    const port = await serve(() => control.abort());
    const result = await openRoad()(local(port), { body: 'a', signal: control.signal });
    expect(result).toEqual({ kind: 'lost', code: 'aborted' });
  });

  test('after its end changes nothing, and leaves nothing on the signal', async () => {
    const control = new AbortController();
    const removed = vi.spyOn(control.signal, 'removeEventListener');
    const added = vi.spyOn(control.signal, 'addEventListener');
    const port = await serve((_request, response) => response.end());
    const result = await openRoad()(local(port), { body: 'a', signal: control.signal });
    control.abort();
    expect(result).toMatchObject({ kind: 'answer' });
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
  });
});

test('a hundred calls that hang keep no other call waiting', async () => {
  let hanging = 0;
  const full = Promise.withResolvers<void>();
  const port = await serve((request, response) => {
    if (request.url === '/') response.end();
    else if (++hanging === 100) full.resolve();
  });
  const call = openRoad();
  const control = new AbortController();
  const hung = Array.from({ length: 100 }, () => call(local(port), { body: 'a', signal: control.signal }));
  await full.promise;
  expect(await call(`http://127.0.0.1:${port}/`)).toMatchObject({ kind: 'answer' });
  control.abort();
  expect(new Set((await Promise.all(hung)).map(({ kind }) => kind))).toEqual(new Set(['lost']));
});

test('no code of a failure holds an address or a token', async () => {
  const call = openRoad();
  const refused = await unusedPort();
  const mute = await listen(() => {});
  const cutting = await listen((socket) => socket.once('data', () => socket.resetAndDestroy()));
  const results = await Promise.all([
    call(local(refused), { body: 'a' }),
    call('http://nobody.invalid/?access_token=T0K3N'),
    call('bad://T0K3N'),
    call('T0K3N'),
    call(local(mute, 'https'), { connectTimeoutMs: 30 }),
    call(local(mute), { timeoutMs: 30 }),
    call(local(cutting), { body: 'a' }),
    call(local(refused), { headers: { a: 'T0K3N\n' } }),
    call(local(refused), { untrusted: true }),
  ]);
  for (const result of results) {
    expect(result).toEqual({ kind: result.kind, code: expect.stringMatching(/^[a-z0-9_]+$/) });
    expect(JSON.stringify(result)).not.toMatch(/t0k3n|127/i);
  }
});

import type { LookupAddress } from 'node:dns';
import { describe, expect, test, vi } from 'vitest';
import { openRoad, serve } from './loopback.ts';

// Names in these tests lead inside; `localhost` goes to the machine's resolver.
vi.mock('node:dns', async (importOriginal) => {
  const dns = await importOriginal<typeof import('node:dns')>();
  const lookup = (name: string, options: object, done: (error: null, found: LookupAddress[]) => void) => {
    if (name.endsWith('.example')) done(null, [{ address: '10.1.2.3', family: 4 }]);
    else if (name === 'localhost.') done(null, [{ address: '127.0.0.1', family: 4 }]);
    else dns.lookup(name, options, done as never);
  };
  return { ...dns, lookup };
});

describe('a call to a URL that came in a message', () => {
  const refused = { kind: 'refused', code: 'internal_address' };

  test('goes to no internal address, by number or by name', async () => {
    let asked = 0;
    const port = await serve((_request, response) => {
      asked++;
      response.end();
    });
    const call = openRoad();
    for (const host of ['127.0.0.1', '127.1', '[::1]', 'localhost', 'localhost.', 'inner.example']) {
      expect(await call(`http://${host}:${port}/`, { untrusted: true })).toEqual(refused);
    }
    expect(asked).toBe(0);
    // The same without the guard arrives.
    expect(await call(`http://localhost:${port}/`)).toMatchObject({ kind: 'answer' });
    expect(asked).toBe(1);
  });

  test('does not use a connection that a trusted call left open', async () => {
    const port = await serve((_request, response) => response.end());
    const call = openRoad();
    expect(await call(`http://localhost:${port}/`)).toMatchObject({ kind: 'answer' });
    expect(await call(`http://localhost:${port}/`, { untrusted: true })).toEqual(refused);
  });

  test('goes where it is allowed', async () => {
    const port = await serve((_request, response) => response.end());
    const call = openRoad(['127.0.0.0/8', '::1/128']);
    expect(await call(`http://localhost:${port}/`, { untrusted: true })).toMatchObject({ kind: 'answer' });
    expect(await call(`http://127.1:${port}/`, { untrusted: true })).toMatchObject({ kind: 'answer' });
  });

  test('is not led on to an internal address', async () => {
    let asked = 0;
    const port = await serve((_request, response) => {
      asked++;
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    });
    const call = openRoad(['127.0.0.1/32']);
    expect(await call(`http://127.0.0.1:${port}/`, { untrusted: true })).toMatchObject({
      kind: 'answer',
      status: 302,
    });
    expect(asked).toBe(1);
  });

  test('is judged by the URL that it has when it is sent', async () => {
    const port = await serve((_request, response) => response.end());
    const seal = () => ({ url: `http://127.0.0.1:${port}/` });
    expect(await openRoad()('http://8.8.8.8/', { untrusted: true, seal })).toEqual(refused);
  });
});

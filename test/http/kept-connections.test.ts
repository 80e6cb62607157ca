import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { listen, onRead, openRoad } from './loopback.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const local = (port: number) => `http://127.0.0.1:${port}/send`;

describe('a connection that was kept', () => {
  test('is used again', async () => {
    let connections = 0;
    const port = await listen((socket) => {
      connections++;
      onRead(socket, 'body', () => socket.write(OK));
    });
    const call = openRoad();
    for (let times = 0; times < 3; times++) {
      expect(await call(local(port), { body: 'body' })).toMatchObject({ kind: 'answer', status: 200 });
    }
    expect(connections).toBe(1);
  });

  test('and is cut under a call leaves it open whether the call arrived', async () => {
    let connections = 0;
    const port = await listen((socket) => {
      connections++;
      onRead(socket, 'first', () => {
        socket.write(OK);
        socket.once('data', () => socket.resetAndDestroy());
      });
    });
    const call = openRoad();
    expect(await call(local(port), { body: 'first' })).toMatchObject({ kind: 'answer' });
    expect(await call(local(port), { body: 'second' })).toEqual({ kind: 'lost', code: 'econnreset' });
    expect(connections).toBe(1);
  });

  test('does not count what an earlier call wrote', async () => {
    const port = await listen((socket) =>
      onRead(socket, 'end', () => {
        socket.write(OK);
        socket.once('data', () => socket.resetAndDestroy());
      }),
    );
    const call = openRoad();
    const long = Buffer.alloc(32 * 1024 * 1024, 'a');
    expect(await call(local(port), { body: `${'a'.repeat(100_000)}end` })).toMatchObject({ kind: 'answer' });
    expect(await call(local(port), { body: long })).toMatchObject({ kind: 'notSent' });
  });

  test('and was closed while idle is replaced', async () => {
    let connections = 0;
    const gone: Promise<unknown>[] = [];
    const port = await listen((socket) => {
      connections++;
      gone.push(once(socket, 'close'));
      onRead(socket, 'body', () => socket.end(OK));
    });
    const call = openRoad();
    expect(await call(local(port), { body: 'body' })).toMatchObject({ kind: 'answer' });
    await gone[0];
    expect(await call(local(port), { body: 'body' })).toMatchObject({ kind: 'answer' });
    expect(connections).toBe(2);
  });
});

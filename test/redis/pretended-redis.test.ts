import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { startRedis } from './pretended-redis.ts';
import { takeCommands } from './resp.ts';

const command = (words: readonly string[]) =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;

const clock = { now: 1_700_000_000_000 };
let redis: Awaited<ReturnType<typeof startRedis>> | undefined;

afterEach(async () => {
  await redis?.close();
  redis = undefined;
});

/** What a client reads after it has written these commands. */
async function ask(lines: readonly string[], password?: string): Promise<string> {
  redis ??= await startRedis({ now: () => clock.now, ...(password !== undefined && { password }) });
  const socket = connect(redis.port, '127.0.0.1');
  const read: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => read.push(bytes));
  await once(socket, 'connect');
  socket.write([...lines, 'PING'].map((line) => command(line.split(' '))).join(''));
  while (!/(\+PONG|Authentication required\.)\r\n$/.test(Buffer.concat(read).toString())) {
    await once(socket, 'data');
  }
  socket.destroy();
  return Buffer.concat(read)
    .toString()
    .replace(/\+PONG\r\n$/, '');
}

describe('the pretended Redis', () => {
  test('answers as the protocol says, in either version', async () => {
    const asked = ['SET k v', 'GET k', 'GET none', 'DEL k none', 'EXISTS k', 'MGET k'];
    expect(await ask(asked)).toBe('+OK\r\n$1\r\nv\r\n$-1\r\n:1\r\n:0\r\n*1\r\n$-1\r\n');
    expect(await ask(['HELLO 3', 'GET none'])).toMatch(/^%5\r\n.*_\r\n$/s);
  });

  test('keeps a value for as long as it was told, by its own clock', async () => {
    expect(await ask(['SET k v PX 1000', 'SET l w EX 1', `SET m x PXAT ${clock.now + 1000}`])).toBe(
      '+OK\r\n+OK\r\n+OK\r\n',
    );
    clock.now += 999;
    expect(await ask(['EXISTS k l m'])).toBe(':3\r\n');
    clock.now += 1;
    expect(await ask(['EXISTS k l m', 'SCAN 0 MATCH *'])).toBe(':0\r\n*2\r\n$1\r\n0\r\n*0\r\n');
  });

  test('sets a value only where there is none, or only where there is one', async () => {
    expect(await ask(['SET k a XX', 'SET k b NX', 'SET k c NX', 'SET k d XX', 'GET k'])).toBe(
      '$-1\r\n+OK\r\n$-1\r\n+OK\r\n$1\r\nd\r\n',
    );
  });

  test('refuses what it does not know, and what is no number', async () => {
    expect(await ask(['FLY', 'SET k v PX soon', 'SET k v PX 0', 'SET k v LATER 1', 'GET', 'SELECT 99'])).toBe(
      [
        "-ERR unknown command 'FLY'",
        '-ERR value is not an integer or out of range',
        "-ERR invalid expire time in 'set' command",
        '-ERR syntax error',
        "-ERR wrong number of arguments for 'get' command",
        '-ERR DB index is out of range',
        '',
      ].join('\r\n'),
    );
  });

  test('tells a stranger nothing', async () => {
    expect(await ask(['GET k', 'AUTH wrong'], 'sesame')).toMatch(/^-NOAUTH .*\r\n-WRONGPASS .*\r\n-NOAUTH/);
    expect(await ask(['AUTH sesame', 'GET k'])).toBe('+OK\r\n$-1\r\n');
  });
});

test('commands are read whole, wherever the bytes are cut', () => {
  const words = fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(words, { maxLength: 4 }), fc.nat(), (all, cut) => {
      const bytes = Buffer.from(all.map(command).join(''));
      const at = bytes.length === 0 ? 0 : cut % bytes.length;
      const first = takeCommands(bytes.subarray(0, at));
      const second = takeCommands(Buffer.concat([first.rest, bytes.subarray(at)]));
      expect([...first.commands, ...second.commands]).toEqual(all);
      expect(second.rest).toHaveLength(0);
    }),
  );
});

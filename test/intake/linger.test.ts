import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setImmediate as nextRound } from 'node:timers/promises';
import Koa, { type Context } from 'koa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { finishAnswers } from '../../src/intake/finish-answers.ts';
import { listen } from '../../src/intake/listener.ts';
import { createLog } from '../../src/observe/log.ts';
import { createTestClock, type TestClock } from '../clock.ts';
import { openRawClient, writeHead } from './raw-client.ts';

const mebibyte = 1_048_576;

/** A listener that answers everything at once, if not told otherwise with 403, and reads no body. */
async function openRefusing(answer: (context: Context) => void = refuse) {
  const clock = createTestClock(0);
  const paths: string[] = [];
  const app = new Koa();
  finishAnswers(app, createLog('silent'));
  app.use((context) => {
    paths.push(context.path);
    answer(context);
  });
  app.on('error', () => {}); // callers who break off
  const listener = await listen(app, { host: '127.0.0.1', port: 0, clock });
  onTestFinished(() => listener.close(0));
  return { listener, clock, paths };
}

function refuse(context: Context): void {
  context.status = 403;
  context.body = '';
}

/** A client who has read his answer, and could go on sending. */
async function openRefused() {
  const opened = await openRefusing();
  const client = await openRawClient(opened.listener.url);
  await client.send(writeHead('POST /first', `Content-Length: ${100 * mebibyte}`));
  expect(await client.readAll()).toMatch(/^HTTP\/1\.1 403 /);
  return { ...opened, client };
}

/** Resolves when the timers are due then; the listener sees bytes some rounds of the event loop after they were sent. */
async function timersAre(clock: TestClock, due: readonly number[]): Promise<void> {
  while (clock.timers().join() !== due.join()) await nextRound();
}

describe('a caller who is answered while his body still comes', () => {
  test('reads the answer although he first sends all that he has', async () => {
    const { listener, clock } = await openRefusing();
    const client = await openRawClient(listener.url);
    await client.send(writeHead('POST /', `Content-Length: ${15 * mebibyte}`));
    await client.send(Buffer.alloc(15 * mebibyte));
    const answer = await client.readAll();
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toMatch(/\r\nConnection: close\r\n/);
    client.end();
    await timersAre(clock, []);
  });

  test('may be silent for 2 s', async () => {
    const { clock, client } = await openRefused();
    expect(clock.timers()).toEqual([2000, 5000]);
    await clock.advance(1999);
    await client.send('more');
    await timersAre(clock, [3999, 5000]);
    await clock.advance(2000);
    expect(clock.timers()).toEqual([]);
    await expect(client.sendOn()).rejects.toThrow();
  });

  test('may go on for 5 s, however little comes at a time', async () => {
    const { clock, client } = await openRefused();
    for (let second = 1; second < 5; second += 1) {
      await clock.advance(1000);
      await client.send('x');
      await timersAre(clock, [(second + 2) * 1000, 5000].sort());
    }
    await clock.advance(1000);
    expect(clock.timers()).toEqual([]);
    await expect(client.sendOn()).rejects.toThrow();
  });

  test('may go on for 16 MiB', async () => {
    const { clock, client } = await openRefused();
    await expect(client.send(Buffer.alloc(64 * mebibyte))).rejects.toThrow();
    expect(clock.timers()).toEqual([]);
  });

  test('is not waited for at a stop', async () => {
    const { listener, clock, client } = await openRefused();
    await listener.close(60_000);
    expect(clock.timers()).toEqual([]);
    await expect(client.sendOn()).rejects.toThrow();
  });

  test('asks nothing more on this connection', async () => {
    const { listener, clock, paths } = await openRefusing();
    const client = await openRawClient(listener.url);
    await client.send(`${writeHead('POST /first', 'Content-Length: 10')}12345`);
    await client.readAll();
    await clock.advance(1);
    await client.send(`67890${writeHead('POST /second', 'Content-Length: 0')}`);
    await timersAre(clock, [2001, 5000]);
    expect(paths).toEqual(['/first']);
  });
});

describe('a caller who is answered when all of his body has come', () => {
  test('asks again on the same connection', async () => {
    const { listener, clock, paths } = await openRefusing();
    const client = await openRawClient(listener.url);
    for (const path of ['/first', '/second']) {
      await client.send(`${writeHead(`POST ${path}`, 'Content-Length: 5')}12345`);
      expect(await client.readSome()).toMatch(/\r\nConnection: keep-alive\r\n/);
    }
    expect(paths).toEqual(['/first', '/second']);
    expect(clock.timers()).toEqual([]);
  });

  test('is not waited for where he asked for the end himself', async () => {
    const { listener, clock } = await openRefusing();
    const client = await openRawClient(listener.url);
    await client.send(`${writeHead('POST /', 'Content-Length: 5', 'Connection: close')}12345`);
    await client.readAll();
    expect(clock.timers()).toEqual([]);
  });
});

describe('a caller whose request is none', () => {
  test('reads why although he first sends all that he has', async () => {
    const { listener, clock, paths } = await openRefusing();
    const client = await openRawClient(listener.url);
    await client.send(`${writeHead('POST /first', 'Content-Length: 5')}12345`);
    expect(await client.readSome()).toMatch(/^HTTP\/1\.1 403 /);
    await client.send(writeHead('POST /second', `X-Long: ${'a'.repeat(15 * mebibyte)}`));
    expect(await client.readAll()).toBe(
      'HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n',
    );
    client.end();
    await timersAre(clock, []);
    expect(paths).toEqual(['/first']);
  });

  test('is not told so in the middle of another answer', async () => {
    const body = new PassThrough();
    const { listener, clock } = await openRefusing((context) => {
      context.body = body;
    });
    const client = await openRawClient(listener.url);
    await client.send(writeHead('GET /'));
    body.write('begun');
    expect(await client.readSome()).toMatch(/\r\nbegun\r\n$/);
    const closed = once(body, 'close').catch(() => {}); // with the error that nobody read it
    await client.send('this is none\r\n\r\n');
    await closed;
    expect(clock.timers()).toEqual([]);
    expect(await client.readAll().catch(() => '')).toBe('');
  });
});

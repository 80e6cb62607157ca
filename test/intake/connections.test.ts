import { once } from 'node:events';
import { Session } from 'node:inspector/promises';
import { Readable } from 'node:stream';
import Koa, { type Context } from 'koa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ConnectionLimits, listen } from '../../src/intake/listener.ts';
import { openRawClient, writeHead } from './raw-client.ts';

async function openListener(
  answer: (context: Context) => unknown,
  { limits = {} }: { readonly limits?: Partial<ConnectionLimits> } = {},
) {
  const app = new Koa();
  app.use(answer);
  app.on('error', () => {}); // callers who break off
  const listener = await listen(app, { host: '127.0.0.1', port: 0, limits });
  onTestFinished(() => listener.close(0));
  return { listener, client: await openRawClient(listener.url) };
}

const answerEmpty = (context: Context) => {
  context.body = '';
};

describe('a connection', () => {
  test('is kept between two requests for longer than proxies keep theirs', async () => {
    const { client } = await openListener(answerEmpty);
    await client.send(writeHead('GET /'));
    expect(await client.readSome()).toMatch(/\r\nConnection: keep-alive\r\nKeep-Alive: timeout=130\r\n/);
  });

  test('holds nothing of its last request while it idles', async () => {
    const requests: WeakRef<object>[] = [];
    const { client } = await openListener((context) => {
      requests.push(new WeakRef(context.req));
      context.body = '';
    });
    await client.send(writeHead('GET /'));
    await client.readSome();
    const session = new Session();
    session.connect();
    await session.post('HeapProfiler.collectGarbage');
    session.disconnect();
    expect(requests.map((request) => request.deref())).toEqual([undefined]);
  });

  test.each([
    ['a head', 'GET / HTTP/1.1\r\nHost: bridge.example\r\n'],
    ['a body', `${writeHead('POST /', 'Content-Length: 5')}1234`],
  ])('is ended with 408 where %s takes too long', async (_, bytes) => {
    const { client } = await openListener(({ req }) => once(req, 'end'), {
      limits: { headMs: 20, requestMs: 20 },
    });
    await client.send(bytes);
    expect(await client.readAll()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('is ended where nobody reads what it carries, and its source is closed', async () => {
    const source = Readable.from(endless());
    const { client } = await openListener(
      (context) => {
        context.body = source;
      },
      { limits: { standstillMs: 300 } },
    );
    const closed = once(source, 'close').catch(() => {}); // with the error that nobody read it
    await client.send(writeHead('GET /'));
    await closed;
    expect(source.destroyed).toBe(true);
  });

  test('is closed as it comes where there are too many', async () => {
    const { listener, client } = await openListener(answerEmpty, { limits: { mostConnections: 1 } });
    const second = await openRawClient(listener.url);
    expect(await second.readAll()).toBe('');
    await client.send(writeHead('GET /', 'Connection: close'));
    expect(await client.readAll()).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('a listener that stops', () => {
  test('gives the answers under way, and says that they are the last', async () => {
    const begun = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    const { listener, client } = await openListener(async (context) => {
      begun.resolve();
      await done.promise;
      context.body = 'done';
    });
    await client.send(writeHead('GET /'));
    await begun.promise;
    const closed = listener.close(60_000);
    done.resolve();
    expect(await client.readAll()).toMatch(/\r\nConnection: close\r\n.*\r\n\r\ndone$/s);
    await closed;
  });

  test('gives both answers to who asked twice in one go, and says of the second that it is the last', async () => {
    const begun = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    let asked = 0;
    const { listener, client } = await openListener(async (context) => {
      asked += 1;
      if (asked === 2) begun.resolve();
      await done.promise;
      context.body = 'done';
    });
    await client.send(writeHead('GET /') + writeHead('GET /'));
    await begun.promise;
    const closed = listener.close(60_000);
    done.resolve();
    const answers = (await client.readAll()).split('HTTP/1.1 200 OK').slice(1);
    expect(answers.map((answer) => /\r\nConnection: ([\w-]+)\r\n/.exec(answer)?.[1])).toEqual([
      'keep-alive',
      'close',
    ]);
    await closed;
  });
});

async function* endless(): AsyncGenerator<Buffer> {
  for (;;) yield Buffer.alloc(65_536);
}

import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { openBalancer } from '../../chaos/balancer.ts';
import type { Forwarder } from '../../chaos/forwarder.ts';

const servers: Server[] = [];
let balancer: Forwarder;

afterEach(async () => {
  await balancer.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    if (server.listening) await once(server.close(), 'close');
  }
});

async function openTarget(serve: RequestListener): Promise<string> {
  const server = createServer(serve).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on TCP
}

/** Says its name, and counts who asked. */
function openNamed(name: string, asked: string[] = []): Promise<string> {
  return openTarget((_, response) => {
    asked.push(name);
    response.end(name);
  });
}

async function ask(path = '/'): Promise<string> {
  return (await fetch(`${balancer.url}${path}`, { method: 'POST', body: 'words' })).text();
}

async function closeLast(): Promise<void> {
  const server = servers.at(-1);
  server?.closeAllConnections();
  if (server) await once(server.close(), 'close');
}

describe('a load balancer', () => {
  test('goes round the instances', async () => {
    const targets = [await openNamed('one'), await openNamed('two'), await openNamed('three')];
    balancer = await openBalancer({ targets, timeoutMs: 5000, restMs: 0 });
    const answers = [await ask(), await ask(), await ask(), await ask()];
    expect(new Set(answers.slice(0, 3))).toEqual(new Set(['one', 'two', 'three']));
    expect(answers[3]).toBe(answers[0]);
  });

  test('passes on method, path, headers and bytes, and gives the answer back', async () => {
    const target = await openTarget(async (request, response) => {
      const body = (await request.toArray()).join('');
      const { method, url, headers } = request;
      response.writeHead(201, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify([method, url, headers['x-proof'], body]));
    });
    balancer = await openBalancer({ targets: [target], timeoutMs: 5000, restMs: 0 });
    const headers = { 'X-Proof': 'signed' };
    const response = await fetch(`${balancer.url}/a?b=%20c`, { method: 'POST', headers, body: '您好' });
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual(['POST', '/a?b=%20c', 'signed', '您好']);
  });

  test('goes to the next at once where one refuses or breaks off, and passes it over for a while', async () => {
    const asked: string[] = [];
    const breaking = await openTarget((request) => {
      asked.push('breaking');
      request.socket.destroy();
    });
    const sound = await openNamed('sound', asked);
    const refusing = await openNamed('refusing', asked);
    await closeLast();
    balancer = await openBalancer({ targets: [refusing, breaking, sound], timeoutMs: 5000, restMs: 60_000 });
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(['sound', 'sound', 'sound']);
    asked.length = 0;
    for (const _ of [1, 2, 3]) expect(await ask()).toBe('sound');
    expect(asked).toEqual(['sound', 'sound', 'sound']);
  });

  test('gives no answer where one says nothing in time, and asks nobody else', async () => {
    const asked: string[] = [];
    const silent = await openTarget(() => asked.push('silent'));
    balancer = await openBalancer({ targets: [silent, silent], timeoutMs: 20, restMs: 0 });
    await expect(ask()).rejects.toThrow();
    expect(asked).toEqual(['silent']);
  });

  test('gives no answer where nobody is there', async () => {
    const gone = await openNamed('gone');
    await closeLast();
    balancer = await openBalancer({ targets: [gone], timeoutMs: 5000, restMs: 60_000 });
    await expect(ask()).rejects.toThrow();
  });
});

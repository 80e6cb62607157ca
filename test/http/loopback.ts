import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach } from 'vitest';
import { createAddressGuard } from '../../src/http/address-guard.ts';
import { createFetch } from '../../src/http/fetch.ts';
import type { HttpCall, HttpResult } from '../../src/ports/http.ts';

const toClose: (() => unknown)[] = [];

afterEach(async () => {
  await Promise.all(toClose.splice(0).map((close) => close()));
});

/** A road out that is closed after the test. */
export function openRoad(allowPrivate: readonly string[] = []) {
  const road = createFetch(createAddressGuard(allowPrivate));
  toClose.push(road.close);
  return (url: string, change: Partial<HttpCall> = {}): Promise<HttpResult> =>
    road.fetch({ method: 'POST', url, name: 'test', ...change });
}

/** A server on a free port that is given bare connections, and is gone after the test. Returns its port. */
export async function listen(onConnection: (socket: Socket) => void): Promise<number> {
  return open(createServer(onConnection));
}

/** The same for requests. Returns its port. */
export async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<number> {
  return open(
    createHttpServer((request, response) => {
      text(request).then(
        (body) => answer(request, response, body),
        () => response.destroy(),
      );
    }),
  );
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Any server on a free port. */
export async function open(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // resets are what these tests are about
    socket.on('close', () => sockets.delete(socket));
  });
  toClose.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Runs `then` each time a request that ends with `body` has come. */
export function onRead(socket: Socket, body: string, then: () => void): void {
  let seen = '';
  socket.on('data', (chunk) => {
    seen += chunk;
    if (!seen.endsWith(body)) return;
    seen = '';
    then();
  });
}

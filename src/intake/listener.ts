import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Koa from 'koa';
import { type Clock, systemClock } from '../ports/clock.ts';
import { type Lingering, lingerAfterAnswers } from './linger.ts';

export interface Listener {
  /** `http://host:port`, with the port that was really taken. */
  readonly url: string;
  /** No new connections; resolves when the requests under way have been answered, or cut after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly clock?: Clock;
}

/** Starts to listen; rejects where the address cannot be had. Port 0: any free one. */
export async function listen(
  app: Koa,
  { host, port, clock = systemClock }: ListenOptions,
): Promise<Listener> {
  const answer = app.callback();
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, answer);
  // Whoever reads the body asks for it.
  server.on('checkContinue', answer);
  const lingering = lingerAfterAnswers(server, clock);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port: taken } = server.address() as AddressInfo; // a TCP server's address is never a text
  const shown = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${shown}:${taken}`, close: (graceMs) => close(server, lingering, graceMs) };
}

function close(server: Server, lingering: Lingering, graceMs: number): Promise<void> {
  lingering.cut();
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Koa from 'koa';
import { type Clock, systemClock } from '../ports/clock.ts';
import { lingerAfterAnswers } from './linger.ts';
import { type OpenAnswers, watchAnswers } from './open-answers.ts';

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
  readonly limits?: Partial<ConnectionLimits>;
}

/** What a connection may take. */
export interface ConnectionLimits {
  /** For a head, and for a whole request, to come. */
  readonly headMs: number;
  readonly requestMs: number;
  /** Without a byte in either direction, while an answer is made or read. */
  readonly standstillMs: number;
  /** Between two requests. */
  readonly idleMs: number;
  /** More of them at once are closed as they come. */
  readonly mostConnections: number;
}

const usualLimits: ConnectionLimits = {
  headMs: 10_000,
  // WeChat and the vendors have hung up long before.
  requestMs: 10_000,
  standstillMs: 60_000,
  // Longer than proxies keep theirs (nginx 60 s, Caddy 120 s): a push may be on its way where the bridge hangs up.
  idleMs: 130_000,
  mostConnections: 10_000,
};

/** Starts to listen; rejects where the address cannot be had. Port 0: any free one. */
export async function listen(
  app: Koa,
  { host, port, clock = systemClock, limits }: ListenOptions,
): Promise<Listener> {
  const server = createLimitedServer({ ...usualLimits, ...limits });
  const answer = app.callback();
  // Node leaves it to the second to say 100; whoever reads the body does.
  server.on('request', answer).on('checkContinue', answer);
  const answers = watchAnswers(server);
  const lingering = lingerAfterAnswers(server, answers, clock);
  const lastAnswers = endConnections(server, answers);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port: taken } = server.address() as AddressInfo; // a TCP server's address is never a text
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shown}:${taken}`,
    close(graceMs) {
      lingering.cut();
      lastAnswers.begin();
      return close(server, graceMs);
    },
  };
}

function createLimitedServer(limits: ConnectionLimits): Server {
  const { headMs, requestMs, standstillMs, idleMs, mostConnections } = limits;
  const server = createServer({
    headersTimeout: headMs,
    requestTimeout: requestMs,
    // How often Node looks whether one of the two is over: left alone, every 30 s.
    connectionsCheckingInterval: Math.min(1000, headMs),
    keepAliveTimeout: idleMs,
  });
  server.timeout = standstillMs;
  server.maxConnections = mostConnections;
  return server;
}

/** From `begin` on every answer is the last of its connection, and says so: a proxy sends nothing more on it. */
function endConnections(server: Server, answers: OpenAnswers): { begin(): void } {
  const end = (response: ServerResponse) => {
    if (!response.headersSent) response.setHeader('Connection', 'close');
  };
  const endLater = (_: unknown, response: ServerResponse) => end(response);
  return {
    begin() {
      for (const response of answers.all()) end(response);
      server.prependListener('request', endLater).prependListener('checkContinue', endLater);
    },
  };
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

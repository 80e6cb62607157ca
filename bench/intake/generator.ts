import { connect, type Socket } from 'node:net';
import { type Account, preparePush } from './prepared.ts';

/**
 * A load generator as a process of its own: it prepares signed, encrypted pushes as bytes of HTTP, and sends them over
 * kept connections, one request at a time on each. No HTTP client, as it would cost as much as the server that is measured.
 */
export type Order =
  /** Makes so many pushes ready, each a message of its own. */
  | {
      readonly kind: 'prepare';
      readonly count: number;
      readonly url: string;
      readonly account: Account;
      readonly visitors: number;
    }
  /** Sends all that is ready, the next push of a connection once the last is answered. */
  | { readonly kind: 'flood'; readonly connections: number }
  /** Sends all that is ready at a steady rate, whatever is answered: latencies count from the scheduled time. */
  | { readonly kind: 'steady'; readonly connections: number; readonly perSecond: number };

export interface Fired {
  readonly count: number;
  readonly tookMs: number;
  /** Answers other than 200 with `success`. */
  readonly failed: number;
  readonly latenciesMs: readonly number[];
}

let ready: { readonly url: URL; readonly requests: Buffer[] } | undefined;
let serial = BigInt(Date.now()) * 1_000_000n + BigInt(process.pid % 1000) * 1000n;

process.on('message', async (order: Order) => {
  if (order.kind === 'prepare') {
    const { count, url, visitors, account } = order;
    const requests = Array.from({ length: count }, (_, index) => {
      serial += 1n;
      return preparePush(account, { url, id: serial, visitor: index % visitors });
    });
    ready = { url: new URL(url), requests };
    process.send?.({ count });
    return;
  }
  if (ready === undefined) throw new Error('expected to have pushes ready');
  const { url, requests } = ready;
  ready = undefined;
  const lines = await Promise.all(Array.from({ length: order.connections }, () => openLine(url)));
  const fired =
    order.kind === 'flood' ? await flood(lines, requests) : await keepPace(lines, requests, order.perSecond);
  for (const line of lines) line.close();
  process.send?.(fired);
});

interface Line {
  /** Resolves with whether the answer was the one that is meant. */
  send(request: Buffer): Promise<boolean>;
  close(): void;
}

async function openLine({ hostname, port }: URL): Promise<Line> {
  const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let settle: ((isAnswered: boolean) => void) | undefined;
  let seen = '';
  const finish = (isAnswered: boolean) => {
    const resolve = settle;
    settle = undefined;
    seen = '';
    resolve?.(isAnswered);
  };
  socket.on('data', (chunk) => {
    seen += chunk.toString('latin1');
    const end = seen.indexOf('\r\n\r\n');
    if (end === -1) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(seen)?.[1] ?? 0);
    if (seen.length < end + 4 + length) return;
    finish(seen.startsWith('HTTP/1.1 200 ') && seen.endsWith('success'));
  });
  socket.on('error', () => finish(false));
  socket.on('close', () => finish(false));
  return {
    send: (request) =>
      new Promise((resolve) => {
        settle = resolve;
        if (socket.destroyed) finish(false);
        else socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

async function flood(lines: readonly Line[], requests: readonly Buffer[]): Promise<Fired> {
  const latenciesMs: number[] = [];
  let next = 0;
  let failed = 0;
  const startedAt = performance.now();
  await Promise.all(
    lines.map(async (line) => {
      for (let request = requests[next++]; request; request = requests[next++]) {
        const sentAt = performance.now();
        if (!(await line.send(request))) failed += 1;
        latenciesMs.push(performance.now() - sentAt);
      }
    }),
  );
  return { count: requests.length, tookMs: performance.now() - startedAt, failed, latenciesMs };
}

function keepPace(lines: readonly Line[], requests: readonly Buffer[], perSecond: number): Promise<Fired> {
  const latenciesMs: number[] = [];
  const free = [...lines];
  let next = 0;
  let failed = 0;
  const startedAt = performance.now();
  const timeOf = (index: number) => startedAt + (index * 1000) / perSecond;
  return new Promise((resolve) => {
    const end = () => {
      clearInterval(timer);
      resolve({ count: requests.length, tookMs: performance.now() - startedAt, failed, latenciesMs });
    };
    const sendDue = () => {
      while (next < requests.length && free.length > 0 && timeOf(next) <= performance.now()) {
        void sendOne(next++);
      }
    };
    const sendOne = async (index: number) => {
      const line = free.pop();
      const request = requests[index];
      if (line === undefined || request === undefined) return;
      if (!(await line.send(request))) failed += 1;
      free.push(line);
      latenciesMs.push(performance.now() - timeOf(index));
      sendDue();
      if (latenciesMs.length === requests.length) end();
    };
    const timer = setInterval(sendDue, 1);
    if (requests.length === 0) end();
  });
}

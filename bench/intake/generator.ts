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
  /** `onAnswer` is told whether the answer was the one that is meant. */
  send(request: Buffer, onAnswer: (isMeant: boolean) => void): void;
  close(): void;
}

const start = Buffer.from('HTTP/1.1 200 ');
const end = Buffer.from('\r\n\r\nsuccess');
const nothing = Buffer.alloc(0);

/** Whether it is a whole answer, and the one that is meant: nothing of it is made a string, as there are thousands a second. */
function isSuccess(answer: Buffer): boolean {
  return (
    answer.length >= start.length + end.length &&
    answer.compare(start, 0, start.length, 0, start.length) === 0 &&
    answer.compare(end, 0, end.length, answer.length - end.length) === 0
  );
}

async function openLine({ hostname, port }: URL): Promise<Line> {
  let onAnswer: ((isMeant: boolean) => void) | undefined;
  let seen = nothing;
  const finish = (isMeant: boolean) => {
    const tell = onAnswer;
    onAnswer = undefined;
    seen = nothing;
    tell?.(isMeant);
  };
  const read = (chunk: Buffer) => {
    if (seen.length === 0 && isSuccess(chunk)) return finish(true);
    seen = Buffer.concat([seen, chunk]);
    const text = seen.toString('latin1');
    const head = text.indexOf('\r\n\r\n');
    if (head === -1) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (text.length >= head + 4 + length) finish(isSuccess(seen));
  };
  const socket: Socket = connect({
    host: hostname,
    port: Number(port),
    noDelay: true,
    onread: {
      buffer: Buffer.alloc(4096),
      callback: (length, bytes) => {
        read((bytes as Buffer).subarray(0, length)); // the buffer above
        return true;
      },
    },
  });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.on('error', () => finish(false));
  socket.on('close', () => finish(false));
  return {
    send: (request, tell) => {
      onAnswer = tell;
      if (socket.destroyed) setImmediate(finish, false);
      else socket.write(request);
    },
    close: () => socket.destroy(),
  };
}

/** Gathers the answers to so many requests, from now on. */
function gatherAnswers(count: number) {
  const latenciesMs: number[] = [];
  const all = Promise.withResolvers<Fired>();
  const startedAt = performance.now();
  let failed = 0;
  const settle = () => {
    if (latenciesMs.length < count) return;
    all.resolve({ count, tookMs: performance.now() - startedAt, failed, latenciesMs });
  };
  settle();
  return {
    startedAt,
    all: all.promise,
    add(isMeant: boolean, latencyMs: number): void {
      if (!isMeant) failed += 1;
      latenciesMs.push(latencyMs);
      settle();
    },
  };
}

function flood(lines: readonly Line[], requests: readonly Buffer[]): Promise<Fired> {
  const answers = gatherAnswers(requests.length);
  let next = 0;
  const sendNext = (line: Line) => {
    const request = requests[next++];
    if (request === undefined) return;
    const sentAt = performance.now();
    line.send(request, (isMeant) => {
      answers.add(isMeant, performance.now() - sentAt);
      sendNext(line);
    });
  };
  for (const line of lines) sendNext(line);
  return answers.all;
}

function keepPace(lines: readonly Line[], requests: readonly Buffer[], perSecond: number): Promise<Fired> {
  const answers = gatherAnswers(requests.length);
  const free = [...lines];
  let next = 0;
  const timeOf = (index: number) => answers.startedAt + (index * 1000) / perSecond;
  const sendDue = () => {
    while (next < requests.length && free.length > 0 && timeOf(next) <= performance.now()) {
      sendOne(next++);
    }
  };
  const sendOne = (index: number) => {
    const line = free.pop();
    const request = requests[index];
    if (line === undefined || request === undefined) return;
    line.send(request, (isMeant) => {
      free.push(line);
      answers.add(isMeant, performance.now() - timeOf(index));
      sendDue();
    });
  };
  const timer = setInterval(sendDue, 1);
  return answers.all.finally(() => clearInterval(timer));
}

import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Fault, type FaultEffect, openFaults } from './faults.ts';
import { Timeline } from './timeline.ts';

/** A call as it came; `body` is the bytes, as signatures are made over bytes. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly at: number;
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/**
 * One call and what was answered, for people to look at. `status` 0: nothing was answered. Bodies are cut at 64 KiB;
 * `bytes` is the true size.
 */
export interface Exchange {
  readonly at: number;
  readonly tookMs: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: Buffer;
  readonly bytes: number;
  readonly status: number;
  readonly answer: string;
}

export type SwitchedOff = 'refused' | 'unavailable';

/** What every pretended vendor has. */
export interface VendorServer {
  readonly url: string;
  readonly requests: Timeline<Exchange>;
  /** `false`, or how calls fail now: connections are refused, or every call gets a bare 503. */
  readonly switchedOff: false | SwitchedOff;
  switchOff(how?: SwitchedOff): Promise<void>;
  /** On the same port as before. */
  switchOn(): Promise<void>;
  /** Makes coming calls fail; the returned function takes it back. */
  fail(fault: Fault): () => void;
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly now: () => number;
  readonly keep: number;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
  /** The vendor's own way to say an error code. */
  readonly refuse: (errcode: number) => Answer;
}

const maxBodyBytes = 32 * 1024 * 1024;
const maxKeptBytes = 64 * 1024;

/** node:http without a framework: raw bytes, chunked bodies told from whole ones, and connections that can be cut. */
export async function openServer(options: ServerOptions): Promise<VendorServer> {
  const faults = openFaults();
  const requests = new Timeline<Exchange>('a request', options.keep);
  const timers = new Set<NodeJS.Timeout>();
  let switchedOff: false | SwitchedOff = false;

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy()); // the caller left while we read: nobody to tell
  });
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const call = await readCall(request, options.now());
    const effect = switchedOff === 'unavailable' ? { status: 503 } : faults.take(call);
    const record = (answer: Answer | undefined) =>
      requests.add(describeExchange(call, answer, performance.now() - startedAt));
    const early = effect && answerInstead(effect, options.refuse);
    if (effect !== undefined && 'hang' in effect) return record(undefined);
    if (effect !== undefined && 'reset' in effect) {
      record(undefined);
      return void response.destroy();
    }
    const answer = early ?? (await options.handle(call));
    if (effect !== undefined && 'lose' in effect) {
      record(undefined);
      return void response.destroy();
    }
    if (effect !== undefined && 'delayMs' in effect) await pause(effect.delayMs, timers);
    const given = effect !== undefined && 'type' in effect ? { ...answer, type: effect.type } : answer;
    if (effect !== undefined && 'cut' in effect) writeHalf(response, given);
    else write(response, given);
    record(given);
  }

  const listen = (port: number) =>
    new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, options.host, () => {
        server.off('error', reject);
        resolve((server.address() as AddressInfo).port); // a TCP server's address is never a string
      });
    });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const port = await listen(options.port);

  return {
    url: `http://${options.host}:${port}`,
    requests,
    get switchedOff() {
      return switchedOff;
    },
    async switchOff(how = 'refused') {
      if (switchedOff !== 'refused' && how === 'refused') await stop();
      if (switchedOff === 'refused' && how === 'unavailable') await listen(port);
      switchedOff = how;
    },
    async switchOn() {
      if (switchedOff === 'refused') await listen(port);
      switchedOff = false;
    },
    fail: faults.add,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      requests.close();
      if (server.listening) await stop();
    },
  };
}

function answerInstead(effect: FaultEffect, refuse: (errcode: number) => Answer): Answer | undefined {
  if ('errcode' in effect) return refuse(effect.errcode);
  if ('answer' in effect) return { status: 200, type: 'application/json;charset=utf-8', ...effect.answer };
  if ('status' in effect) {
    return {
      status: effect.status,
      type: 'text/plain',
      body: '',
      ...(effect.headers && { headers: effect.headers }),
    };
  }
  if ('html' in effect) return { status: 200, type: 'text/html', body: '<html><body>busy</body></html>' };
  return undefined;
}

async function readCall(request: IncomingMessage, at: number): Promise<Call> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw new Error('body too large');
    chunks.push(chunk);
  }
  const url = new URL(request.url ?? '/', 'http://vendor.invalid');
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: Buffer.concat(chunks),
    at,
  };
}

function write(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, {
    'Content-Type': answer.type,
    'Content-Length': body.length,
    ...answer.headers,
  });
  response.end(body);
}

function writeHalf(response: ServerResponse, { status, type, headers, body }: Answer): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': bytes.length, ...headers });
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}

function describeExchange(call: Call, answer: Answer | undefined, tookMs: number): Exchange {
  return {
    at: call.at,
    tookMs,
    method: call.method,
    path: call.path,
    query: call.query.toString(),
    body: call.body.length > maxKeptBytes ? Buffer.from(call.body.subarray(0, maxKeptBytes)) : call.body,
    bytes: call.body.length,
    status: answer?.status ?? 0,
    answer: typeof answer?.body === 'string' ? answer.body.slice(0, maxKeptBytes) : '',
  };
}

function pause(ms: number, timers: Set<NodeJS.Timeout>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      resolve();
    }, ms);
    timers.add(timer);
  });
}

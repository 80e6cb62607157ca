import { Agent, request } from 'node:http';

/** What a pretended vendor sees of its own call to the bridge. `broken`: refused, reset or cut before a whole answer. */
export type OutgoingResult =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly type: string;
      readonly body: Buffer;
      readonly tookMs: number;
    }
  | { readonly kind: 'timeout'; readonly tookMs: number }
  | { readonly kind: 'broken'; readonly code: string; readonly tookMs: number };

export interface OutgoingCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly timeoutMs: number;
}

/** Calls over kept connections, and pauses between them; `close` ends both, and whoever waits gets `broken`. */
export interface Outgoing {
  readonly closed: boolean;
  call(call: OutgoingCall): Promise<OutgoingResult>;
  pause(ms: number): Promise<void>;
  close(): void;
}

export function openOutgoing(): Outgoing {
  const agent = new Agent({ keepAlive: true });
  const closing = new AbortController();
  return {
    get closed() {
      return closing.signal.aborted;
    },
    async call(call) {
      const first = await callOnce(call, agent, closing.signal);
      // A kept connection that the other side closed in the meantime says nothing about this call.
      return first === 'staleConnection' ? settle(await callOnce(call, agent, closing.signal)) : first;
    },
    pause(ms) {
      return new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          closing.signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, closing.signal.aborted ? 0 : Math.max(0, ms));
        closing.signal.addEventListener('abort', done);
      });
    },
    close() {
      closing.abort();
      agent.destroy();
    },
  };
}

function settle(result: OutgoingResult | 'staleConnection'): OutgoingResult {
  return result === 'staleConnection' ? { kind: 'broken', code: 'ECONNRESET', tookMs: 0 } : result;
}

function callOnce(
  call: OutgoingCall,
  agent: Agent,
  closing: AbortSignal,
): Promise<OutgoingResult | 'staleConnection'> {
  const startedAt = performance.now();
  const tookMs = () => performance.now() - startedAt;
  return new Promise((resolve) => {
    const outgoing = request(call.url, {
      method: call.method,
      agent,
      headers: {
        ...call.headers,
        ...(call.body.length > 0 && { 'Content-Length': String(call.body.length) }),
      },
    });
    let isAnswered = false;
    const finish = (result: OutgoingResult | 'staleConnection') => {
      clearTimeout(timer);
      closing.removeEventListener('abort', abort);
      resolve(result);
    };
    const fall = (error: NodeJS.ErrnoException) => {
      const isReset = error.code === 'ECONNRESET' && !isAnswered;
      const stale = isReset && outgoing.reusedSocket && tookMs() < 50;
      finish(stale ? 'staleConnection' : { kind: 'broken', code: error.code ?? 'broken', tookMs: tookMs() });
    };
    const abort = () => outgoing.destroy(Object.assign(new Error('closed'), { code: 'closed' }));
    const timer = setTimeout(() => {
      finish({ kind: 'timeout', tookMs: tookMs() });
      outgoing.destroy();
    }, call.timeoutMs);
    closing.addEventListener('abort', abort);
    if (closing.aborted) abort();
    outgoing.on('error', fall);
    outgoing.on('response', (response) => {
      isAnswered = true;
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fall);
      response.on('end', () => {
        const type = response.headers['content-type'] ?? '';
        const body = Buffer.concat(chunks);
        finish({ kind: 'answer', status: response.statusCode ?? 0, type, body, tookMs: tookMs() });
      });
    });
    outgoing.end(call.body);
  });
}

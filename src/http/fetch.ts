import { type ClientRequest, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import got, { type Response } from 'got';
import type { Fetch, HttpCall, HttpResult } from '../ports/http.ts';
import type { AddressGuard } from './address-guard.ts';
import { type Progress, watchProgress } from './progress.ts';
import { receive, tooLarge } from './receive.ts';
import { followRedirects } from './redirects.ts';

/**
 * The one road out: every HTTP call of the bridge, through got. Of got only the transport is used; retries, its own
 * redirects, cookies and decompression are off, as the core decides about time and the adapters about answers.
 */
export function createFetch(
  guard: AddressGuard,
  { mayCall = () => true }: FetchOptions = {},
): { readonly fetch: Fetch; close(): void } {
  const trusted = openAgents({ keepAlive: true, timeout: idleSocketMs });
  // Never shared: a connection that a trusted call left open would lead past the guard.
  const untrusted = openAgents({ lookup: guard.lookup });
  const fetch: Fetch = async (call) => {
    // Before the signal: whoever notices here that his time has passed aborts it.
    const isAllowed = mayCall();
    if (call.signal?.aborted) return { kind: 'notSent', code: 'aborted' };
    if (!isAllowed) return { kind: 'notSent', code: 'lapsed' };
    const sealed = call.seal ? { ...call, ...call.seal() } : call;
    if (call.untrusted && !guard.allowsHost(sealed.url)) return internalAddress;
    return carry(sealed, call.untrusted ? untrusted : trusted);
  };
  const close = () => {
    for (const agent of [trusted.http, trusted.https, untrusted.http, untrusted.https]) agent.destroy();
  };
  return { fetch: followRedirects(fetch), close };
}

export interface FetchOptions {
  /** Asked at the moment of each call; `false`: another instance may be making it. Default: always. */
  readonly mayCall?: () => boolean;
}

type Agents = ReturnType<typeof openAgents>;

// The number of sockets is not limited: a call that waited for one would leave later than its limit and its seal say.
function openAgents(options: ConstructorParameters<typeof HttpAgent>[0]) {
  return { http: new HttpAgent(options), https: new HttpsAgent({ ...options, minVersion: 'TLSv1.2' }) };
}

/** Shorter than servers keep idle connections (Node: 5 s): a call on one that was just closed has no clear outcome. */
const idleSocketMs = 4000;

const client = got.extend({
  retry: { limit: 0 },
  followRedirect: false,
  decompress: false,
  throwHttpErrors: false,
  responseType: 'buffer',
  headers: { 'user-agent': 'kefu-bridge' },
});

const internalAddress: HttpResult = { kind: 'refused', code: 'internal_address' };

async function carry(call: HttpCall, agent: Agents): Promise<HttpResult> {
  const { into, maxBytes = 1024 * 1024 } = call;
  const cut = prepareCut(call.signal);
  let progress: Progress | undefined;
  const watch = (made: ClientRequest) => {
    progress = watchProgress(made, {
      bodyBytes: Buffer.byteLength(call.body ?? ''),
      connectTimeoutMs: call.connectTimeoutMs ?? 3000,
      onConnectTimeout: () => cut.off('etimedout'),
    });
  };
  const options = { ...gotOptions(call), agent, signal: cut.signal };
  try {
    if (into) return await receive(client.stream(call.url, options).on('request', watch), into);
    const request = client(call.url, options).on('request', watch);
    request.on('downloadProgress', ({ transferred, total = 0 }) => {
      if (Math.max(transferred, total) > maxBytes) cut.off('tooLarge');
    });
    const response = (await request) as Response<Buffer>; // by `responseType`
    return response.rawBody.byteLength > maxBytes ? tooLarge(maxBytes) : answerOf(response);
  } catch (error) {
    if (cut.why() === 'tooLarge') return tooLarge(maxBytes);
    const code = cut.why() ?? codeOf(error);
    if (code === 'einternal') return internalAddress;
    return { kind: progress?.mayHaveArrived() ? 'lost' : 'notSent', code };
  } finally {
    progress?.end();
    cut.end();
  }
}

/** Why the bridge itself ended a call. */
type Cut = 'aborted' | 'etimedout' | 'tooLarge';

// Not AbortSignal.any(), which keeps memory for as long as the longest-lived signal lives.
function prepareCut(given: AbortSignal | undefined) {
  const control = new AbortController();
  let first: Cut | undefined;
  const off = (why: Cut) => {
    first ??= why;
    control.abort();
  };
  const abort = () => off('aborted');
  given?.addEventListener('abort', abort, { once: true });
  return {
    signal: control.signal,
    off,
    why: () => first,
    end: () => given?.removeEventListener('abort', abort),
  };
}

function gotOptions({ method, headers, body, timeoutMs = 10_000, idleTimeoutMs }: HttpCall) {
  return {
    method,
    timeout: { request: timeoutMs, ...(idleTimeoutMs !== undefined && { socket: idleTimeoutMs }) },
    ...(headers && { headers }),
    ...(body !== undefined && { body }),
  };
}

function answerOf({ statusCode, headers, rawBody }: Response<Buffer>): HttpResult {
  return {
    kind: 'answer',
    status: statusCode,
    headers: headers as Record<string, string | undefined>, // only set-cookie is a list, and nobody reads it
    body: Buffer.from(rawBody.buffer, rawBody.byteOffset, rawBody.byteLength),
  };
}

// Only the code: messages may hold the URL.
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code.toLowerCase() : 'failed';
}

import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import got, { RequestError, type RequestPromise, type Response } from 'got';
import type { Fetch, HttpResult } from '../ports/http.ts';
import type { AddressGuard } from './address-guard.ts';

/**
 * The one road out: every HTTP call of the bridge, through got. Of got only the transport is used; retries, redirects,
 * cookies and decompression are off, as the core decides about time and the adapters about answers.
 */
export function createFetch(guard: AddressGuard): { readonly fetch: Fetch; close(): void } {
  const agents = {
    http: new HttpAgent({ keepAlive: true, maxSockets: 64 }),
    https: new HttpsAgent({ keepAlive: true, maxSockets: 64, minVersion: 'TLSv1.2' }),
  };
  const client = got.extend({
    agent: agents,
    retry: { limit: 0 },
    followRedirect: false,
    decompress: false,
    throwHttpErrors: false,
    responseType: 'buffer',
    headers: { 'user-agent': 'kefu-bridge' },
  });

  const fetch: Fetch = async (call) => {
    const sealed = call.seal ? { ...call, ...call.seal() } : call;
    if (call.signal?.aborted) return { kind: 'notSent', code: 'aborted' };
    if (call.untrusted && !guard.allowsHost(sealed.url)) return { kind: 'refused', code: 'internal_address' };
    const tooLarge = new AbortController();
    const request = client(sealed.url, {
      method: call.method,
      ...(sealed.headers && { headers: sealed.headers }),
      ...(sealed.body !== undefined && { body: sealed.body }),
      signal: call.signal ? AbortSignal.any([call.signal, tooLarge.signal]) : tooLarge.signal,
      ...(call.untrusted && { dnsLookup: guard.lookup }),
      timeout: { connect: call.connectTimeoutMs ?? 3000, request: call.timeoutMs ?? 10_000 },
    });
    return settle(request as RequestPromise<Response<Buffer>>, call.maxBytes ?? 1024 * 1024, tooLarge);
  };
  const close = () => {
    agents.http.destroy();
    agents.https.destroy();
  };
  return { fetch, close };
}

async function settle(
  request: RequestPromise<Response<Buffer>>,
  maxBytes: number,
  tooLarge: AbortController,
): Promise<HttpResult> {
  let written = false;
  request.on('uploadProgress', ({ percent }) => {
    // got reports 1 when the request has been written; before that nothing can have been processed.
    if (percent === 1) written = true;
  });
  request.on('downloadProgress', ({ transferred, total }) => {
    if (Math.max(transferred, total ?? 0) > maxBytes) tooLarge.abort();
  });
  try {
    const { statusCode, headers, rawBody } = await request;
    return {
      kind: 'answer',
      status: statusCode,
      headers: headers as Record<string, string | undefined>, // only set-cookie is a list, and nobody reads it
      body: Buffer.from(rawBody.buffer, rawBody.byteOffset, rawBody.byteLength),
    };
  } catch (error) {
    return tooLarge.signal.aborted
      ? { kind: 'tooLarge', code: `over_${maxBytes}_bytes` }
      : explain(error, written);
  }
}

function explain(error: unknown, written: boolean): HttpResult {
  if (!(error instanceof RequestError)) return { kind: written ? 'lost' : 'notSent', code: 'aborted' };
  if (error.code === 'EINTERNAL') return { kind: 'refused', code: 'internal_address' };
  const connected = error.timings?.connect !== undefined;
  return {
    kind: connected && wasWritten(error, written) ? 'lost' : 'notSent',
    code: error.code.toLowerCase(),
  };
}

// A request without a body reports no progress: once connected, it may have arrived.
function wasWritten(error: RequestError, written: boolean): boolean {
  return written || error.timings?.upload !== undefined || error.options.body === undefined;
}

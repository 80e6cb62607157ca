import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import getRawBody from 'raw-body';
import type { RawRequest } from '../ports/request.ts';

export type BodyReading =
  | { readonly kind: 'request'; readonly request: RawRequest }
  /** `status`: 413 too long; 400 cut, or not what its headers say. */
  | { readonly kind: 'refused'; readonly status: number };

/** Reads a request to the byte, whatever its content type says. `part` is what the route has behind the helpdesk's name. */
export async function readRequest(
  context: Context,
  limit: { readonly maxBytes: number; readonly part?: string | undefined },
): Promise<BodyReading> {
  const body = await readBody(context, limit.maxBytes);
  if (typeof body === 'number') return { kind: 'refused', status: body };
  const headers = Object.fromEntries(
    Object.entries(context.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
  const request = {
    method: context.method,
    path: context.path,
    query: new URLSearchParams(context.querystring),
    headers,
    body,
    ...(limit.part !== undefined && { part: limit.part }),
  };
  return { kind: 'request', request };
}

async function readBody(context: Context, maxBytes: number): Promise<Buffer | number> {
  const { length = null } = context.request;
  try {
    if (asksBeforeSending(context.req) && (length ?? 0) <= maxBytes) context.res.writeContinue();
    return await getRawBody(context.req, { length, limit: maxBytes });
  } catch (error) {
    // What is left of the body is not read: the connection cannot be used again.
    context.set('Connection', 'close');
    const status = error instanceof Error && 'status' in error ? Number(error.status) : 400;
    return status === 413 ? 413 : 400;
  }
}

/** RFC 9110, 10.1.1: the client waits for a 100; HTTP/1.0 knows none. Node answers all other expectations with 417. */
function asksBeforeSending({ headers, httpVersion }: IncomingMessage): boolean {
  return headers.expect !== undefined && httpVersion === '1.1';
}

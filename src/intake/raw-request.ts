import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import getRawBody from 'raw-body';
import type { RawRequest } from '../ports/request.ts';
import { type BodyRoom, createBodyRoom } from './body-room.ts';

export type BodyReading =
  | { readonly kind: 'request'; readonly request: RawRequest }
  /** `status`: 413 too long; 400 cut, or not what its headers say. */
  | { readonly kind: 'refused'; readonly status: number };

export interface BodyLimit {
  readonly maxBytes: number;
  /** What the route has behind the helpdesk's name. */
  readonly part?: string | undefined;
  /** Default: the one of the process. */
  readonly room?: BodyRoom;
}

/** Nobody has proved anything yet: it is an eighth of what the service may take (`MemoryMax`). */
const wholeRoom = createBodyRoom(128 * 1_048_576);

/** Is written as it came: encoded anew it would not be what was sent, and each push would wait for that. */
class ReceivedQuery extends URLSearchParams {
  readonly #text: string;

  constructor(text: string) {
    super(text);
    this.#text = text;
  }

  override toString(): string {
    return this.#text;
  }
}

/** Reads a request to the byte, whatever its content type says. */
export async function readRequest(context: Context, limit: BodyLimit): Promise<BodyReading> {
  const body = await readBody(context, limit);
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
    query: new ReceivedQuery(context.querystring),
    headers,
    body,
    ...(limit.part !== undefined && { part: limit.part }),
  };
  return { kind: 'request', request };
}

async function readBody(
  context: Context,
  { maxBytes, room = wholeRoom }: BodyLimit,
): Promise<Buffer | number> {
  const { req } = context;
  const { length = null } = context.request;
  // Without an answer, as it must end now: who meant well comes again.
  const place = room.enter(() => req.destroy());
  const take = (piece: Buffer) => place.take(piece.length);
  try {
    if (asksBeforeSending(req) && (length ?? 0) <= maxBytes) context.res.writeContinue();
    req.on('data', take);
    return await getRawBody(req, { length, limit: maxBytes });
  } catch (error) {
    // What is left of the body is not read: the connection cannot be used again.
    context.set('Connection', 'close');
    const status = error instanceof Error && 'status' in error ? Number(error.status) : 400;
    return status === 413 ? 413 : 400;
  } finally {
    req.off('data', take);
    place.leave();
  }
}

/** RFC 9110, 10.1.1: the client waits for a 100; HTTP/1.0 knows none. Node answers all other expectations with 417. */
function asksBeforeSending({ headers, httpVersion }: IncomingMessage): boolean {
  return headers.expect !== undefined && httpVersion === '1.1';
}

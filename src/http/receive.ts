import { once } from 'node:events';
import type { Request, Response } from 'got';
import type { BodySink, HttpResult } from '../ports/http.ts';

/**
 * Passes the body of a 2xx on piece by piece; no other body is read. Rejects where the connection breaks before the
 * body's end, and where the sink does.
 */
export async function receive(stream: Request, into: BodySink): Promise<HttpResult> {
  stream.on('error', () => {}); // whoever waits or reads is told; between the two nobody does
  const [{ statusCode: status, headers }] = (await once(stream, 'response')) as [Response]; // got's own event
  const answer: HttpResult = {
    kind: 'answer',
    status,
    headers: headers as Record<string, string | undefined>, // only set-cookie is a list, and nobody reads it
    body: Buffer.alloc(0),
  };
  try {
    if (status < 200 || status > 299) return answer;
    if (Number(headers['content-length'] ?? 0) > into.maxBytes) return tooLarge(into.maxBytes);
    await into.begin();
    let bytes = 0;
    for await (const piece of stream as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > into.maxBytes) return tooLarge(into.maxBytes);
      await into.take(piece);
    }
    return answer;
  } finally {
    stream.destroy();
  }
}

export function tooLarge(maxBytes: number): HttpResult {
  return { kind: 'tooLarge', code: `over_${maxBytes}_bytes` };
}

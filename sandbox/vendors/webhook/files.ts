import { randomUUID } from 'node:crypto';
import { openBoundedMap } from '../bounded-map.ts';
import { isRecord } from '../json.ts';
import type { Outgoing } from '../outgoing.ts';
import type { Answer, Call } from '../server.ts';
import { mimeTypes, sniffFormat } from '../sniff.ts';
import type { Received } from './receive.ts';

/** What agents send lies here for the bridge to fetch, and a copy of what visitors sent. */
export interface Files {
  /** Puts a file of an agent's down, and gives its address. */
  lay(bytes: Buffer): string;
  /** Fetches the media of a visitor's message from the bridge. */
  keepMedia(received: Received): Promise<void>;
  /** The copy of what lies at this address. */
  copyOf(url: string): Buffer | undefined;
  serve(call: Call): Answer;
}

export const filePath = '/files/';

export function openFiles(baseUrl: () => string, outgoing: Outgoing): Files {
  const files = openBoundedMap<Buffer>({
    maxCount: 1000,
    maxBytes: 64 * 1024 * 1024,
    weigh: ({ length }) => length,
  });
  return {
    lay(bytes) {
      const url = `${baseUrl()}${filePath}${randomUUID()}`;
      files.set(url, bytes);
      return url;
    },
    async keepMedia(received) {
      for (const url of mediaUrlsIn(received)) {
        const call = { method: 'GET', url, headers: {}, body: Buffer.alloc(0), timeoutMs: 5000 };
        const result = await outgoing.call(call);
        if (result.kind === 'answer' && result.status === 200) files.set(url, result.body);
      }
    },
    copyOf: (url) => files.get(url),
    serve({ path }) {
      const body = files.get(`${baseUrl()}${path}`);
      if (body === undefined) return { status: 404, type: 'text/plain', body: '' };
      const format = sniffFormat(body);
      return {
        status: 200,
        type: format === undefined ? 'application/octet-stream' : mimeTypes[format],
        body,
      };
    },
  };
}

/** Only those of a bridge on this machine: a pretended helpdesk goes nowhere else. */
function mediaUrlsIn({ data }: Received): readonly string[] {
  const parts = Array.isArray(data.parts) ? data.parts.filter(isRecord) : [];
  return parts.flatMap(({ url }) =>
    typeof url === 'string' && url.startsWith('http://127.0.0.1:') ? [url] : [],
  );
}

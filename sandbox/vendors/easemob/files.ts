import { randomBytes, randomUUID } from 'node:crypto';
import { openBoundedMap } from '../bounded-map.ts';
import type { Answer, Call } from '../server.ts';
import { mimeTypes, sniffFormat } from '../sniff.ts';
import { json } from './answers.ts';

/** A file of `chatfiles`. Without a secret anybody may open it. */
export interface StoredFile {
  readonly uuid: string;
  readonly url: string;
  readonly secret: string;
  readonly bytes: Buffer;
  readonly name: string;
}

export interface FileShelf {
  put(file: { readonly bytes: Buffer; readonly name: string; readonly isRestricted: boolean }): StoredFile;
  /** The file that has this URL. */
  find(url: string): StoredFile | undefined;
  serve(call: Call): Answer;
}

/** `base` is that of the app's API: `…/org/app`. */
export function openFileShelf(base: () => string): FileShelf {
  const files = openBoundedMap<StoredFile>({
    maxCount: 10_000,
    maxBytes: 256 * 1024 * 1024,
    weigh: ({ bytes }) => bytes.length,
  });
  const start = () => `${base()}/chatfiles/`;
  const find = (url: string) => (url.startsWith(start()) ? files.get(url.slice(start().length)) : undefined);
  return {
    put({ bytes, name, isRestricted }) {
      const uuid = randomUUID();
      const secret = isRestricted ? randomBytes(12).toString('base64url') : '';
      const file = { uuid, url: start() + uuid, secret, bytes, name };
      files.set(uuid, file);
      return file;
    },
    find,
    serve(call) {
      const file = files.get(call.path.slice(call.path.lastIndexOf('/') + 1));
      if (file === undefined) return json(404, { error: 'service_resource_not_found' });
      const given = call.headers['share-secret'] ?? call.query.get('share-secret') ?? '';
      if (file.secret !== '' && given !== file.secret) return json(401, { error: 'unauthorized' });
      const format = sniffFormat(file.bytes);
      const type = format === undefined ? 'application/octet-stream' : mimeTypes[format];
      return { status: 200, type, body: file.bytes };
    },
  };
}

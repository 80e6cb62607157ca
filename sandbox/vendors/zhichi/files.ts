import { randomBytes } from 'node:crypto';
import { openBoundedMap } from '../bounded-map.ts';
import type { Answer, Call } from '../server.ts';
import { mimeTypes, sniffFormat } from '../sniff.ts';
import { readForm } from './upload.ts';

/** A file that Zhichi keeps, and serves at `url`. */
export interface StoredFile {
  readonly url: string;
  readonly bytes: Buffer;
  readonly name?: string;
}

/** The files that agents sent and visitors uploaded. */
export interface FileShelf {
  put(file: Pick<StoredFile, 'bytes' | 'name'>): StoredFile;
  find(url: string): StoredFile | undefined;
  serve(call: Call): Answer;
  /** Keeps the file of a form, or says what is wrong with the form. */
  take(call: Call): StoredFile | string;
}

/** Where files are served. */
export const filePath = '/file/';

export function openFileShelf(baseUrl: () => string): FileShelf {
  const files = openBoundedMap<StoredFile>({
    maxCount: 10_000,
    maxBytes: 256 * 1024 * 1024,
    weigh: ({ bytes }) => bytes.length,
  });
  const put: FileShelf['put'] = (given) => {
    const file = { ...given, url: `${baseUrl()}${filePath}${randomBytes(16).toString('hex')}` };
    files.set(file.url, file);
    return file;
  };
  return {
    put,
    find: files.get,
    serve({ path, method }) {
      const file = files.get(baseUrl() + path);
      if (file === undefined || method !== 'GET') return { status: 404, type: 'text/plain', body: '' };
      const format = sniffFormat(file.bytes);
      const type = format === undefined ? 'application/octet-stream' : mimeTypes[format];
      return { status: 200, type, body: file.bytes };
    },
    take(call) {
      const form = readForm(call.headers['content-type'] ?? '', call.body);
      return typeof form === 'string' ? form : put(form);
    },
  };
}

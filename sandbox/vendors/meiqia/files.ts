import { randomBytes } from 'node:crypto';
import { openBoundedMap } from '../bounded-map.ts';
import { readParts } from '../multipart.ts';
import type { Answer, Call } from '../server.ts';
import { mimeTypes, sniffFormat } from '../sniff.ts';

/** What was uploaded, or what an agent sends; served at `url`. */
export interface StoredFile {
  readonly key: string;
  readonly url: string;
  readonly kind: 'photo' | 'audio' | 'video';
  readonly bytes: Buffer;
}

/** Where uploads lie, and what agents send. */
export interface FileShelf {
  put(kind: StoredFile['kind'], bytes: Buffer): StoredFile;
  find(key: string): StoredFile | undefined;
  /** Allows one upload of a video; gives the fields of its policy. */
  allowVideo(): {
    readonly url: string;
    readonly fileUrl: string;
    readonly fields: Readonly<Record<string, string>>;
  };
  /** Takes a video by its policy. */
  takeVideo(call: Call): Answer;
  serve(call: Call): Answer;
}

export const filePath = '/files/';
export const storePath = '/oss/';

export function openFileShelf(baseUrl: () => string): FileShelf {
  const files = openBoundedMap<StoredFile>({
    maxCount: 10_000,
    maxBytes: 256 * 1024 * 1024,
    weigh: ({ bytes }) => bytes.length,
  });
  const policies = new Map<string, string>();
  const keep = (kind: StoredFile['kind'], bytes: Buffer, key: string): StoredFile => {
    const file = { key, url: `${baseUrl()}${filePath}${key}`, kind, bytes };
    files.set(key, file);
    return file;
  };
  return {
    put: (kind, bytes) => keep(kind, bytes, `${kind}-${randomBytes(9).toString('base64url')}`),
    find: files.get,
    allowVideo() {
      const key = `video-${randomBytes(9).toString('base64url')}.mp4`;
      const policy = randomBytes(12).toString('base64');
      policies.set(key, policy);
      const fields = { key, policy, success_action_status: '204' };
      return { url: `${baseUrl()}${storePath}`, fileUrl: `${baseUrl()}${filePath}${key}`, fields };
    },
    takeVideo(call) {
      const reading = readParts(call.headers['content-type'] ?? '', call.body);
      const parts = reading.kind === 'parts' ? reading.parts : [];
      const last = parts.at(-1);
      const values = new Map(parts.map(({ name, bytes }) => [name, bytes.toString()]));
      const key = values.get('key') ?? '';
      // All the fields, and then the file.
      const isWhole =
        last?.name === 'file' && last.filename !== undefined && sniffFormat(last.bytes) === 'mp4';
      if (!isWhole || values.get('policy') !== policies.get(key) || !values.has('success_action_status')) {
        return { status: 403, type: 'application/xml', body: '<Error><Code>AccessDenied</Code></Error>' };
      }
      policies.delete(key);
      keep('video', last.bytes, key);
      return { status: 204, type: 'application/xml', body: '' };
    },
    serve(call) {
      const file = files.get(call.path.slice(filePath.length));
      if (file === undefined) return { status: 404, type: 'text/plain', body: '' };
      const format = sniffFormat(file.bytes);
      return {
        status: 200,
        type: format === undefined ? 'application/octet-stream' : mimeTypes[format],
        body: file.bytes,
      };
    },
  };
}

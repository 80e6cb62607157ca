import { randomBytes } from 'node:crypto';
import { openBoundedMap } from '../bounded-map.ts';
import { readOnlyPart } from '../multipart.ts';
import type { Answer, Call } from '../server.ts';
import { mimeTypes, sniffFormat } from '../sniff.ts';
import { writeStatus } from './answers.ts';
import { md5Hex } from './signature.ts';

/** A file that Qiyu keeps, and serves at `url`. */
export interface StoredFile {
  readonly url: string;
  readonly bytes: Buffer;
  readonly md5: string;
  readonly name?: string;
  readonly at: number;
  readonly from: 'upload' | 'agent';
}

export interface FileShelf {
  put(file: Pick<StoredFile, 'bytes' | 'name' | 'from'>): StoredFile;
  /** The file that has this URL. */
  find(url: string): StoredFile | undefined;
  serve(call: Call): Answer;
}

export const filePath = '/file/';

export function openFileShelf(now: () => number, baseUrl: () => string): FileShelf {
  const files = openBoundedMap<StoredFile>({
    maxCount: 10_000,
    maxBytes: 256 * 1024 * 1024,
    weigh: ({ bytes }) => bytes.length,
  });
  const find = (url: string) => {
    const start = baseUrl() + filePath;
    return url.startsWith(start) ? files.get(url.slice(start.length)) : undefined;
  };
  return {
    put(given) {
      const id = randomBytes(16).toString('hex');
      const file = { ...given, url: baseUrl() + filePath + id, md5: md5Hex(given.bytes), at: now() };
      files.set(id, file);
      return file;
    },
    find,
    serve(call) {
      const file = find(baseUrl() + call.path);
      if (file === undefined) return writeStatus(404);
      if (call.method !== 'GET') return writeStatus(405);
      const format = sniffFormat(file.bytes);
      const type = format === undefined ? 'application/octet-stream' : mimeTypes[format];
      return { status: 200, type, body: file.bytes };
    },
  };
}

/** The file of an upload, whose bytes the checksum is made over; or what is wrong with the way it is wrapped. */
export type UploadReading =
  | { readonly kind: 'file'; readonly bytes: Buffer; readonly name?: string }
  | { readonly kind: 'fault'; readonly because: string };

/** `message/uploadFile`: one part named `file`, with a filename. */
export function readMultipart(call: Call): UploadReading {
  const reading = readOnlyPart(call.headers['content-type'] ?? '', call.body);
  if (reading.kind === 'fault') return { kind: 'fault', because: reading.fault };
  const { name, filename, bytes } = reading.part;
  if (name !== 'file' || !filename) return { kind: 'fault', because: 'file' };
  return { kind: 'file', bytes, name: filename };
}

/** `message/sendFile`: base64 without prefix or line breaks. The page and the sample of Qiyu differ in the content type. */
export function readBase64(call: Call): UploadReading {
  const type = call.headers['content-type'] ?? '';
  const isKnown = /^(text\/plain;\s*charset=iso-8859-1|application\/json(;\s*charset=utf-8)?)$/i.test(type);
  if (!isKnown) return { kind: 'fault', because: 'content type' };
  const text = call.body.toString('latin1');
  const bytes = Buffer.from(text, 'base64');
  // Node skips what is not base64: only what comes out the same was to the letter.
  return bytes.toString('base64') === text ? { kind: 'file', bytes } : { kind: 'fault', because: 'base64' };
}

import { randomBytes } from 'node:crypto';
import { openBoundedMap } from '../bounded-map.ts';
import { readOnlyPart } from '../multipart.ts';
import type { Answer, Call } from '../server.ts';
import { type FileFormat, mimeTypes, sniffFormat } from '../sniff.ts';
import { answerJson, preconditionFailed, refuse } from './errors.ts';

export interface Medium {
  readonly id: string;
  readonly bytes: Buffer;
  readonly type: string;
  /** In a push, or by an upload. */
  readonly from: 'visitor' | 'upload';
  readonly createdAt: number;
}

export interface MediaShelf {
  /** A medium that a visitor sent. */
  add(bytes: Buffer, type: string): Medium;
  get(id: string): Medium | undefined;
  /** 0 if this id can be sent as one of these types (own, younger than 3 days), else 41006 or 40007. */
  check(id: unknown, types: readonly string[]): number;
  upload(call: Call): Answer;
  /** `media/get`. `pictureUrl` makes the public address of a medium. */
  download(query: URLSearchParams, pictureUrl: (id: string) => string): Answer;
}

interface UploadRule {
  readonly formats: readonly FileFormat[];
  readonly maxBytes: number;
  readonly tooLarge: number;
}

const lifeMs = 3 * 86_400_000;
const mebibyte = 1024 * 1024;

export function openMediaShelf(now: () => number, imageMaxBytes: number): MediaShelf {
  const media = openBoundedMap<Medium>({
    maxCount: 10_000,
    maxBytes: 256 * mebibyte,
    weigh: (medium) => medium.bytes.length,
  });
  const rules: Readonly<Record<string, UploadRule>> = {
    image: { formats: ['png', 'jpg', 'gif'], maxBytes: imageMaxBytes, tooLarge: 40009 },
    voice: { formats: ['amr', 'mp3'], maxBytes: 2 * mebibyte, tooLarge: 40010 },
    video: { formats: ['mp4'], maxBytes: 10 * mebibyte, tooLarge: 40011 },
    thumb: { formats: ['jpg'], maxBytes: 64 * 1024, tooLarge: 40012 },
  };
  const find = (id: unknown) => {
    const medium = typeof id === 'string' ? media.get(id) : undefined;
    return medium !== undefined && medium.createdAt + lifeMs > now() ? medium : undefined;
  };
  const put = (bytes: Buffer, type: string, from: Medium['from']) => {
    const medium = { id: randomBytes(48).toString('base64url'), bytes, type, from, createdAt: now() };
    media.set(medium.id, medium);
    return medium;
  };
  return {
    add: (bytes, type) => put(bytes, type, 'visitor'),
    get: media.get,
    check(id, types) {
      if (id === undefined || id === '') return 41006;
      return types.includes(find(id)?.type ?? '') ? 0 : 40007;
    },
    upload(call) {
      const type = call.query.get('type') ?? '';
      const rule = Object.hasOwn(rules, type) ? rules[type] : undefined;
      if (rule === undefined) return refuse(40004, now());
      const reading = readUpload(call, rule);
      if (reading.kind === 'answer') return reading.answer;
      if (reading.kind === 'refused') return refuse(reading.errcode, now());
      const medium = put(reading.bytes, type, 'upload');
      const id = type === 'thumb' ? { thumb_media_id: medium.id } : { media_id: medium.id };
      return answerJson({ type, ...id, created_at: Math.floor(now() / 1000), item: [] }, 'text/plain');
    },
    download(query, pictureUrl) {
      const errcode = query.get('media_id') ? 0 : 41006;
      const medium = find(query.get('media_id'));
      if (medium === undefined) return refuse(errcode || 40007, now(), 'text/plain');
      if (medium.type === 'video') return answerJson({ video_url: pictureUrl(medium.id) }, 'text/plain');
      return answerFile(medium);
    },
  };
}

/** The bytes of a medium with their own type. */
export function answerFile(medium: Medium): Answer {
  const format = sniffFormat(medium.bytes);
  const name = `${medium.id.slice(0, 12)}.${format ?? 'bin'}`;
  return {
    status: 200,
    type: format === undefined ? 'application/octet-stream' : mimeTypes[format],
    headers: { 'Content-disposition': `attachment; filename="${name}"` },
    body: medium.bytes,
  };
}

type UploadReading =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'refused'; readonly errcode: number }
  | { readonly kind: 'answer'; readonly answer: Answer };

function readUpload(call: Call, rule: UploadRule): UploadReading {
  const reading = readOnlyPart(call.headers['content-type'] ?? '', call.body);
  if (reading.kind === 'fault') {
    return reading.fault === 'boundary'
      ? { kind: 'answer', answer: preconditionFailed }
      : { kind: 'refused', errcode: 41005 };
  }
  const { name, filename, type, bytes } = reading.part;
  const extension = /^[ -~]+\.(\w+)$/
    .exec(filename ?? '')?.[1]
    ?.toLowerCase()
    .replace('jpeg', 'jpg');
  if (name !== 'media' || type === undefined || extension === undefined)
    return { kind: 'refused', errcode: 41005 };
  if (bytes.length === 0) return { kind: 'refused', errcode: 44001 };
  if (bytes.length > rule.maxBytes) return { kind: 'refused', errcode: rule.tooLarge };
  const format = sniffFormat(bytes);
  if (format === undefined || format !== extension || !rule.formats.includes(format)) {
    return { kind: 'refused', errcode: 40005 };
  }
  return { kind: 'bytes', bytes };
}

import { randomBytes } from 'node:crypto';
import { readOnlyPart } from '../multipart.ts';
import type { Answer, Call } from '../server.ts';
import { answer, type Reply, refuse } from './reply.ts';

/** A temporary medium. */
export interface ShelvedFile {
  readonly type: string;
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly until: number;
}

export type Shelf = Map<string, ShelvedFile>;

const mostBytes: Readonly<Record<string, number>> = {
  image: 10_485_760,
  voice: 2_097_152,
  video: 10_485_760,
  file: 20_971_520,
};
const livesMs = 3 * 86_400_000;

export function receiveFile(shelf: Shelf, { method, query, headers, body }: Call, now: number): Reply {
  if (method !== 'POST') return refuse(43002);
  const type = query.get('type') ?? '';
  const most = Object.hasOwn(mostBytes, type) ? mostBytes[type] : undefined;
  if (most === undefined) return refuse(40004);
  const reading = readOnlyPart(headers['content-type'] ?? '', body);
  if (reading.kind !== 'part' || reading.part.name !== 'media' || !reading.part.filename)
    return refuse(44001);
  const { bytes, filename, type: contentType = 'application/octet-stream' } = reading.part;
  if (bytes.length <= 5) return refuse(44001);
  if (bytes.length > most) return refuse(45001);
  if (type === 'voice' && !bytes.subarray(0, 5).equals(Buffer.from('#!AMR'))) return refuse(40005);
  const media_id = shelve(shelf, { type, name: filename, contentType, bytes }, now);
  return answer({ type, media_id, created_at: String(Math.floor(now / 1000)) });
}

export function shelve(shelf: Shelf, file: Omit<ShelvedFile, 'until'>, now: number): string {
  const id = `sim${randomBytes(16).toString('base64url')}`;
  shelf.set(id, { ...file, until: now + livesMs });
  return id;
}

/** `undefined`: there is none; that is said in JSON. */
export function serveFile(shelf: Shelf, id: string, now: number): Answer | undefined {
  const file = shelf.get(id);
  if (file === undefined || file.until <= now) return undefined;
  const headers = { 'Content-disposition': `attachment; filename="${file.name}"` };
  return { status: 200, type: file.contentType, headers, body: file.bytes };
}

import { isRecord, type JsonRecord, readJsonRecord } from '../json.ts';
import { type Part, readParts } from '../multipart.ts';
import type { Call } from '../server.ts';

export interface StoredFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** `undefined`: no JSON, or a field that is not documented. */
export function jsonOf({ headers, body }: Call, known: readonly string[]): JsonRecord | undefined {
  if (headers['content-type'] !== 'application/json') return undefined;
  const json = readJsonRecord(body.toString('utf8'));
  return isRecord(json) && Object.keys(json).every((name) => known.includes(name)) ? json : undefined;
}

/** A visitor's message as a form: `content` and any number of `attachments[]`, one of them at least. */
export function saidIn({
  headers,
  body,
}: Call): { readonly content: string; readonly files: readonly StoredFile[] } | undefined {
  const read = readParts(headers['content-type'] ?? '', body);
  if (read.kind === 'fault') return undefined;
  const isKnown = ({ name, filename }: Part) =>
    filename === undefined ? ['content', 'echo_id'].includes(name) : name === 'attachments[]';
  if (!read.parts.every(isKnown)) return undefined;
  const content = read.parts.find(({ name }) => name === 'content')?.bytes.toString('utf8') ?? '';
  const files = read.parts.flatMap(({ filename, type = '', bytes }) =>
    filename === undefined ? [] : [{ name: filename, type, bytes }],
  );
  return content === '' && files.length === 0 ? undefined : { content, files };
}

/** How Chatwoot sorts attachments. */
export function kindOf(type: string): string {
  const [kind = ''] = type.split('/');
  return ['image', 'audio', 'video'].includes(kind) ? kind : 'file';
}

import { readParts } from '../multipart.ts';

/** The file of an upload (`user_upload_file`), beside the random text that has to come with it; or what is wrong. */
export function readForm(
  contentType: string,
  body: Buffer,
): { readonly name: string; readonly bytes: Buffer } | string {
  const reading = readParts(contentType, body);
  if (reading.kind === 'fault') return reading.fault;
  const file = reading.parts.find(({ name }) => name === 'file');
  const key = reading.parts.find(({ name }) => name === 'file_num_key');
  if (reading.parts.length !== 2 || file?.filename === undefined || file.bytes.length === 0) return 'file';
  if (key === undefined || key.bytes.length === 0 || key.filename !== undefined) return 'file_num_key';
  return { name: file.filename, bytes: file.bytes };
}

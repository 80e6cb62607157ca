import { writeFormFile } from '../formats/form-file.ts';
import type { Random } from './tools.ts';

const extensions: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'audio/amr': 'amr',
  'audio/mpeg': 'mp3',
  'video/mp4': 'mp4',
};

/**
 * The form of a media upload as one buffer. WeChat's gateway wants a length, an unquoted boundary and a plain ASCII
 * file name with the right extension; else it answers 412 or 41005.
 */
export function writeMultipart(
  file: { readonly type: string; readonly bytes: Buffer },
  random: Random,
): { readonly type: string; readonly body: Buffer } {
  const boundary = `----bridge${random(12).toString('hex')}`;
  const name = `media.${extensions[file.type] ?? 'bin'}`;
  return writeFormFile({ field: 'media', name, ...file }, boundary);
}

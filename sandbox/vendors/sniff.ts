/** What a file's first bytes say it is. */
export type FileFormat = 'png' | 'jpg' | 'gif' | 'webp' | 'bmp' | 'heic' | 'amr' | 'mp3' | 'mp4';

export const mimeTypes: Readonly<Record<FileFormat, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  heic: 'image/heic',
  amr: 'audio/amr',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
};

/** The format by the first bytes, never by a name or a header; `undefined` for what is not in the list. */
export function sniffFormat(bytes: Buffer): FileFormat | undefined {
  const text = bytes.subarray(0, 12).toString('latin1');
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('\xff\xd8\xff')) return 'jpg';
  if (/^GIF8[79]a/.test(text)) return 'gif';
  if (/^RIFF.{4}WEBP/s.test(text)) return 'webp';
  if (text.startsWith('BM')) return 'bmp';
  if (text.startsWith('#!AMR')) return 'amr';
  if (text.startsWith('ID3') || /^\xff[\xfb\xf3\xf2]/.test(text)) return 'mp3';
  if (/^.{4}ftyp(?:hei[cxms]|mif1)/s.test(text)) return 'heic';
  if (text.slice(4, 8) === 'ftyp') return 'mp4';
  return undefined;
}

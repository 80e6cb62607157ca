/** What bytes say they are, whatever their sender says. */
export interface Sniffed {
  readonly type: string;
  readonly extension: string;
}

/** What a sender chose is looked at no further than this. */
export const SNIFFED_BYTES = 64 * 1024;

/** Tells a medium's type by its first bytes (all of them, or {@link SNIFFED_BYTES}); `undefined`: they do not tell. */
export async function sniffType(head: Buffer): Promise<Sniffed | undefined> {
  const looked = head.subarray(0, SNIFFED_BYTES);
  const found = await sniffFormat(looked);
  if (found !== undefined && found.type !== 'application/xml') return found;
  const text = readText(looked);
  return text === undefined ? found : (markupOf(text) ?? found);
}

async function sniffFormat(bytes: Buffer): Promise<Sniffed | undefined> {
  // Loaded with the first medium: a bridge that carries only words need not hold it.
  const { fileTypeFromBuffer } = await import('file-type');
  // What begins like a format and breaks it rejects.
  const found = await fileTypeFromBuffer(bytes).catch(() => undefined);
  if (found) return { type: found.mime, extension: found.ext };
  return beginnings.find(({ start }) => bytes.subarray(0, start.length).equals(start));
}

/** Formats whose proof may lie beyond what is looked at. */
const beginnings: readonly (Sniffed & { readonly start: Buffer })[] = [
  { start: Buffer.from('II*\0'), type: 'image/tiff', extension: 'tif' },
  { start: Buffer.from('MM\0*'), type: 'image/tiff', extension: 'tif' },
  { start: Buffer.from('PK\x03\x04'), type: 'application/zip', extension: 'zip' },
  { start: Buffer.from('ID3'), type: 'audio/mpeg', extension: 'mp3' },
];

/** Control characters that no text has. */
const controls = /[^\P{Cc}\s]/u;

/** The beginning of a text, in lower case; `undefined` for bytes that are no UTF-8 text. */
function readText(bytes: Buffer): string | undefined {
  try {
    // The last character may be cut.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return controls.test(text) ? undefined : text.trimStart().slice(0, 4096).toLowerCase();
  } catch {
    return undefined;
  }
}

const prolog = /^(?:<\?xml[^>]*>|<!--[\s\S]*?-->|<!doctype svg[^>]*>|\s)*/;
const html =
  /^<(?:!doctype html|html|head|body|script|style|title|meta|link|iframe|img|table|div|p|a|br|h1)[\s>/]/;

/** Of texts only those that a browser would run. */
function markupOf(text: string): Sniffed | undefined {
  const start = text.replace(prolog, '');
  if (/^<svg[\s>]/.test(start)) return { type: 'image/svg+xml', extension: 'svg' };
  return html.test(start) ? { type: 'text/html', extension: 'html' } : undefined;
}

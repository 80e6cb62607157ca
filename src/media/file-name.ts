/**
 * A name that is safe to show, to store and to stand in a URL: the last piece of whatever was given, without characters
 * that mean something to a file system or that cannot be seen, and with the extension that fits the content.
 */
export function nameFile(
  given: string | undefined,
  content: { readonly type: string; readonly extension?: string },
): string {
  const { stem, extension } = split(clean(given ?? ''));
  const kind = content.type.split('/', 1)[0] ?? '';
  const isMedia = kind === 'image' || kind === 'audio' || kind === 'video';
  // A picture's name must not lie, as vendors go by it. A document's own extension knows more than its first bytes:
  // a .docx is a zip.
  const fitting = isMedia ? (content.extension ?? extension) : (extension ?? content.extension);
  return `${stem || (isMedia ? kind : 'file')}.${fitting ?? extensionOf(content.type)}`;
}

/** The name in a Content-Disposition header (RFC 6266), also where a server writes it in raw UTF-8 or percent-encodes it. */
export function nameInDisposition(header: string | undefined): string | undefined {
  const extended = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(header ?? '')?.[1];
  const quoted = /;\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"/i
    .exec(header ?? '')?.[1]
    ?.replaceAll(/\\(.)/g, '$1');
  const plain = quoted ?? /;\s*filename\s*=\s*([^;\s"]+)/i.exec(header ?? '')?.[1];
  const name = extended ?? (plain && fromRawBytes(plain));
  return name && decodePercent(name);
}

const longestName = 60;

function clean(given: string): string {
  // What comes from outside may be endless; only its end matters.
  const last = given.slice(-500).toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const visible = last.replaceAll(/[\p{C}<>:"|?*%#&;]/gu, '').replaceAll(/\s+/g, ' ');
  return visible.replace(/^[. ]+/, '').replace(/[. ]+$/, '');
}

function split(name: string): { readonly stem: string; readonly extension: string | undefined } {
  const found = /^(.+)\.([a-z][a-z0-9]{0,7}|[0-9][a-z0-9]{1,3})$/i.exec(name);
  const stem = [...(found?.[1] ?? name)].slice(0, longestName).join('');
  return { stem, extension: found?.[2]?.toLowerCase() };
}

/** Types that first bytes do not tell. */
const extensions: Readonly<Record<string, string>> = {
  'audio/speex': 'spx',
  'image/svg+xml': 'svg',
  'text/plain': 'txt',
  'text/csv': 'csv',
  'application/json': 'json',
};

function extensionOf(type: string): string {
  return (Object.hasOwn(extensions, type) && extensions[type]) || 'bin';
}

/** Node reads header bytes as Latin-1. */
function fromRawBytes(text: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'));
  } catch {
    return text;
  }
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

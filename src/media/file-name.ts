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

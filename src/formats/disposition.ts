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

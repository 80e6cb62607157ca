/** The one part of a multipart body. */
export interface Part {
  readonly name: string;
  readonly filename?: string;
  readonly type?: string;
  readonly bytes: Buffer;
}

export type PartReading =
  | { readonly kind: 'part'; readonly part: Part }
  /** `boundary`: the header itself is not acceptable (missing or quoted boundary); `malformed`: the body is not. */
  | { readonly kind: 'fault'; readonly fault: 'boundary' | 'malformed' };

/**
 * Reads a body that holds exactly one part, to the byte: boundary unquoted in the header, CRLF everywhere, a plain
 * `filename="…"` and no `filename*=`.
 */
export function readOnlyPart(contentType: string, body: Buffer): PartReading {
  const boundary = /^multipart\/form-data;\s*boundary=([0-9A-Za-z'()+_,\-./:=?]{1,70})$/i.exec(
    contentType,
  )?.[1];
  if (boundary === undefined) return { kind: 'fault', fault: 'boundary' };
  const part = readBetween(body, boundary);
  return part === undefined ? { kind: 'fault', fault: 'malformed' } : { kind: 'part', part };
}

function readBetween(body: Buffer, boundary: string): Part | undefined {
  const opening = Buffer.from(`--${boundary}\r\n`);
  const closing = Buffer.from(`\r\n--${boundary}--`);
  const bodyStart = body.indexOf('\r\n\r\n');
  const end = body.indexOf(`\r\n--${boundary}`, bodyStart + 2);
  if (!body.subarray(0, opening.length).equals(opening) || bodyStart < 0 || end < bodyStart + 4)
    return undefined;
  if (!body.subarray(end, end + closing.length).equals(closing)) return undefined; // a second part
  if (!['', '\r\n'].includes(body.subarray(end + closing.length).toString('latin1'))) return undefined;
  const headers = readHeaders(body.subarray(opening.length, bodyStart).toString('utf8'));
  const named = /^form-data; name="([^"]+)"(?:; filename="([^"]*)")?$/i.exec(
    headers.get('content-disposition') ?? '',
  );
  const [, name, filename] = named ?? [];
  if (name === undefined) return undefined;
  const type = headers.get('content-type');
  return {
    name,
    ...(filename !== undefined && { filename }),
    ...(type !== undefined && { type }),
    bytes: body.subarray(bodyStart + 4, end),
  };
}

function readHeaders(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\r\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

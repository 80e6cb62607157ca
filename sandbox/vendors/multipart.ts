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
  const reading = readParts(contentType, body);
  if (reading.kind === 'fault') return reading;
  const [part] = reading.parts;
  return part === undefined || reading.parts.length > 1
    ? { kind: 'fault', fault: 'malformed' }
    : { kind: 'part', part };
}

/** The same for a body that holds any number of parts. */
export function readParts(
  contentType: string,
  body: Buffer,
): { readonly kind: 'parts'; readonly parts: readonly Part[] } | Extract<PartReading, { kind: 'fault' }> {
  const boundary = /^multipart\/form-data;\s*boundary=([0-9A-Za-z'()+_,\-./:=?]{1,70})$/i.exec(
    contentType,
  )?.[1];
  if (boundary === undefined) return { kind: 'fault', fault: 'boundary' };
  const parts = readAll(body, boundary);
  return parts === undefined ? { kind: 'fault', fault: 'malformed' } : { kind: 'parts', parts };
}

function readAll(body: Buffer, boundary: string): readonly Part[] | undefined {
  const opening = Buffer.from(`--${boundary}\r\n`);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  if (!body.subarray(0, opening.length).equals(opening)) return undefined;
  const parts: Part[] = [];
  for (let from = opening.length; ; ) {
    const bodyStart = body.indexOf('\r\n\r\n', from);
    const end = body.indexOf(delimiter, bodyStart + 2);
    if (bodyStart < 0 || end < bodyStart + 4) return undefined;
    const part = readPart(body.subarray(from, bodyStart).toString('utf8'), body.subarray(bodyStart + 4, end));
    if (part === undefined) return undefined;
    parts.push(part);
    const rest = body.subarray(end + delimiter.length).toString('latin1');
    if (rest === '--' || rest === '--\r\n') return parts;
    if (!rest.startsWith('\r\n')) return undefined;
    from = end + delimiter.length + 2;
  }
}

function readPart(head: string, bytes: Buffer): Part | undefined {
  const headers = readHeaders(head);
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
    bytes,
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

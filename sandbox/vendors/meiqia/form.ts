/** A part of a form. */
export interface FormPart {
  readonly name: string;
  readonly filename?: string;
  readonly type?: string;
  readonly bytes: Buffer;
}

/** Reads a form with any number of parts, to the byte; `undefined` if it is none. */
export function readForm(contentType: string, body: Buffer): readonly FormPart[] | undefined {
  const boundary = /^multipart\/form-data;\s*boundary=([0-9A-Za-z'()+_,\-./:=?]{1,70})$/i.exec(
    contentType,
  )?.[1];
  if (boundary === undefined) return undefined;
  const mark = Buffer.from(`\r\n--${boundary}`);
  const whole = Buffer.concat([Buffer.from('\r\n'), body]);
  const parts: FormPart[] = [];
  let at = whole.indexOf(mark);
  if (at !== 0) return undefined;
  for (;;) {
    const start = at + mark.length;
    if (whole.subarray(start, start + 2).toString('latin1') === '--') return parts;
    const end = whole.indexOf(mark, start);
    const part = end < 0 ? undefined : readPart(whole.subarray(start, end));
    if (part === undefined) return undefined;
    parts.push(part);
    at = end;
  }
}

function readPart(bytes: Buffer): FormPart | undefined {
  const split = bytes.indexOf('\r\n\r\n');
  if (split < 0 || bytes.subarray(0, 2).toString('latin1') !== '\r\n') return undefined;
  const head = bytes.subarray(2, split).toString('utf8');
  const [, name, filename] =
    /^content-disposition: form-data; name="([^"]+)"(?:; filename="([^"]*)")?$/im.exec(head) ?? [];
  if (name === undefined) return undefined;
  const type = /^content-type: (\S+)$/im.exec(head)?.[1];
  return {
    name,
    ...(filename !== undefined && { filename }),
    ...(type !== undefined && { type }),
    bytes: bytes.subarray(split + 4),
  };
}

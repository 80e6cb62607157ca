/** A file in a form. */
export interface FormFile {
  /** The name of its part. */
  readonly field: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
  /** Plain fields that stand before it, in order. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
}

/** A form that holds one file, and its content type. The boundary must not stand in the file. */
export function writeFormFile(
  { field, name, type, bytes, fields = [] }: FormFile,
  boundary: string,
): { readonly type: string; readonly body: Buffer } {
  const plain = fields.flatMap(([key, value]) => [
    `--${boundary}`,
    `Content-Disposition: form-data; name="${quotable(key)}"`,
    '',
    value,
  ]);
  const head = [
    ...plain,
    `--${boundary}`,
    `Content-Disposition: form-data; name="${field}"; filename="${quotable(name)}"`,
    `Content-Type: ${type.replaceAll(/[\r\n]/g, '')}`,
    '',
    '',
  ].join('\r\n');
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}

function quotable(name: string): string {
  return name.replaceAll(/["\\\r\n]/g, '_');
}

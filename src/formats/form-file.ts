/** A file in a form. */
export interface FormFile {
  /** The name of its part. */
  readonly field: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** A form that holds one file, and its content type. The boundary must not stand in the file. */
export function writeFormFile(
  { field, name, type, bytes }: FormFile,
  boundary: string,
): { readonly type: string; readonly body: Buffer } {
  const head = [
    `--${boundary}`,
    `Content-Disposition: form-data; name="${field}"; filename="${name.replaceAll(/["\\\r\n]/g, '_')}"`,
    `Content-Type: ${type.replaceAll(/[\r\n]/g, '')}`,
    '',
    '',
  ].join('\r\n');
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}

/** SQLite's primary result codes ("Result and Error Codes"), which stand in the last byte of `errcode`. */
const BUSY = 5;
/** Errors of what was asked for, not of the file: error, too big, constraint, mismatch, misuse, range. */
const ownFaults: ReadonlySet<number> = new Set([1, 18, 19, 20, 21, 25]);

/** Whether a batch failed by what it asked for. What SQLite has no code for came from its caller. */
export function isOwnFault(error: unknown): boolean {
  const code = codeOf(error);
  return code === undefined || ownFaults.has(code);
}

/** Whether another connection has what this one wants. */
export function isBusy(error: unknown): boolean {
  return codeOf(error) === BUSY;
}

/** SQLite's messages name tables and columns, never values. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}

import { BridgeError } from '../ports/errors.ts';

/**
 * What of a value may stand in a log: secrets and words are masked by the name of their field, at any depth; of an error
 * only what names it is left, as its message may hold what it failed on. The rule is here once, so that no caller can
 * forget it.
 */
export function maskFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const masked = maskEntries(fields, mostDepth);
  // The line has these itself; a field of that name goes beside it.
  return Object.fromEntries(
    Object.entries(masked).map(([name, value]) => [ownNames.has(name) ? `${name}_` : name, value]),
  );
}

const ownNames = new Set(['time', 'level', 'msg']);

/** Deeper than any field that is meant to be read; also the end of what contains itself. */
const mostDepth = 8;

/** Without case, `_` and `-`. */
const secretNames = new Set([
  'secret',
  'appsecret',
  'clientsecret',
  'token',
  'accesstoken',
  'refreshtoken',
  'encodingaeskey',
  'apikey',
  'appkey',
  'password',
  'checksum',
  'sign',
  'signature',
  'msgsignature',
  'authorization',
  'cookie',
  'setcookie',
  'content',
  'text',
  'body',
  'encrypt',
]);

function isSecret(name: string): boolean {
  return secretNames.has(name.toLowerCase().replaceAll(/[_-]/g, ''));
}

function maskEntries(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, isSecret(name) ? '***' : maskValue(value, depth)]),
  );
}

function maskValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return maskAddress(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '…';
  if (value instanceof Error) return maskError(value, depth);
  if (value instanceof Date) return Number(value);
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (value instanceof Map || value instanceof Set) return `${value.size} entries`;
  if (value instanceof URL) return maskAddress(value.href);
  return Array.isArray(value)
    ? value.map((item) => maskValue(item, depth - 1))
    : maskEntries(value, depth - 1);
}

// Of an address: the password before `@`, and what stands behind `?` (tokens, signatures).
function maskAddress(text: string): string {
  return text.replaceAll(/:\/\/[^\s/?#]*@/g, '://***@').replaceAll(/\?[^\s?=]*=\S*/g, '?***');
}

function maskError(error: Error, depth: number): Record<string, unknown> {
  const { name, cause } = error;
  const code = 'code' in error && ['string', 'number'].includes(typeof error.code) ? error.code : undefined;
  return {
    name,
    ...(code !== undefined && { code }),
    ...(error instanceof BridgeError && { message: maskAddress(error.message) }),
    at: framesOf(error),
    ...(cause instanceof Error && { cause: maskValue(cause, depth - 1) }),
  };
}

// A stack begins with the message, which may hold lines that look like frames. Where it was changed later, none is shown.
function framesOf({ message, stack = '' }: Error): readonly string[] {
  const begins = stack.indexOf(message);
  const lines = begins === -1 ? [] : stack.slice(begins + message.length).split('\n');
  const frames = lines.filter((line) => /^ {4}at \S/.test(line));
  return frames.slice(0, 5).map((line) => line.trim().slice(3));
}

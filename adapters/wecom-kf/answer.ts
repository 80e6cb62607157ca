import { nameInDisposition } from '../../src/formats/disposition.ts';
import { type Fields, numberOf, readFields, textOf } from '../../src/formats/fields.ts';
import { readRetryAfterMs } from '../../src/formats/retry-after.ts';
import type { MediaSink } from '../../src/ports/channel.ts';
import { type HttpResult, unanswered } from '../../src/ports/http.ts';
import type { Failure } from './outcome.ts';

type CallFailure = Exclude<Failure, { kind: 'tokenless' }>;

export type Reading = { readonly kind: 'ok'; readonly fields: Fields } | CallFailure;

/** Reads what WeCom answered: status 200 and JSON whatever it says, an `errcode` of 0 for success. */
export function readAnswer(
  result: HttpResult,
  given: { readonly now: number; readonly mayOmitCode?: boolean },
): Reading {
  if (result.kind !== 'answer') return unanswered(result, given.now);
  const { status, headers } = result;
  if (status < 200 || status >= 300) {
    const retryAfterMs = readRetryAfterMs(headers['retry-after'], given.now);
    return { kind: 'status', status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
  const fields = readFields(result.body.toString('utf8'));
  const errcode = fields && (numberOf(fields, 'errcode') ?? (given.mayOmitCode ? 0 : undefined));
  if (fields === undefined || errcode === undefined) return { kind: 'lost', code: 'unreadable' };
  return errcode === 0 ? { kind: 'ok', fields } : { kind: 'said', code: errcode };
}

/**
 * A file that is in the sink, by its `type` and `name`. What is no file is JSON, whatever its type is called (WeCom, fetching
 * temporary media); `undefined`: there is nothing in the sink.
 */
export function readFile(result: HttpResult, into: MediaSink): Reading | undefined {
  if (result.kind !== 'answer' || result.status < 200 || result.status >= 300) return undefined;
  const type = (result.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const head = into.head();
  const isText = type === 'application/json' || type === 'text/plain';
  if (isText || head.subarray(0, 1).toString() === '{') {
    const said = readAnswer({ ...result, body: head }, { now: 0 });
    if (said.kind !== 'lost' && said.kind !== 'ok') return said;
    if (isText) return { kind: 'lost', code: 'no medium' };
  }
  const name = nameInDisposition(result.headers['content-disposition']);
  const fields = { type: type || 'application/octet-stream', ...(name !== undefined && { name }) };
  return { kind: 'ok', fields };
}

/** The number by which the vendor finds a call again; its words are never relied on. */
export function hintIn(result: HttpResult): string | undefined {
  if (result.kind !== 'answer') return undefined;
  const message = textOf(readFields(result.body.toString('utf8')) ?? {}, 'errmsg');
  return /hint: \[(\d{1,40})\]/.exec(message ?? '')?.[1];
}

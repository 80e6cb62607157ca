import { type Fields, readFields, textOf } from '../../src/formats/fields.ts';
import { readRetryAfterMs } from '../../src/formats/retry-after.ts';
import { type HttpResult, unanswered } from '../../src/ports/http.ts';

/**
 * What a call came to that did not succeed. `said`: an answer that is none of success; `error` is Easemob's own word for
 * it, or empty. `missing`: success is claimed, but what was asked for is not there. `notSent`: nothing reached it. `lost`: it
 * may have been done. `tokenless`: nothing was called, as there is no access token.
 */
export type Failure = CallFailure | { readonly kind: 'tokenless'; readonly because: TokenFailure };

/** A call that was made, or could not be. */
export type CallFailure =
  | {
      readonly kind: 'said';
      readonly status: number;
      readonly error: string;
      readonly code: string;
      readonly detail: string;
      readonly retryAfterMs?: number;
    }
  | { readonly kind: 'missing'; readonly code: string }
  | { readonly kind: 'notSent'; readonly code: string; readonly waitMs?: number }
  | { readonly kind: 'lost'; readonly code: string };

/** Why there is no token; `tooSoon`: the last attempt was a moment ago. */
export type TokenFailure = CallFailure | { readonly kind: 'tooSoon'; readonly waitMs: number };

type CallAnswer = { readonly kind: 'ok'; readonly fields: Fields } | CallFailure;
export type Answer = { readonly kind: 'ok'; readonly fields: Fields } | Failure;

/** Reads an answer: success is status 200 and JSON without an error in it (Easemob, IM API; REST API channel). */
export function readAnswer(result: HttpResult, now: number): CallAnswer {
  if (result.kind !== 'answer') return unanswered(result, now);
  const { status, headers, body } = result;
  const fields = readFields(body.toString('utf8'));
  const isDone = status >= 200 && status < 300;
  if (isDone && fields === undefined) return { kind: 'lost', code: 'unreadable' };
  const { error, code, detail } = readError(fields ?? {});
  if (isDone && fields !== undefined && error === '') return { kind: 'ok', fields };
  const retryAfterMs = readRetryAfterMs(headers['retry-after'], now);
  return {
    kind: 'said',
    status,
    error,
    code,
    detail,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** IM says `error`, and the helpdesk a `status` that is not OK with an `errorCode`. */
function readError(fields: Fields): {
  readonly error: string;
  readonly code: string;
  readonly detail: string;
} {
  const error = textOf(fields, 'error');
  const detail = textOf(fields, 'error_description') ?? textOf(fields, 'exception') ?? '';
  if (error !== undefined) return { error, code: textOf(fields, 'error_code') ?? '', detail };
  const status = textOf(fields, 'status');
  const hasFailed = status !== undefined && !/^ok$/i.test(status) && !/^\d+$/.test(status);
  if (!hasFailed) return { error: '', code: '', detail };
  return { error: textOf(fields, 'errorCode') ?? status, code: '', detail: '' };
}

import { type Fields, fieldsOf, listOf, readFields, textOf } from '../../src/formats/fields.ts';
import { readRetryAfterMs } from '../../src/formats/retry-after.ts';
import { type HttpResult, unanswered } from '../../src/ports/http.ts';
import type { Failure } from './outcome.ts';
import type { ZhichiSettings } from './settings.ts';

/** What a call was answered: the object of single answers, or the list of list answers. */
export type Answer =
  | { readonly kind: 'ok'; readonly item: Fields; readonly items: readonly Fields[]; readonly text?: string }
  | Failure;

/** Reads Zhichi's envelope whatever the HTTP status: with it the code decides, without it the status. */
export function readAnswer(result: HttpResult, now: number): Answer {
  return result.kind === 'answer' ? readEnvelope(result, now) : unanswered(result, now);
}

/** The JSON object of a successful answer without envelope. */
export function readJsonAnswer(result: HttpResult): Fields | undefined {
  const isDone = result.kind === 'answer' && isSuccess(result.status);
  return isDone ? readFields(result.body.toString('utf8')) : undefined;
}

/** Where a path of Zhichi's is called. */
export function urlOf({ baseUrl }: Pick<ZhichiSettings, 'baseUrl'>, path: string): string {
  return `${baseUrl.replace(/\/+$/, '')}${path}`;
}

function readEnvelope(
  { status, headers, body }: Extract<HttpResult, { kind: 'answer' }>,
  now: number,
): Answer {
  const fields = readFields(body.toString('utf8'));
  const code = fields && (textOf(fields, 'ret_code') ?? textOf(fields, 'retCode'));
  if (fields === undefined || code === undefined) {
    if (isSuccess(status)) return { kind: 'lost', code: 'unreadable' };
    const retryAfterMs = readRetryAfterMs(headers['retry-after'], now);
    return { kind: 'status', status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
  if (/^0+$/.test(code)) return readContent(fields);
  const date = Date.parse(headers.date ?? '');
  return {
    kind: 'said',
    // It stands in logs: nothing but a code may get there.
    code: /^\w{1,20}$/.test(code) ? code : 'unreadable code',
    ...(!Number.isNaN(date) && { skewSec: Math.round((date - now) / 1000) }),
  };
}

/** One list of the interface is called `item` in its pages: whichever is a list is the list. */
function readContent(fields: Fields): Answer {
  const items = listOf(fields, Array.isArray(fields.items) ? 'items' : 'item');
  const text = textOf(fields, 'ret_msg') ?? textOf(fields, 'retMsg');
  return { kind: 'ok', item: fieldsOf(fields, 'item') ?? {}, items, ...(text !== undefined && { text }) };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

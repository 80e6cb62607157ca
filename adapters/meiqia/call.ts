import { type Fields, readFields, textOf, writeJson } from '../../src/formats/fields.ts';
import { readRetryAfterMs } from '../../src/formats/retry-after.ts';
import type { Tools } from '../../src/ports/helpdesk.ts';
import { type HttpCall, type HttpResult, unanswered } from '../../src/ports/http.ts';
import { decryptAnswer, encryptBody } from './cipher.ts';
import type { Failure } from './outcome.ts';
import type { MeiqiaSettings } from './settings.ts';
import { authorizationOf } from './signature.ts';
import type { VisitorRecord } from './wire.ts';

/** The members of an answer, in clear; or why there are none. */
export type Answer = { readonly kind: 'ok'; readonly fields: Fields } | Failure;

/**
 * One call. `plain`: JSON without `Authorization`; `proved`: with it; `sealed`: with it, and the body encrypted under the
 * visitor's key. `file`: a form, with nothing of an app about it.
 */
export interface Request {
  readonly as: 'plain' | 'proved' | 'sealed' | 'file';
  readonly method: HttpCall['method'];
  /** Behind the base; in `name` the same without ids. */
  readonly path: string;
  readonly name?: string;
  readonly base: string;
  readonly record?: VisitorRecord;
  readonly query?: Readonly<Record<string, string>>;
  /** The query has the moment at which the call leaves. */
  readonly namesTime?: boolean;
  /** `false`: without `ent_id` and `src`. */
  readonly namesApp?: boolean;
  readonly body?: object;
  readonly form?: { readonly type: string; readonly bytes: Buffer };
  /** What is answered is not documented: every 2xx is good. */
  readonly takesAny?: boolean;
  readonly signal: AbortSignal;
  readonly priority?: number;
  readonly timeoutMs?: number;
}

/** What a call needs of the core. */
export type CallTools = Pick<Tools, 'fetch' | 'now' | 'log'>;

/** Makes a call as Meiqia's own client does, and reads the answer, encrypted or not. */
export async function callMeiqia(
  settings: MeiqiaSettings,
  tools: CallTools,
  request: Request,
): Promise<Answer> {
  const body = writeBody(settings, request);
  // A key that no cipher takes is as good as a stale one.
  if (body === undefined) return { kind: 'stale' };
  const name = request.name ?? request.path;
  const call: HttpCall = {
    method: request.method,
    url: urlOf(settings, request, tools.now()),
    name,
    ...(body !== '' && { body }),
    timeoutMs: request.timeoutMs ?? settings.timeoutMs,
    connectTimeoutMs: 5000,
    signal: request.signal,
    priority: request.priority ?? 2,
    seal: () => ({
      url: urlOf(settings, request, tools.now()),
      headers: headersOf(settings, request, tools.now()),
      ...(body !== '' && { body }),
    }),
  };
  const answer = readAnswer(await tools.fetch(call), request, tools.now());
  if (answer.kind === 'status' || answer.kind === 'stale') {
    tools.log.warn('meiqia.refused', {
      call: name,
      ...(answer.kind === 'status' ? { status: answer.status } : { code: 'undecryptable' }),
    });
  }
  return answer;
}

function writeBody(
  settings: MeiqiaSettings,
  { as, body, form, record }: Request,
): Buffer | string | undefined {
  if (form !== undefined) return form.bytes;
  if (body === undefined) return '';
  const text = writeJson(body);
  return as === 'sealed' ? encryptBody(text, record?.aesKey ?? '', settings) : text;
}

/** Made when the call leaves, as the time may stand in it. */
function urlOf(settings: MeiqiaSettings, request: Request, now: number): string {
  const { base, path, query = {}, record, namesApp = request.method !== 'PUT' } = request;
  const all = {
    ...query,
    ...(request.namesTime && { _time: String(now) }),
    ...(namesApp && record !== undefined && { ent_id: record.entId }),
    ...(namesApp && { src: settings.platform }),
  };
  // Colons of times stay as they are, as Meiqia's own client leaves them.
  const text = Object.entries(all).map(
    ([key, value]) => `${key}=${encodeURIComponent(value).replaceAll('%3A', ':')}`,
  );
  const whole = `${base.replace(/\/+$/, '')}/${path}`;
  return text.length === 0 ? whole : `${whole}?${text.join('&')}`;
}

function headersOf(settings: MeiqiaSettings, request: Request, now: number): Record<string, string> {
  const { as, record, form } = request;
  if (as === 'file') return { 'content-type': form?.type ?? '' };
  const { appKey, sdkVersion, platform, userAgent } = settings;
  return {
    ...(request.body !== undefined && { 'content-type': 'application/json; charset=utf-8' }),
    'user-agent':
      userAgent ??
      `Mozilla/5.0 (Linux; Android 13; kefu-bridge) MeiqiaSDK/ Source/SDK${sdkVersion} Language/zh`,
    app_version: sdkVersion,
    app_platform: platform,
    app_channel: 'sdk',
    ...(as !== 'plain' && { authorization: authorizationOf(appKey, record?.trackId || '0', now) }),
  };
}

function readAnswer(result: HttpResult, request: Request, now: number): Answer {
  if (result.kind !== 'answer') return unanswered(result, now);
  const { status, headers } = result;
  const text = result.body.toString('utf8');
  if (status < 200 || status >= 300) {
    const retryAfterMs = readRetryAfterMs(headers['retry-after'], now);
    const words = text.slice(0, keptChars);
    return { kind: 'status', status, words, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
  const fields = readFields(text);
  if (fields === undefined) return request.takesAny ? nothing : { kind: 'lost', code: 'unreadable' };
  const ret = textOf(fields, 'ret');
  if (ret === undefined) return { kind: 'ok', fields };
  const plain = decryptAnswer(ret, request.record?.aesKey ?? '');
  if (plain === undefined) return request.takesAny ? nothing : { kind: 'stale' };
  const inner = readFields(plain);
  if (inner === undefined) return request.takesAny ? nothing : { kind: 'lost', code: 'unreadable' };
  return { kind: 'ok', fields: inner };
}

const keptChars = 200;
const nothing: Answer = { kind: 'ok', fields: {} };

import {
  bareNumber,
  type Fields,
  numberOf,
  readFields,
  textOf,
  writeJson,
} from '../../src/formats/fields.ts';
import { writeFormFile } from '../../src/formats/form-file.ts';
import { readRetryAfterMs } from '../../src/formats/retry-after.ts';
import type { Tools } from '../../src/ports/helpdesk.ts';
import { type HttpCall, type HttpResult, unanswered } from '../../src/ports/http.ts';
import { codes, type Failure } from './outcome.ts';
import type { QiyuSettings } from './settings.ts';
import { md5Of, signChecksum } from './signature.ts';

/** Qiyu's endpoints, one function each. */
export interface QiyuApi {
  /** A message in the visitor's name. */
  sendMessage(message: SentMessage, signal: AbortSignal): Promise<Answer>;
  /** Uploads a file, and gives the URL where agents find it. */
  uploadFile(file: UploadedFile, signal: AbortSignal): Promise<Answer>;
  /** Asks for somebody who serves the visitor. */
  applyStaff(request: StaffRequest, signal: AbortSignal): Promise<Answer>;
  /** The whole profile of a visitor: whether Qiyu merges or replaces is not documented. */
  updateProfile(uid: string, items: readonly object[], signal: AbortSignal): Promise<Answer>;
  evaluate(grade: GivenGrade, signal: AbortSignal): Promise<Answer>;
  /** How many wait before the visitor; -1: an agent serves him already. */
  queryQueue(uid: string, signal: AbortSignal): Promise<Answer>;
}

export type Answer = { readonly kind: 'ok'; readonly fields: Fields } | Failure;

export interface SentMessage {
  readonly uid: string;
  readonly msgType: string;
  readonly content: string | object;
}

export interface StaffRequest {
  readonly uid: string;
  /** 0 the robot, 1 a human. */
  readonly staffType: 0 | 1;
  readonly staffId?: number;
  readonly groupId?: number;
  /** With `staffType` 1: the robot first, the human once the robot hands over. */
  readonly robotShuntSwitch?: 1;
  readonly robotId?: number;
  readonly level?: number;
  readonly fromPage?: string;
  readonly productId: string;
}

export interface UploadedFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

export interface GivenGrade {
  readonly uid: string;
  readonly session: string;
  readonly value: number;
}

export type ApiTools = Pick<Tools, 'fetch' | 'now' | 'log'>;

export function createApi(settings: QiyuSettings, tools: ApiTools): QiyuApi {
  const call = (request: Request) => callFresh(settings, tools, request);
  const post = (path: string, body: object, given: { signal: AbortSignal; priority: number }) => {
    const bytes = Buffer.from(writeJson(body));
    return call({ ...given, path, type: jsonType, body: bytes, signed: bytes });
  };
  return {
    sendMessage: ({ uid, msgType, content }, signal) =>
      post('/openapi/message/send', { uid, msgType, content }, { signal, priority: 2 }),
    uploadFile: (file, signal) => call(writeUpload(settings, file, signal)),
    applyStaff: (request, signal) => post('/openapi/event/applyStaff', request, { signal, priority: 2 }),
    updateProfile: (uid, userinfo, signal) =>
      post('/openapi/event/updateUInfo', { uid, userinfo }, { signal, priority: 1 }),
    evaluate: ({ uid, session, value }, signal) => {
      const body = { uid, sessionId: bareNumber(session), evaluation: value };
      return post('/openapi/event/evaluate', body, { signal, priority: 1 });
    },
    queryQueue: (uid, signal) => post('/openapi/event/queryQueueStatus', { uid }, { signal, priority: 0 }),
  };
}

const jsonType = 'application/json;charset=utf-8';

interface Request {
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
  /** The bytes that the checksum covers: the body, or the file in it. */
  readonly signed: Buffer;
  readonly priority: number;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

function writeUpload(settings: QiyuSettings, file: UploadedFile, signal: AbortSignal): Request {
  const timeoutMs = Math.max(settings.timeoutMs, 30_000);
  const given = { signed: file.bytes, priority: 2, signal, timeoutMs };
  if (settings.uploadMode === 'base64') {
    const body = Buffer.from(file.bytes.toString('base64'));
    return { ...given, path: '/openapi/message/sendFile', type: 'text/plain;charset=ISO-8859-1', body };
  }
  // A file that holds its own MD5 would be needed to collide with this boundary.
  const boundary = `----bridge${md5Of(file.bytes)}`;
  const form = writeFormFile({ field: 'file', ...file }, boundary);
  return {
    ...given,
    path: '/openapi/message/uploadFile',
    ...form,
  };
}

/** A checksum or a time that Qiyu refuses is made afresh, once: the call may have waited for long. */
async function callFresh(settings: QiyuSettings, tools: ApiTools, request: Request): Promise<Answer> {
  const first = await callOnce(settings, tools, request);
  const isStale =
    first.kind === 'said' && (first.code === codes.wrongChecksum || first.code === codes.wrongTime);
  return isStale ? callOnce(settings, tools, request) : first;
}

async function callOnce(settings: QiyuSettings, tools: ApiTools, request: Request): Promise<Answer> {
  const url = `${settings.baseUrl.replace(/\/+$/, '')}${request.path}`;
  const call: HttpCall = {
    method: 'POST',
    url,
    name: request.path,
    headers: { 'content-type': request.type },
    body: request.body,
    timeoutMs: request.timeoutMs ?? settings.timeoutMs,
    connectTimeoutMs: 5000,
    signal: request.signal,
    priority: request.priority,
    seal: () => ({ url: `${url}?${signQuery(settings, request.signed, tools.now())}` }),
  };
  const answer = readAnswer(await tools.fetch(call), tools.now());
  if (answer.kind === 'said') tools.log.warn('qiyu.refused', { call: request.path, code: answer.code });
  return answer;
}

/** The query that proves a call, good for five minutes. */
function signQuery(settings: QiyuSettings, signed: Buffer, now: number): string {
  const time = String(Math.floor(now / 1000));
  const { appKey, appSecret, checksumAlgorithm } = settings;
  const checksum = signChecksum(appSecret, { proof: md5Of(signed), time }, checksumAlgorithm);
  const query = new URLSearchParams({ appKey, time, checksum });
  if (checksumAlgorithm === 1) query.set('checksumAlgorithm', '1');
  return query.toString();
}

/** Reads the JSON whatever the HTTP status: success is code 200 in it, as a number or as a text. */
function readAnswer(result: HttpResult, now: number): Answer {
  if (result.kind !== 'answer') return unanswered(result, now);
  const { status, headers, body } = result;
  const retryAfterMs = readRetryAfterMs(headers['retry-after'], now);
  const retryAfter = retryAfterMs === undefined ? {} : { retryAfterMs };
  const fields = readFields(body.toString('utf8'));
  const code = fields && numberOf(fields, 'code');
  if (fields === undefined || code === undefined || status === 429) {
    const isDone = status >= 200 && status < 300;
    return isDone ? { kind: 'lost', code: 'unreadable' } : { kind: 'status', status, ...retryAfter };
  }
  if (code === 200) return { kind: 'ok', fields };
  const date = Date.parse(headers.date ?? '');
  const skew = Number.isNaN(date) ? {} : { skewSec: Math.round((date - now) / 1000) };
  return { kind: 'said', code, fields, ...skew, ...retryAfter };
}

/** The text that Qiyu gives for an occasion, such as that nobody is online. */
export function messageIn(fields: Fields): string | undefined {
  return textOf(fields, 'message');
}

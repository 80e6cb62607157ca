import { type Fields, fieldsOf, textOf } from '../../src/formats/fields.ts';
import { writeFormFile } from '../../src/formats/form-file.ts';
import type { Tools } from '../../src/ports/helpdesk.ts';
import { type Answer, entityIn, type Failure, readAnswer } from './answer.ts';
import { isDuplicate } from './outcome.ts';
import type { EasemobSettings } from './settings.ts';
import { createAppToken } from './token.ts';

/** The endpoints of the IM cloud that are needed, one function each. */
export interface EasemobApi {
  /** Lets a visitor be an IM user; one who is there already is as good. */
  register(username: string, signal: AbortSignal): Promise<Answer>;
  /** A message in a visitor's name; gives its IM id. `body` is sent to the byte. */
  send(body: Buffer, signal: AbortSignal): Promise<Sent>;
  /** Uploads a file for a message to name. */
  upload(file: UploadedFile, signal: AbortSignal): Promise<Uploaded>;
  /** What the download of a file has to carry: a token, and to nobody else; `undefined` if there is none now. */
  fileHeaders(url: string): Promise<Readonly<Record<string, string>> | undefined>;
  /** What the vendor kept of callbacks that failed: ten minutes an entry. */
  storedCallbacks(signal: AbortSignal): Promise<Answer>;
  /** Asks for such an entry to be called back again. */
  callBackAgain(
    entry: { readonly date: string; readonly retry: number },
    signal: AbortSignal,
  ): Promise<Answer>;
  /** Where all that was written in an hour lies; `hour` is `yyyyMMddHH` by UTC. */
  history(hour: string, signal: AbortSignal): Promise<Answer>;
}

export type Sent = { readonly kind: 'sent'; readonly id: string } | Failure;

export type Uploaded = { readonly kind: 'uploaded'; readonly url: string; readonly secret: string } | Failure;

export interface UploadedFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
  /** For the boundary: lower-case hex. */
  readonly md5: string;
}

export type ApiTools = Pick<Tools, 'fetch' | 'now' | 'log' | 'cached' | 'forget'>;

interface Request {
  readonly method?: 'GET';
  readonly path: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly priority: number;
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
}

export function createApi(settings: EasemobSettings, tools: ApiTools): EasemobApi {
  const base = `${settings.restBase.replace(/\/+$/, '')}/${settings.orgName}/${settings.appName}`;
  const token = createAppToken(settings, base, tools);

  async function callWith(bearer: string, request: Request): Promise<Answer> {
    const { method = 'POST', path, body, priority, signal } = request;
    const result = await tools.fetch({
      method,
      url: `${base}${path}`,
      name: path.startsWith('/chatmessages/') ? '/chatmessages' : path,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': request.type ?? 'application/json' }),
        ...request.headers,
        authorization: `Bearer ${bearer}`,
      },
      ...(body !== undefined && { body }),
      timeoutMs: request.timeoutMs ?? settings.timeoutMs,
      connectTimeoutMs: 5000,
      signal,
      priority,
    });
    return readAnswer(result, tools.now());
  }

  /** A token that is refused is replaced, and the call repeated, once: a call that was not let in has done nothing. */
  async function call(request: Request): Promise<Answer> {
    const first = await token.get();
    if (first.kind === 'none') return { kind: 'tokenless', because: first.because };
    const answer = await callWith(first.token, request);
    if (!isUnauthorized(answer)) return note(answer, request);
    const second = await token.replace(first.token);
    if (second.kind === 'none') return { kind: 'tokenless', because: second.because };
    return note(await callWith(second.token, request), request);
  }

  function note(answer: Answer, { path }: Request): Answer {
    if (answer.kind === 'ok' || (answer.kind === 'said' && answer.status !== 401)) token.noteGood();
    if (answer.kind === 'said') {
      tools.log.warn('easemob.refused', { call: path, status: answer.status, code: answer.code });
    }
    return answer;
  }

  return {
    async register(username, signal) {
      const answer = await call({ path: '/users', body: json({ username }), priority: 1, signal });
      return answer.kind !== 'ok' && isDuplicate(answer) ? { kind: 'ok', fields: {} } : answer;
    },
    async send(body, signal) {
      const answer = await call({ path: '/messages/users', body, priority: 2, signal });
      if (answer.kind !== 'ok') return answer;
      const id = idIn(answer.fields, settings.imServiceNumber ?? '');
      return id === undefined ? { kind: 'missing', code: 'no data' } : { kind: 'sent', id };
    },
    async upload({ md5, ...file }, signal) {
      const form = writeFormFile({ field: 'file', ...file }, `----bridge${md5}`);
      const restrict = settings.restrictFiles ? { 'restrict-access': 'true' } : {};
      const timeoutMs = settings.timeoutMs * 3;
      const request = { ...form, path: '/chatfiles', headers: restrict, priority: 2, timeoutMs, signal };
      const answer = await call(request);
      if (answer.kind !== 'ok') return answer;
      const entity = entityIn(answer.fields) ?? {};
      const uuid = textOf(entity, 'uuid');
      if (uuid === undefined) return { kind: 'missing', code: 'no uuid' };
      return {
        kind: 'uploaded',
        url: `${base}/chatfiles/${uuid}`,
        secret: textOf(entity, 'share-secret') ?? '',
      };
    },
    async fileHeaders(url) {
      if (URL.parse(url)?.origin !== new URL(settings.restBase).origin) return {};
      const reading = await token.get();
      return reading.kind === 'token' ? { authorization: `Bearer ${reading.token}` } : undefined;
    },
    storedCallbacks: (signal) =>
      call({ method: 'GET', path: '/callbacks/storage/info', priority: 0, signal }),
    history: (hour, signal) => call({ method: 'GET', path: `/chatmessages/${hour}`, priority: 0, signal }),
    callBackAgain: (entry, signal) =>
      call({ path: '/callbacks/storage/retry', body: json(entry), priority: 0, signal }),
  };
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function isUnauthorized(answer: Answer): boolean {
  return answer.kind === 'said' && answer.status === 401;
}

/** IM names are the same in capitals. */
function idIn(fields: Fields, receiver: string): string | undefined {
  const data = fieldsOf(fields, 'data') ?? {};
  const name = Object.keys(data).find((key) => key.toLowerCase() === receiver.toLowerCase());
  return name === undefined ? undefined : textOf(data, name);
}

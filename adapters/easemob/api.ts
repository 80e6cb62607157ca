import { type Fields, fieldsOf, listOf, textOf } from '../../src/formats/fields.ts';
import { writeFormFile } from '../../src/formats/form-file.ts';
import type { MediaRequest, Tools } from '../../src/ports/helpdesk.ts';
import type { Answer, Failure } from './answer.ts';
import { baseOf, createCall, type Request } from './call.ts';
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
  fileRequest(url: string): Promise<MediaRequest | undefined>;
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

export function createApi(settings: EasemobSettings, tools: ApiTools): EasemobApi {
  const base = baseOf(settings);
  const token = createAppToken(settings, base, tools);
  const call = createCall({ settings, tools, base, token });
  return {
    async register(username, signal) {
      const answer = await call({ path: '/users', body: json({ username }), priority: 1, signal });
      if (answer.kind !== 'ok') return isDuplicate(answer) ? { kind: 'ok', fields: {} } : answer;
      return entityIn(answer.fields) === undefined ? { kind: 'missing', code: 'no entities' } : answer;
    },
    async send(body, signal) {
      const answer = await call({ path: '/messages/users', body, priority: 2, signal });
      if (answer.kind !== 'ok') return answer;
      const id = idIn(answer.fields, settings.imServiceNumber ?? '');
      return id === undefined ? { kind: 'missing', code: 'no data' } : { kind: 'sent', id };
    },
    async upload(file, signal) {
      const answer = await call({ ...writeUpload(file, settings), signal });
      return answer.kind === 'ok' ? uploadedIn(answer.fields, base) : answer;
    },
    async fileRequest(url) {
      if (URL.parse(url)?.origin !== new URL(settings.restBase).origin) return {};
      const reading = await token.get();
      return reading.kind === 'token' ? { headers: { authorization: `Bearer ${reading.token}` } } : undefined;
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

function writeUpload({ md5, ...file }: UploadedFile, settings: EasemobSettings): Omit<Request, 'signal'> {
  const form = writeFormFile({ field: 'file', ...file }, `----bridge${md5}`);
  const headers = settings.restrictFiles ? { 'restrict-access': 'true' } : {};
  return { ...form, path: '/chatfiles', headers, priority: 2, timeoutMs: settings.timeoutMs * 3 };
}

function entityIn(fields: Fields): Fields | undefined {
  return listOf(fields, 'entities')[0];
}

function uploadedIn(fields: Fields, base: string): Uploaded {
  const entity = entityIn(fields) ?? {};
  const uuid = textOf(entity, 'uuid');
  if (uuid === undefined) return { kind: 'missing', code: 'no uuid' };
  const secret = textOf(entity, 'share-secret') ?? '';
  return { kind: 'uploaded', url: `${base}/chatfiles/${uuid}`, secret };
}

/** IM names are the same in capitals. */
function idIn(fields: Fields, receiver: string): string | undefined {
  const data = fieldsOf(fields, 'data') ?? {};
  const name = Object.keys(data).find((key) => key.toLowerCase() === receiver.toLowerCase());
  return name === undefined ? undefined : textOf(data, name);
}

import { createHash } from 'node:crypto';
import { writeFormFile } from '../../src/formats/form-file.ts';
import type { HttpCall } from '../../src/ports/http.ts';
import { hintIn, type Reading, readAnswer } from './answer.ts';
import type { Failure } from './outcome.ts';
import type { WecomKfSettings } from './settings.ts';
import { createAccessToken, type TokenTools } from './token.ts';

/** WeCom's endpoints, one function each. */
export interface WecomApi {
  /** A page of the kf chat of all customers. `token` is a notification's. */
  syncMessages(from: SyncFrom, signal: AbortSignal): Promise<Answer>;
  /** A message to a kf customer, while the chat is new or the API's (states 0 and 1). */
  sendMessage(message: KfMessage, signal: AbortSignal): Promise<Answer>;
  /** The one message that a code of an event allows. */
  sendOnEvent(message: EventMessage, signal: AbortSignal): Promise<Answer>;
  state(of: Chat, signal: AbortSignal): Promise<Answer>;
  moveState(
    to: Chat & { readonly state: number; readonly servicer?: string },
    signal: AbortSignal,
  ): Promise<Answer>;
  /** The link to the chat that can carry a reference. */
  addContactWay(openKfid: string, scene: string, signal?: AbortSignal): Promise<Answer>;
  customers(externals: readonly string[], signal: AbortSignal): Promise<Answer>;
  accounts(signal: AbortSignal): Promise<Answer>;
  servicers(openKfid: string, signal: AbortSignal): Promise<Answer>;
  /** A member, for his name. */
  member(userid: string, signal: AbortSignal): Promise<Answer>;
  upload(file: UploadedFile, signal: AbortSignal): Promise<Answer>;
  /** A message of the application to one member. */
  sendToMember(userid: string, message: object, signal: AbortSignal): Promise<Answer>;
  /** Where a medium is fetched; good as long as the token in it. `undefined`: there is no token. */
  mediaUrl(mediaId: string): Promise<string | undefined>;
}

export type Answer = Extract<Reading, { kind: 'ok' }> | Failure;

export interface Chat {
  readonly openKfid: string;
  readonly external: string;
}

export interface SyncFrom {
  readonly openKfid: string;
  readonly cursor?: string;
  readonly token?: string;
}

export interface KfMessage extends Chat {
  readonly msgid: string;
  readonly text: string;
}

export interface EventMessage {
  readonly code: string;
  readonly msgid: string;
  readonly content: { readonly msgtype: 'text' | 'msgmenu' } & Readonly<Record<string, unknown>>;
}

export interface UploadedFile {
  readonly as: 'image' | 'voice' | 'video' | 'file';
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** The most that a page may hold. */
const mostMessages = 1000;

export function createApi(settings: WecomKfSettings, tools: TokenTools): WecomApi {
  const accessToken = createAccessToken(settings, tools);
  const call = (request: Request) => callWithToken({ settings, tools, accessToken }, request);
  const post = (path: string, body: object, signal?: AbortSignal, priority = 2) =>
    call({ path, body: JSON.stringify(body), type: 'application/json', priority, ...(signal && { signal }) });
  return {
    syncMessages: ({ openKfid, cursor, token }, signal) =>
      post(
        '/cgi-bin/kf/sync_msg',
        {
          ...(cursor && { cursor }),
          ...(token && { token }),
          limit: mostMessages,
          voice_format: 0,
          open_kfid: openKfid,
        },
        signal,
      ),
    sendMessage: ({ openKfid, external, msgid, text }, signal) =>
      post(
        '/cgi-bin/kf/send_msg',
        { touser: external, open_kfid: openKfid, msgid, msgtype: 'text', text: { content: text } },
        signal,
      ),
    sendOnEvent: ({ code, msgid, content }, signal) =>
      post('/cgi-bin/kf/send_msg_on_event', { code, msgid, ...content }, signal, 3),
    state: (chat, signal) => post('/cgi-bin/kf/service_state/get', chatOf(chat), signal),
    moveState: ({ state, servicer, ...chat }, signal) =>
      post(
        '/cgi-bin/kf/service_state/trans',
        {
          ...chatOf(chat),
          service_state: state,
          ...(servicer !== undefined && { servicer_userid: servicer }),
        },
        signal,
      ),
    addContactWay: (openKfid, scene, signal) =>
      post('/cgi-bin/kf/add_contact_way', { open_kfid: openKfid, scene }, signal),
    customers: (externals, signal) =>
      post(
        '/cgi-bin/kf/customer/batchget',
        { external_userid_list: externals, need_enter_session_context: 1 },
        signal,
      ),
    accounts: (signal) => post('/cgi-bin/kf/account/list', { offset: 0, limit: 100 }, signal, 0),
    servicers: (openKfid, signal) =>
      call({ path: '/cgi-bin/kf/servicer/list', query: { open_kfid: openKfid }, priority: 2, signal }),
    member: (userid, signal) => call({ path: '/cgi-bin/user/get', query: { userid }, priority: 0, signal }),
    upload: (file, signal) => call({ ...writeUpload(file), signal, timeoutMs: settings.timeoutMs * 6 }),
    sendToMember: (userid, message, signal) => {
      const body = { touser: userid, agentid: settings.agentid, ...message, ...duplicateCheck(settings) };
      const path = '/cgi-bin/message/send';
      // The limit is a member's own.
      return call({
        path,
        name: `${path} ${userid}`,
        body: JSON.stringify(body),
        type: 'application/json',
        priority: 2,
        signal,
      });
    },
    async mediaUrl(mediaId) {
      const got = await accessToken.get();
      if (got.kind === 'none') return undefined;
      return urlOf(settings, { path: '/cgi-bin/media/get', query: { media_id: mediaId } }, got.token);
    },
  };
}

function chatOf({ openKfid, external }: Chat): object {
  return { open_kfid: openKfid, external_userid: external };
}

function duplicateCheck({ app }: WecomKfSettings): object {
  return app.duplicateCheckSec === 0
    ? {}
    : { enable_duplicate_check: 1, duplicate_check_interval: app.duplicateCheckSec };
}

function writeUpload({ as, name, type, bytes }: UploadedFile): Request {
  // A file that holds its own digest would be needed to collide with this boundary.
  const boundary = `----bridge${createHash('md5').update(bytes).digest('hex')}`;
  const form = writeFormFile({ field: 'media', name, type, bytes }, boundary);
  return {
    path: '/cgi-bin/media/upload',
    query: { type: as },
    type: form.type,
    body: form.body,
    priority: 2,
  };
}

interface Request {
  readonly path: string;
  /** For limits and logs. Default: the path. */
  readonly name?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly type?: string;
  /** Without one it is a GET. */
  readonly body?: string | Buffer;
  readonly priority?: number;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

interface Caller {
  readonly settings: WecomKfSettings;
  readonly tools: TokenTools;
  readonly accessToken: ReturnType<typeof createAccessToken>;
}

/** A token that is refused is fetched anew, and the call repeated, once. */
async function callWithToken(caller: Caller, request: Request): Promise<Answer> {
  // What is called off before it began is not worth a token.
  if (request.signal?.aborted) return { kind: 'notSent', code: 'aborted' };
  const { accessToken, settings } = caller;
  const first = await accessToken.get();
  if (first.kind === 'none') return { kind: 'tokenless', because: first.because };
  const answer = await callOnce(caller, request, first.token);
  const isRefused = answer.kind === 'said' && settings.tokenRefreshErrcodes.includes(answer.code);
  if (!isRefused) return answer;
  const second = await accessToken.replace(first.token);
  if (second.kind === 'none') return { kind: 'tokenless', because: second.because };
  return callOnce(caller, request, second.token);
}

async function callOnce({ settings, tools }: Caller, request: Request, token: string): Promise<Answer> {
  const { body, type, signal, name = request.path } = request;
  const call: HttpCall = {
    method: body === undefined ? 'GET' : 'POST',
    url: urlOf(settings, request, token),
    name,
    ...(type !== undefined && { headers: { 'content-type': type } }),
    ...(body !== undefined && { body }),
    timeoutMs: request.timeoutMs ?? settings.timeoutMs,
    connectTimeoutMs: 5000,
    maxBytes: mostAnswerBytes,
    priority: request.priority ?? 1,
    ...(signal && { signal }),
  };
  const result = await tools.fetch(call);
  const answer = readAnswer(result, { now: tools.now() });
  if (answer.kind === 'said') {
    const hint = hintIn(result);
    tools.log.warn('wecom.refused', {
      call: request.path,
      code: answer.code,
      ...(hint !== undefined && { hint }),
    });
  }
  return answer;
}

/** A page of a thousand long messages. */
const mostAnswerBytes = 16 * 1024 * 1024;

function urlOf({ baseUrl }: WecomKfSettings, { path, query = {} }: Request, token: string): string {
  return `${baseUrl.replace(/\/+$/, '')}${path}?${new URLSearchParams({ access_token: token, ...query })}`;
}

import { createHash } from 'node:crypto';
import { writeFormFile } from '../../src/formats/form-file.ts';
import type { MediaSink } from '../../src/ports/channel.ts';
import { type Answer, type Caller, createCaller, type Request } from './call.ts';
import type { CompanySettings } from './company-settings.ts';
import type { TokenTools } from './token.ts';

export type { Answer } from './call.ts';

/** The endpoints that the kf chat needs, one function each. */
export interface KfApi {
  /** A page of the kf chat of all customers. `token` is a notification's. */
  syncMessages(from: SyncFrom, signal: AbortSignal): Promise<Answer>;
  /** A message to a kf customer, while the chat is new or the API's (states 0 and 1). */
  sendMessage(message: KfMessage, signal: AbortSignal): Promise<Answer>;
  /** The same with a message of any type. */
  sendContent(message: KfContentMessage, signal: AbortSignal): Promise<Answer>;
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
  /** A page of {@link accountsAPage} of the company's kf accounts. */
  accounts(signal: AbortSignal, offset?: number): Promise<Answer>;
  servicers(openKfid: string, signal: AbortSignal): Promise<Answer>;
  /** A member, for his name. */
  member(userid: string, signal: AbortSignal): Promise<Answer>;
  upload(file: UploadedFile, signal: AbortSignal): Promise<Answer>;
  /** A medium, into a sink; the fields are its `type` and `name`. */
  download(mediaId: string, into: MediaSink, signal: AbortSignal): Promise<Answer>;
  /** Where a medium is fetched; good as long as the token in it. `undefined`: there is no token. */
  mediaUrl(mediaId: string): Promise<string | undefined>;
}

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

/** `content` has the message's type, and the object of that name. */
export interface KfContentMessage extends Chat {
  readonly msgid: string;
  readonly content: { readonly msgtype: string } & Readonly<Record<string, unknown>>;
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
export const accountsAPage = 100;

export function createKfApi(
  settings: CompanySettings,
  tools: TokenTools,
  { call, post, urlOf }: Caller = createCaller(settings, tools),
): KfApi {
  return {
    syncMessages: ({ openKfid, cursor, token }, signal) =>
      post(
        '/cgi-bin/kf/sync_msg',
        {
          ...(cursor && { cursor }),
          ...(token && { token }),
          limit: mostMessages,
          voice_format: settings.voiceFormat,
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
    sendContent: ({ openKfid, external, msgid, content }, signal) =>
      post('/cgi-bin/kf/send_msg', { touser: external, open_kfid: openKfid, msgid, ...content }, signal),
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
    accounts: (signal, offset = 0) =>
      post('/cgi-bin/kf/account/list', { offset, limit: accountsAPage }, signal, 0),
    servicers: (openKfid, signal) =>
      call({ path: '/cgi-bin/kf/servicer/list', query: { open_kfid: openKfid }, priority: 2, signal }),
    member: (userid, signal) => call({ path: '/cgi-bin/user/get', query: { userid }, priority: 0, signal }),
    upload: (file, signal) => call({ ...writeUpload(file), signal, timeoutMs: settings.timeoutMs * 6 }),
    download: (mediaId, into, signal) =>
      call({
        path: '/cgi-bin/media/get',
        query: { media_id: mediaId },
        into,
        timeoutMs: settings.timeoutMs * 6,
        signal,
      }),
    mediaUrl: (mediaId) => urlOf({ path: '/cgi-bin/media/get', query: { media_id: mediaId } }),
  };
}

function chatOf({ openKfid, external }: Chat): object {
  return { open_kfid: openKfid, external_userid: external };
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

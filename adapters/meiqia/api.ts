import { createHash } from 'node:crypto';
import { bareNumber } from '../../src/formats/fields.ts';
import { writeFormFile } from '../../src/formats/form-file.ts';
import type { Tools } from '../../src/ports/helpdesk.ts';
import { type Answer, type CallTools, callMeiqia, type Request } from './call.ts';
import { createHosts, type HostAnswer } from './hosts.ts';
import type { MeiqiaSettings } from './settings.ts';
import { createTicketApi, type TicketApi } from './ticket-api.ts';
import type { VisitorRecord } from './wire.ts';

export type { Answer } from './call.ts';

/** Meiqia's endpoints, one function each; `record` says for which visitor. */
export interface MeiqiaApi extends TicketApi {
  /** The keys of a visitor: of a new one without a name, or anew of the one with this id. */
  initUser(trackId: string | undefined, signal: AbortSignal): Promise<HostAnswer>;
  /** Finds the visitor with this own id, or gives it to the one who asks. */
  bindOwnId(record: VisitorRecord, ownId: string, signal: AbortSignal): Promise<Answer>;
  /** The enterprise's switches and texts. */
  init(record: VisitorRecord, signal: AbortSignal): Promise<Answer>;
  statistics(record: VisitorRecord, facts: object, signal: AbortSignal): Promise<Answer>;
  deviceToken(record: VisitorRecord, token: string, signal: AbortSignal): Promise<Answer>;
  /** Fields beside the chat; without `overwrite` only what is not there yet. */
  attrs(
    record: VisitorRecord,
    given: { attrs: object; overwrite: boolean },
    signal: AbortSignal,
  ): Promise<Answer>;
  /** Asks for somebody who serves the visitor. */
  schedule(record: VisitorRecord, wish: Wish, signal: AbortSignal): Promise<Answer>;
  /** A message in the visitor's name. */
  sendMessage(record: VisitorRecord, message: SentMessage, signal: AbortSignal): Promise<Answer>;
  /** Puts a picture or a recording where messages can name it by a key. */
  upload(record: VisitorRecord, file: UploadedFile, signal: AbortSignal): Promise<Answer>;
  /** Where a video is to be put. */
  videoPolicy(record: VisitorRecord, filename: string, signal: AbortSignal): Promise<Answer>;
  /** Puts it there: an address that came in an answer, and so is not trusted. */
  putVideo(to: VideoTarget, file: UploadedFile, signal: AbortSignal): Promise<Answer>;
  /** Up to {@link mostMessages} messages of all the visitor's channels, oldest first. */
  stream(record: VisitorRecord, since: string, signal: AbortSignal): Promise<Answer>;
  delivered(
    record: VisitorRecord,
    given: { conv: string; ids: readonly string[] },
    signal: AbortSignal,
  ): Promise<Answer>;
  activeConv(record: VisitorRecord, signal: AbortSignal): Promise<Answer>;
  queuePosition(record: VisitorRecord, signal: AbortSignal): Promise<Answer>;
  endConversation(record: VisitorRecord, signal: AbortSignal): Promise<Answer>;
  evaluate(
    record: VisitorRecord,
    grade: { conv: string; level: number },
    signal: AbortSignal,
  ): Promise<Answer>;
}

/** Who is to serve. */
export interface Wish {
  readonly groupToken?: string | undefined;
  readonly agentToken?: string | undefined;
  /** Not these: the robot, where a human is wanted. */
  readonly except?: readonly string[];
}

/** A message in the form of `client/send_msg`. */
export interface SentMessage {
  readonly type: 'text' | 'photo' | 'audio' | 'video' | 'hybrid';
  /** A text, the key of an upload, or JSON. */
  readonly content: string;
  readonly extra?: object;
}

/** A file on its way. */
export interface UploadedFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** The policy of an object store: where a file goes, and the fields that stand before it. */
export interface VideoTarget {
  readonly url: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** Of one page of the stream. */
export const mostMessages = 100;

/** The endpoints, with the visitor's keys and the host that serves the enterprise. */
export function createApi(
  settings: MeiqiaSettings,
  tools: CallTools & Pick<Tools, 'cached' | 'forget'>,
): MeiqiaApi {
  const call = (request: Request) => callMeiqia(settings, tools, request);
  const atHost = createHosts(settings, tools);
  const uploadMs = settings.timeoutMs * 4;
  const post = (
    record: VisitorRecord,
    path: string,
    rest: Omit<Request, 'method' | 'path' | 'base' | 'record'>,
  ) => call({ method: 'POST', base: record.base, record, path, ...rest });
  const get = (
    record: VisitorRecord,
    path: string,
    rest: Omit<Request, 'as' | 'method' | 'path' | 'base' | 'record'>,
  ) => call({ as: 'proved', method: 'GET', base: record.base, record, path, ...rest });
  return {
    ...createTicketApi(call),
    initUser: (trackId, signal) => {
      const body = { app_key: settings.appKey, ...(trackId !== undefined && { track_id: trackId }) };
      return atHost(
        (base) => call({ as: 'plain', method: 'POST', base, path: 'sdk/init_sdk_user', body, signal }),
        signal,
      );
    },
    bindOwnId: (record, ownId, signal) =>
      post(record, 'sdk/get_dev_client_id', { as: 'sealed', body: { dev_client_id: ownId }, signal }),
    init: (record, signal) =>
      post(record, 'sdk/init', {
        as: 'proved',
        body: { ent_id: bareNumber(record.entId), track_id: record.trackId },
        signal,
      }),
    statistics: (record, facts, signal) =>
      post(record, 'sdk/statistics', { as: 'sealed', body: facts, takesAny: true, signal, priority: 1 }),
    deviceToken: (record, token, signal) =>
      post(record, 'client/device_token', {
        as: 'sealed',
        body: { device_token: token },
        takesAny: true,
        signal,
        priority: 1,
      }),
    attrs: (record, { attrs, overwrite }, signal) => {
      const { trackId, entId, visitId, base } = record;
      const ids = { track_id: trackId, ent_id: entId, visit_id: visitId };
      const body = { attrs, ...ids, ...(overwrite && { overwrite }) };
      const as = { as: 'sealed', method: 'PUT', path: 'client/attrs' } as const;
      return call({ ...as, base, record, body, takesAny: true, signal, priority: 1 });
    },
    schedule: (record, { groupToken, agentToken, except = [] }, signal) =>
      post(record, 'scheduler', {
        as: 'sealed',
        body: {
          fallback: settings.fallback,
          visit_id: record.visitId,
          track_id: record.trackId,
          ent_id: bareNumber(record.entId),
          no_reallocate: settings.noReallocate,
          queueing: true,
          ...(groupToken !== undefined && { group_token: groupToken }),
          ...(agentToken !== undefined && { agent_token: agentToken }),
          ...(except.length > 0 && { exclude_agent_tokens: except }),
        },
        signal,
      }),
    sendMessage: (record, { type, content, extra }, signal) => {
      const ids = { browser_id: record.browserId, track_id: record.trackId, ent_id: record.entId };
      const body = { ...ids, type, content, ...(extra !== undefined && { extra }) };
      return post(record, 'client/send_msg', { as: 'sealed', body, signal });
    },
    upload: (record, file, signal) =>
      post(record, 'upload', {
        as: 'file',
        namesApp: false,
        query: { user_id: record.trackId, ent_id: record.entId },
        form: formOf(file),
        signal,
        timeoutMs: uploadMs,
      }),
    videoPolicy: (record, filename, signal) =>
      post(record, 'upload/oss/policies', {
        as: 'plain',
        body: { ent_id: record.entId, content_type: 'video', filename },
        signal,
      }),
    putVideo: async ({ url, fields }, file, signal) => {
      const { type, bytes } = formOf({ ...file, fields });
      const result = await tools.fetch({
        method: 'POST',
        url,
        name: 'upload/video',
        headers: { 'content-type': type },
        body: bytes,
        timeoutMs: uploadMs,
        signal,
        priority: 2,
        untrusted: true,
      });
      if (result.kind !== 'answer')
        return { kind: result.kind === 'lost' ? 'lost' : 'notSent', code: result.code };
      const isTaken = result.status >= 200 && result.status < 300;
      return isTaken ? { kind: 'ok', fields: {} } : { kind: 'status', status: result.status, words: '' };
    },
    stream: (record, since, signal) =>
      get(record, `conversation/${encodeURIComponent(record.trackId)}/messages_streams`, {
        name: 'conversation/messages_streams',
        query: { limit: String(mostMessages), ascending: '1', last_message_created_on: since },
        namesTime: true,
        signal,
        priority: 1,
      }),
    delivered: (record, { conv, ids }, signal) =>
      post(record, 'client/msg_delivered', {
        as: 'plain',
        body: {
          ent_id: bareNumber(record.entId),
          track_id: record.trackId,
          conv_id: bareNumber(conv),
          msg_ids: ids.map(bareNumber),
        },
        takesAny: true,
        signal,
        priority: 0,
      }),
    activeConv: (record, signal) =>
      get(record, 'unified-api/conversations/v1/active_conv', {
        query: { track_id: record.trackId },
        signal,
      }),
    queuePosition: (record, signal) => get(record, 'client/queue/position', { signal, priority: 0 }),
    endConversation: (record, signal) =>
      post(record, 'client/end_conversation', {
        as: 'sealed',
        body: { track_id: record.trackId, ent_id: record.entId },
        takesAny: true,
        signal,
      }),
    evaluate: (record, { conv, level }, signal) =>
      post(record, `conversation/${encodeURIComponent(conv)}/evaluation`, {
        as: 'plain',
        name: 'conversation/evaluation',
        body: { app_key: settings.appKey, level, content: '' },
        takesAny: true,
        signal,
      }),
  };
}

/** A file that holds its own hash would be needed to collide with the boundary. */
function formOf(file: UploadedFile & { readonly fields?: VideoTarget['fields'] }) {
  const boundary = `----bridge${createHash('md5').update(file.bytes).digest('hex')}`;
  const { type, body } = writeFormFile({ field: 'file', ...file }, boundary);
  return { type, bytes: body };
}

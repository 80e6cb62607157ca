import { writeFormFile } from '../../src/formats/form-file.ts';
import type { Tools } from '../../src/ports/helpdesk.ts';
import { type Answer, readAnswer, urlOf } from './answer.ts';
import { isTokenRefused } from './outcome.ts';
import type { ZhichiSettings } from './settings.ts';
import { sha256Of } from './signature.ts';
import { readToken, replaceToken, type TokenReading, type TokenTools, type TokenUse } from './token.ts';

export type { Answer } from './answer.ts';

/** Zhichi's endpoints, one function each. A field that is `undefined` is left out. */
export interface ZhichiApi {
  /** Asks for an agent (请求人工客服). A repeat changes nothing. */
  connect(request: ConnectRequest, signal: AbortSignal): Promise<Answer>;
  /** A message in the visitor's name (客户咨询客服). A repeat is a second message. */
  send(message: SentMessage, signal: AbortSignal): Promise<Answer>;
  /** A question to the robot, which answers in the response (用户咨询机器人). */
  askRobot(question: RobotQuestion, signal: AbortSignal): Promise<Answer>;
  rate(rating: GivenRating, signal: AbortSignal): Promise<Answer>;
  /** The visitor ends the session (客户结束会话). */
  leave(partnerId: string, signal: AbortSignal): Promise<Answer>;
  /** All that was said in a session, by its id or, without one, in the visitor's last (查询客户会话记录). */
  readRecord(of: RecordOf, signal: AbortSignal): Promise<Answer>;
  /** A ticket (工单). A repeat is a second one. */
  saveTicket(ticket: Ticket, signal: AbortSignal): Promise<Answer>;
  /** Uploads a file, and gives the URL where agents find it. Made for tickets. */
  uploadFile(file: UploadedFile, signal: AbortSignal): Promise<Answer>;
  listGroups(signal: AbortSignal): Promise<Answer>;
  listAgents(signal: AbortSignal): Promise<Answer>;
  /** Whether it is working time now, of a group or at all. */
  askWorkingTime(groupId: string | undefined, signal: AbortSignal): Promise<Answer>;
  /** How many agents and visitors there are now. */
  countOnline(signal: AbortSignal): Promise<Answer>;
}

/** The fields of `chat_connect`. */
export interface ConnectRequest {
  readonly partnerid: string;
  readonly source: number;
  readonly channel_flag?: number | undefined;
  readonly groupid?: string | undefined;
  readonly agentid?: string | undefined;
  /** Nobody but `agentid`. */
  readonly tran_flag?: 1 | undefined;
  readonly user_nick?: string | undefined;
  readonly user_tels?: string | undefined;
  readonly user_emails?: string | undefined;
  /** The URL of a picture. */
  readonly user_img?: string | undefined;
  /** Own fields: the text of a JSON object. */
  readonly params?: string | undefined;
}

/** The fields of `chat_send`. */
export interface SentMessage {
  readonly partnerid: string;
  /** The text, or the URL of a medium. */
  readonly content: string;
  readonly msg_type: 'text' | 'image' | 'voice' | 'video';
}

/** The fields of `robot_chat`, but for those that always say the same. */
export interface RobotQuestion {
  readonly partnerid: string;
  readonly question: string;
  readonly robot_flag?: number | undefined;
  readonly source: number;
  readonly user_nick?: string | undefined;
  readonly channel_flag?: number | undefined;
}

/** The fields of `comment` for a session with an agent; `score` from 1 to 5. */
export interface GivenRating {
  readonly partnerid: string;
  readonly score: number;
  readonly solved?: 0 | 1 | undefined;
}

/** Whose record is read: a session's, or that of the visitor's last session, with his origin. */
export type RecordOf = { readonly cid: string } | { readonly partnerid: string; readonly from: number };

/** The fields of `save_user_ticket`. */
export interface Ticket {
  readonly companyid: string;
  readonly partnerid: string;
  readonly ticket_title: string;
  readonly ticket_content: string;
  readonly ticket_typeid: string;
  readonly ticket_from: number;
  /** URLs with `;` between them. */
  readonly file_str?: string | undefined;
}

/** A file as the bridge keeps it. */
export interface UploadedFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** What the endpoints are lent. */
export type ApiTools = TokenTools & Pick<Tools, 'log'>;

/** The endpoints for one attempt. */
export function createApi(settings: ZhichiSettings, tools: ApiTools, use: TokenUse): ZhichiApi {
  const call = (request: Request) => callFresh({ settings, tools, use }, request);
  const post = (name: string, body: object, given: Pick<Request, 'signal' | 'priority'>) =>
    call({ ...given, path: `${settings.apiPrefix}/${name}`, type: jsonType, body: JSON.stringify(body) });
  const ask = (name: string, body: object, signal: AbortSignal) => post(name, body, { signal, priority: 0 });
  return {
    connect: (request, signal) => post('chat_connect', request, { signal, priority: 2 }),
    send: (message, signal) => post('chat_send', message, { signal, priority: 2 }),
    askRobot: ({ question, ...rest }, signal) => {
      const body = { ...rest, question, question_flag: 0, request_text: question };
      return post('robot_chat', body, { signal, priority: 2 });
    },
    rate: (rating, signal) =>
      post('comment', { ...rating, type: 1, comment_type: 0 }, { signal, priority: 1 }),
    leave: (partnerid, signal) => post('out', { partnerid }, { signal, priority: 1 }),
    readRecord: (of, signal) => ask(recordName, of, signal),
    saveTicket: (ticket, signal) => {
      const body = JSON.stringify(ticket);
      return call({ path: '/api/ws/5/ticket/save_user_ticket', type: jsonType, body, signal, priority: 2 });
    },
    uploadFile: (file, signal) => {
      const timeoutMs = Math.max(settings.timeoutMs, 30_000);
      const path = '/api/ws/5/ticket/user_upload_file';
      return call({ ...writeUpload(file), path, signal, priority: 2, timeoutMs });
    },
    listGroups: (signal) => ask('query_group', {}, signal),
    listAgents: (signal) => ask('query_agent', {}, signal),
    askWorkingTime: (groupid, signal) => ask('admin_is_work', { groupid }, signal),
    countOnline: (signal) => ask('get_once_data', {}, signal),
  };
}

/** The form of an upload, with the random text that Zhichi wants in it: a repeat is the same call. */
function writeUpload(file: UploadedFile): Pick<Request, 'type' | 'body'> {
  // A file that holds its own hash would be needed to collide with this boundary.
  const key = sha256Of(file.bytes).slice(0, 32);
  return writeFormFile({ field: 'file', fields: [['file_num_key', key]], ...file }, `----bridge${key}`);
}

/** The last part of the path of record reads, whose limit is their own. */
export const recordName = 'get_detail_by_cid';

const jsonType = 'application/json;charset=UTF-8';

interface Request {
  readonly path: string;
  readonly type: string;
  readonly body: string | Buffer;
  readonly priority: number;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

interface Caller {
  readonly settings: ZhichiSettings;
  readonly tools: ApiTools;
  readonly use: TokenUse;
}

/** A token that Zhichi refuses is replaced, and the call repeated, once: it was not done. */
async function callFresh(caller: Caller, request: Request): Promise<Answer> {
  const { settings, tools, use } = caller;
  const { signal } = request;
  const token = await readToken(settings, tools, { use, signal });
  const first = await callOnce(caller, request, token);
  if (token.kind !== 'token' || first.kind === 'ok' || !isTokenRefused(first)) return first;
  const other = await replaceToken(settings, tools, { use, signal, refused: token.token });
  return callOnce(caller, request, other);
}

async function callOnce({ settings, tools }: Caller, request: Request, token: TokenReading): Promise<Answer> {
  if (token.kind !== 'token') return token;
  const { path, type, body, priority, signal, timeoutMs = settings.timeoutMs } = request;
  const proof =
    settings.authStyle === 'token' ? { token: token.token } : { authorization: `Bearer ${token.token}` };
  const result = await tools.fetch({
    method: 'POST',
    url: urlOf(settings, path),
    name: path,
    headers: { 'content-type': type, ...proof },
    body,
    timeoutMs,
    connectTimeoutMs: 5000,
    signal,
    priority,
  });
  const answer = readAnswer(result, tools.now());
  if (answer.kind === 'said') tools.log.warn('zhichi.refused', { call: path, code: answer.code });
  return answer;
}

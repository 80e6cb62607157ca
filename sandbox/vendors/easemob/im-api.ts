import { isRecord, type JsonRecord, readJsonRecord, readUtf8 } from '../json.ts';
import { readOnlyPart } from '../multipart.ts';
import type { Answer, Call } from '../server.ts';
import type { Timeline } from '../timeline.ts';
import { badArgument, type Refusal, refusals, writeAnswer, writeRefusal } from './answers.ts';
import { nextImId } from './floor.ts';
import { findMessageFault, findUnseenReason, isName } from './message-rules.ts';
import { type ReceptionParts, receive } from './reception.ts';
import type { RefusedCall, Unseen } from './records.ts';
import type { Tokens } from './tokens.ts';

export interface ApiParts extends ReceptionParts {
  readonly tokens: Tokens;
  /** IM users, in small letters. */
  readonly users: Set<string>;
  readonly unseen: Timeline<Unseen>;
  readonly refusedCalls: Timeline<RefusedCall>;
  /** `false`: one call too many. */
  readonly mayCall: () => boolean;
  readonly maySend: () => boolean;
}

type Reply = { readonly fields: JsonRecord } | { readonly refusal: Refusal };

/** The IM cloud's side of its server API, from the bytes of a call to the bytes of its answer. */
export function answerIm(parts: ApiParts, call: Call): Answer {
  const { now } = parts;
  const reply = replyTo(parts, call);
  if ('fields' in reply) return writeAnswer(reply.fields, { now: now(), path: call.path });
  const { status, because } = reply.refusal;
  parts.refusedCalls.add({ at: now(), path: call.path, status, because });
  return writeRefusal(reply.refusal, now());
}

function replyTo(parts: ApiParts, call: Call): Reply {
  const { orgName, appName } = parts.settings();
  const base = `/${orgName}/${appName}`;
  if (!call.path.startsWith(`${base}/`)) return { refusal: refusals.noApp };
  const path = call.path.slice(base.length);
  if (!parts.mayCall()) return { refusal: refusals.tooMany };
  const isUpload = path === '/chatfiles';
  const type = call.headers['content-type'] ?? '';
  const isQuestion = call.method === 'GET' && path === '/callbacks/storage/info';
  if (call.method !== 'POST' && !isQuestion) return { refusal: refusals.noResource };
  if (!isUpload && !isQuestion && !/^application\/json\s*(;|$)/i.test(type))
    return { refusal: refusals.badType };
  if (path !== '/token' && !parts.tokens.isValid(call.headers.authorization)) {
    return { refusal: refusals.unauthorized };
  }
  if (isUpload) return takeFile(parts, call);
  if (isQuestion) return listLost(parts);
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (route === undefined) return { refusal: refusals.noResource };
  const body = readJsonRecord(readUtf8(call.body) ?? '');
  return body === undefined ? { refusal: refusals.badJson } : route(parts, body, call);
}

type Route = (parts: ApiParts, body: JsonRecord, call: Call) => Reply;

const routes: Readonly<Record<string, Route>> = {
  '/token': giveToken,
  '/users': register,
  '/messages/users': takeMessage,
  '/callbacks/storage/retry': callBackAgain,
};

function listLost({ settings, callbacks }: ApiParts): Reply {
  return settings().keepsLostCallbacks
    ? { fields: { data: callbacks.lost.entries() } }
    : { refusal: refusals.notBought };
}

function callBackAgain({ settings, callbacks }: ApiParts, { date, retry }: JsonRecord): Reply {
  if (!settings().keepsLostCallbacks) return { refusal: refusals.notBought };
  const again = callbacks.lost.again({ date: String(date), retry: Number(retry) });
  if (again === undefined) return { refusal: badArgument('date') };
  callbacks.callBackAgain(again);
  return { fields: { data: 'success' } };
}

function giveToken({ settings, tokens }: ApiParts, body: JsonRecord): Reply {
  const { clientId, clientSecret, tokenLifeSec } = settings();
  if (body.grant_type !== 'client_credentials') return { refusal: badArgument('grant_type') };
  if (body.client_id !== clientId) return { refusal: refusals.badClient };
  if (body.client_secret !== clientSecret) return { refusal: refusals.badSecret };
  const { ttl = tokenLifeSec } = body;
  if (!Number.isSafeInteger(ttl) || Number(ttl) < 0) return { refusal: badArgument('ttl') };
  const { token, expiresIn } = tokens.issue(Number(ttl));
  return { fields: { access_token: token, expires_in: expiresIn, application: '8be024f0' } };
}

function register({ users }: ApiParts, { username, password, nickname }: JsonRecord): Reply {
  if (!isName(username)) return { refusal: refusals.badName };
  if (!isTextUpTo(64, password)) return { refusal: badArgument('password') };
  if (!isTextUpTo(100, nickname)) return { refusal: badArgument('nickname') };
  const name = username.toLowerCase();
  if (users.has(name)) return { refusal: refusals.taken };
  users.add(name);
  return { fields: { entities: [{ uuid: '0ffe2d80', type: 'user', username: name, activated: true }] } };
}

/** Nothing will do, too. */
function isTextUpTo(length: number, value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value.length <= length);
}

function takeFile({ settings, files }: ApiParts, call: Call): Reply {
  const reading = readOnlyPart(call.headers['content-type'] ?? '', call.body);
  if (reading.kind === 'fault') return { refusal: badArgument(reading.fault) };
  const { name, filename, bytes } = reading.part;
  if (name !== 'file' || !filename) return { refusal: badArgument('file') };
  if (bytes.length > settings().fileMaxBytes) return { refusal: { ...refusals.tooLarge, because: 'file' } };
  const isRestricted = call.headers['restrict-access'] === 'true';
  const file = files.put({ bytes, name: filename, isRestricted });
  const secret = isRestricted ? { 'share-secret': file.secret } : {};
  return { fields: { entities: [{ uuid: file.uuid, type: 'chatfile', ...secret }] } };
}

function takeMessage(parts: ApiParts, message: JsonRecord, call: Call): Reply {
  const { settings } = parts;
  if (call.body.length > settings().requestMaxBytes) return { refusal: refusals.tooLarge };
  if (!parts.maySend()) return { refusal: refusals.tooManyMessages };
  const fault = findMessageFault(message);
  if (fault !== undefined) return { refusal: badArgument(fault) };
  const receivers = message.to as readonly string[]; // proved by its rules
  const ids = receivers.map((name) => [name, nextImId()] as const);
  for (const [name, id] of ids) pass(parts, message, { to: name, id });
  return { fields: { data: Object.fromEntries(ids) } };
}

/** The message goes its way: called back as everything is, and to the helpdesk, if it is for it and as it wants it. */
function pass(
  parts: ApiParts,
  message: JsonRecord,
  { to, id }: { readonly to: string; readonly id: string },
): void {
  const { settings, now } = parts;
  const from = typeof message.from === 'string' ? message.from.toLowerCase() : 'admin';
  if (settings().echoes) echo(parts, message, { from, to, id });
  const reason =
    to.toLowerCase() === settings().imServiceNumber.toLowerCase() ? findUnseenReason(message) : 'to';
  const unseen = reason ?? (parts.users.has(from) ? findFileReason(parts, message) : 'from is no user');
  if (unseen !== undefined) {
    parts.unseen.add({ at: now(), from, because: unseen });
    return;
  }
  const { type, body, ext } = message as {
    type: string;
    body: JsonRecord;
    ext: { weichat: JsonRecord; msgtype?: unknown };
  }; // by the rules
  receive(parts, {
    visitor: from,
    channel: 'im',
    id: String(ext.weichat.msg_id_for_ack),
    type,
    body,
    weichat: ext.weichat,
    ...(isRecord(ext.msgtype) && { msgtype: ext.msgtype }),
  });
}

function findFileReason({ files }: ApiParts, { body }: JsonRecord): string | undefined {
  if (!isRecord(body) || typeof body.url !== 'string') return undefined;
  const file = files.find(body.url);
  if (file === undefined) return 'no such file';
  return (body.secret ?? '') === file.secret ? undefined : 'secret';
}

function echo(
  parts: ApiParts,
  { type, body, ext }: JsonRecord,
  { from, to, id }: { readonly from: string; readonly to: string; readonly id: string },
): void {
  const bodies = [{ type, ...(isRecord(body) && body) }];
  const fields = { chat_type: 'chat', from, to, payload: { bodies, ext: ext ?? {} }, msg_id: id };
  void parts.callbacks.push({ channel: 'im', fields }, from);
}

import { isRecord, type JsonRecord, readJsonRecord, readUtf8 } from '../json.ts';
import type { Answer, Call } from '../server.ts';
import { writeKefu } from './answers.ts';
import type { ApiParts } from './im-api.ts';
import { findBodyFault, isTexts, strangerIn } from './message-rules.ts';
import { receive } from './reception.ts';
import type { RestAssociation } from './settings.ts';
import { signRest } from './signature.ts';

/** The REST API channel's one endpoint. Its answers are the guesses of the note; its proof is the vendor's. */
export function answerRest(parts: ApiParts, call: Call): Answer {
  const fault = findFault(parts, call);
  if (fault === undefined) return writeKefu(200, { status: 'OK' });
  const [status, because] = fault;
  parts.refusedCalls.add({ at: parts.now(), path: call.path, status, because });
  return writeKefu(status, { status: 'FAIL', errorCode: `KEFU_${status}`, errorDescription: because });
}

function findFault(parts: ApiParts, call: Call): readonly [status: number, because: string] | undefined {
  const { rest } = parts.settings();
  if (rest === undefined) return [403, 'channel off'];
  if (call.path !== pathOf(rest)) return [404, 'path'];
  if (call.method !== 'POST') return [405, 'method'];
  const proof = findProofFault(rest, call, parts.now());
  if (proof !== undefined) return [401, proof];
  const type = call.headers['content-type'] ?? '';
  if (!/^application\/json;\s*(charset=)?utf-8$/i.test(type)) return [415, 'content type'];
  const message = readJsonRecord(readUtf8(call.body) ?? '');
  if (message === undefined) return [400, 'json'];
  const because = findMessageFault(message);
  if (because !== undefined) return [400, because];
  deliver(parts, message);
  return undefined;
}

export function pathOf({ tenantId, channelId }: RestAssociation): string {
  return `/api/tenants/${tenantId}/rest/channels/${channelId}/messages`;
}

function findProofFault(rest: RestAssociation, call: Call, now: number): string | undefined {
  const expires = String(call.headers['x-auth-expires'] ?? '');
  if (!/^-?\d{1,15}$/.test(expires)) return 'X-Auth-Expires';
  if (Number(expires) > 0 && Number(expires) < now) return 'expired';
  const [, id, signature] = /^hmac ([^:\s]+):(\S+)$/.exec(call.headers.authorization ?? '') ?? [];
  if (id !== rest.clientId) return 'client id';
  const expected = signRest(rest.clientSecret, { path: call.path, expires, body: call.body }, rest.md5);
  return signature === expected ? undefined : 'signature';
}

function findMessageFault(message: JsonRecord): string | undefined {
  const { bodies, from, msg_id: id, origin_type: origin, timestamp, ext } = message;
  if (!isText(from)) return 'from';
  if (typeof id !== 'string' || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return 'msg_id';
  if (origin !== 'rest') return 'origin_type';
  if (!Number.isSafeInteger(timestamp)) return 'timestamp';
  if (!Array.isArray(bodies) || bodies.length !== 1 || !isRecord(bodies[0])) return 'bodies';
  const fault = findBodyFault(bodies[0]);
  if (fault !== undefined) return `bodies.${fault}`;
  if (!isRecord(ext) || !isRecord(ext.visitor)) return 'ext.visitor';
  const { visitor } = ext;
  if (!isText(visitor.user_nickname) || visitor.callback_user !== from) return 'ext.visitor';
  const { tags, ...texts } = visitor;
  if (tags !== undefined && !isTexts(tags)) return 'ext.visitor.tags';
  if (strangerIn(visitor, visitorFields) !== undefined || !isTexts(Object.values(texts)))
    return 'ext.visitor';
  return strangerIn(ext, extFields) === undefined ? strangerIn(message, messageFields) : 'ext';
}

const messageFields = new Set(['bodies', 'ext', 'msg_id', 'origin_type', 'from', 'timestamp']);
const visitorFields = new Set([
  'user_nickname',
  'true_name',
  'sex',
  'qq',
  'email',
  'phone',
  'company_name',
  'description',
  'tags',
  'callback_user',
]);
const extFields = new Set(['queue_id', 'queue_name', 'agent_username', 'visitor', 'msgtype']);

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function deliver(parts: ApiParts, message: JsonRecord): void {
  const {
    bodies,
    from,
    msg_id: id,
    ext,
  } = message as {
    bodies: readonly [{ type: string } & JsonRecord];
    from: string;
    msg_id: string;
    ext: JsonRecord;
  }; // by the rules
  const [{ type, ...body }] = bodies;
  receive(parts, {
    visitor: from,
    channel: 'rest',
    id,
    type,
    body,
    weichat: ext,
    ...(isRecord(ext.msgtype) && { msgtype: ext.msgtype }),
  });
}

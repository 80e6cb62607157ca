import { isRecord, type JsonRecord } from '../json.ts';

/** The name of the first field of `messages/users` that the IM cloud does not take; it looks at little more than forms. */
export function findMessageFault(message: JsonRecord): string | undefined {
  const { from, to, type, body, ext } = message;
  if (from !== undefined && !isName(from)) return 'from';
  if (!Array.isArray(to) || to.length === 0 || to.length > 600 || !to.every(isName)) return 'to';
  if (typeof type !== 'string' || !Object.hasOwn(bodies, type)) return 'type';
  if (!isRecord(body)) return 'body';
  if (ext !== undefined && !isRecord(ext)) return 'ext';
  const checks = bodies[type] ?? {};
  const wrong = Object.keys(checks).find((name) => !checks[name]?.(body[name]));
  return wrong === undefined ? undefined : `body.${wrong}`;
}

/** Why the helpdesk does not show a message that the IM cloud took; `undefined`: it does. */
export function findUnseenReason(message: JsonRecord): string | undefined {
  const { ext = {}, body, type } = message as { ext?: JsonRecord; body: JsonRecord; type: string }; // proved before
  const { weichat } = ext;
  if (!isRecord(weichat)) return 'no weichat';
  const stranger =
    strangerIn(message, messageFields) ??
    strangerIn(body, new Set([...Object.keys(bodies[type] ?? {}), ...(moreFields[type] ?? [])])) ??
    strangerIn(ext, extFields) ??
    strangerIn(weichat, weichatFields);
  if (stranger !== undefined) return stranger;
  if (typeof weichat.msg_id_for_ack !== 'string' || weichat.msg_id_for_ack === '') return 'msg_id_for_ack';
  const { visitor } = weichat;
  if (visitor !== undefined) {
    if (!isRecord(visitor) || !isText(visitor.userNickname)) return 'visitor.userNickname';
    if (visitor.tags !== undefined && !isTexts(visitor.tags)) return 'visitor.tags';
    if (strangerIn(visitor, visitorFields) !== undefined) return 'visitor';
  }
  for (const name of ['queueName', 'agentUsername', 'originType', 'language']) {
    if (weichat[name] !== undefined && !isText(weichat[name])) return name;
  }
  return findControlFault(message, weichat);
}

function findControlFault(message: JsonRecord, weichat: JsonRecord): string | undefined {
  const body = message.body as JsonRecord; // proved before
  const msgtype = isRecord(message.ext) ? message.ext.msgtype : undefined;
  if (weichat.ctrlType === 'enquiry') {
    const args = weichat.ctrlArgs;
    if (!isRecord(args) || typeof args.inviteId !== 'number') return 'ctrlArgs.inviteId';
    if (!isText(args.serviceSessionId) || !isText(args.summary)) return 'ctrlArgs';
    if (!['visitor', 'agent', 'system'].includes(String(args.evaluateWay))) return 'ctrlArgs.evaluateWay';
    return Array.isArray(args.appraiseTags) && typeof args.detail === 'string' ? undefined : 'ctrlArgs';
  }
  if (weichat.ctrlType !== undefined) return 'ctrlType';
  if (message.type === 'txt' && body.msg === '' && !isRecord(msgtype)) return 'empty text';
  if (isRecord(msgtype) && isRecord(msgtype.track)) {
    return isText(msgtype.track.title) ? undefined : 'track.title';
  }
  return undefined;
}

/** The first field that nobody has heard of, or that is not for the bridge, as `routetype`, which loses messages. */
export function strangerIn(fields: JsonRecord, known: ReadonlySet<string>): string | undefined {
  return Object.keys(fields).find((name) => !known.has(name));
}

const messageFields = new Set(['from', 'to', 'type', 'body', 'ext']);
const extFields = new Set(['weichat', 'msgtype']);
const weichatFields = new Set([
  'msg_id_for_ack',
  'visitor',
  'queueName',
  'agentUsername',
  'originType',
  'language',
  'ctrlType',
  'ctrlArgs',
]);

/** What a body may have besides. */
const moreFields: Readonly<Record<string, readonly string[] | undefined>> = {
  img: ['secret'],
  audio: ['secret'],
  video: ['secret', 'thumb', 'thumb_secret'],
  file: ['secret', 'file_length'],
};

const visitorFields = new Set([
  'userNickname',
  'trueName',
  'phone',
  'email',
  'qq',
  'companyName',
  'description',
  'tags',
  'sex',
  'weixin',
  'callback_user',
  'gr_user_id',
  'source',
  'openid',
  'mp',
  'msgId',
]);

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value !== '';
export const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isUrl: Check = (value) => typeof value === 'string' && URL.canParse(value);
const isDegrees: Check = (value) => typeof value === 'string' && /^-?\d{1,3}(\.\d+)?$/.test(value);
const isSize: Check = (value) => isRecord(value) && isCount(value.width) && isCount(value.height);

/** Required by the newest page and the one before: what the adapter sends has to do for both. */
const bodies: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  txt: { msg: (value) => typeof value === 'string' },
  img: { url: isUrl, filename: isText, size: isSize },
  audio: { url: isUrl, filename: isText, length: isCount },
  video: { url: isUrl, filename: isText, length: isCount, file_length: isCount },
  file: { url: isUrl, filename: isText },
  loc: { lat: isDegrees, lng: isDegrees, addr: isText },
  cmd: { action: isText },
};

/** The same in the body of the REST channel, where the type stands beside the fields. */
export function findBodyFault(body: JsonRecord): string | undefined {
  const { type } = body;
  if (typeof type !== 'string' || !Object.hasOwn(bodies, type) || type === 'cmd') return 'type';
  const checks = bodies[type] ?? {};
  return Object.keys(checks).find((name) => !checks[name]?.(body[name]));
}

/** 64 bytes of a few characters, the same in capitals. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_.-]{1,64}$/.test(value);
}

import { type Field, type Fields, fieldsOf, listOf, readFields, textOf } from '../../src/formats/fields.ts';

/** A message over IM, as it is called back and as it stands in a history (Easemob IM, callbacks; chat history). */
export interface ImMessage {
  /** Milliseconds, in digits. */
  readonly timestamp: string;
  readonly chatType: string;
  /** In small letters: capitals tell no two IM names apart. */
  readonly from: string;
  readonly to: string;
  readonly id?: string;
  readonly recallId?: string;
  /** Left out where nothing was written, such as that somebody came online. */
  readonly payload?: Payload;
}

/** What proves a callback over IM, and says what it is about. */
export interface ImCallback extends ImMessage {
  readonly callId: string;
  readonly security: string;
  readonly appkey?: string;
  readonly eventType: string;
}

/** A message as the helpdesk writes it; names are in camel case at every depth. */
export interface Payload {
  readonly bodies: readonly Fields[];
  readonly ext: Fields;
  /** `ext.weichat`, or all of `ext` where there is no such level. Empty: a plain message. */
  readonly weichat: Fields;
}

/** Easemob's have about 60; one that went on without end would make an answer too long that repeats it. */
const maxIdChars = 256;

/** `undefined`: it has not what proves a callback. */
export function readImCallback(fields: Fields): ImCallback | undefined {
  const message = messageIn(fields);
  if (message === undefined) return undefined;
  const callId = textOf(fields, 'callId');
  const security = textOf(fields, 'security');
  if (callId === undefined || callId.length > maxIdChars || security === undefined) return undefined;
  const appkey = textOf(fields, 'appkey');
  const eventType = textOf(fields, 'eventType') ?? '';
  return { ...message, callId, security, eventType, ...(appkey !== undefined && { appkey }) };
}

/** A line of a history. `undefined`: it is none. */
export function readImMessage(text: string): ImMessage | undefined {
  const fields = readFields(text);
  return fields && messageIn(fields);
}

function messageIn(fields: Fields): ImMessage | undefined {
  const timestamp = textOf(fields, 'timestamp') ?? '';
  if (!/^\d{1,15}$/.test(timestamp)) return undefined;
  const id = textOf(fields, 'msg_id');
  const payload = fieldsOf(fields, 'payload');
  const recallId = textOf(fields, 'recall_id') ?? (payload && textOf(payload, 'ack_message_id'));
  return {
    timestamp,
    chatType: textOf(fields, 'chat_type') ?? '',
    from: (textOf(fields, 'from') ?? '').toLowerCase(),
    to: (textOf(fields, 'to') ?? '').toLowerCase(),
    ...(id !== undefined && { id }),
    ...(recallId !== undefined && { recallId }),
    ...(payload !== undefined && { payload: readPayload(payload) }),
  };
}

/** A callback of the REST API channel, which is taken to look like the message of a visitor. */
export interface RestCallback {
  readonly id?: string;
  readonly visitor?: string;
  readonly at?: number;
  readonly payload: Payload;
}

/** `undefined`: it is no JSON object, or has neither bodies nor an extension. */
export function readRestCallback(text: string): RestCallback | undefined {
  const fields = readFields(text);
  if (fields === undefined || (fields.bodies === undefined && fields.ext === undefined)) return undefined;
  const payload = readPayload(fields);
  const id = textOf(fields, 'msg_id') ?? textOf(fields, 'msgId');
  const own = fieldsOf(payload.weichat, 'visitor') ?? {};
  const visitor = textOf(fields, 'to') ?? textOf(own, 'callbackUser') ?? textOf(own, 'openid');
  const timestamp = textOf(fields, 'timestamp') ?? '';
  const at = /^\d{10}(?:\d{3})?$/.test(timestamp) ? Number(timestamp.padEnd(13, '0')) : undefined;
  return {
    ...(id !== undefined && { id }),
    ...(visitor !== undefined && { visitor }),
    ...(at !== undefined && { at }),
    payload,
  };
}

function readPayload(fields: Fields): Payload {
  const ext = camelFields(fieldsOf(fields, 'ext') ?? {});
  return {
    bodies: listOf(fields, 'bodies').map(camelFields),
    ext,
    weichat: fieldsOf(ext, 'weichat') ?? ext,
  };
}

/** `event_name` is `eventName`, at every depth: the two products write the same names in two styles. */
function camelFields(fields: Fields): Fields {
  const entries = Object.entries(fields).map(([name, field]) => [camelName(name), camel(field)]);
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

function camel(field: Field | undefined): Field | undefined {
  if (Array.isArray(field)) return field.map((entry: Field) => camel(entry) ?? '');
  return typeof field === 'object' ? camelFields(field as Fields) : field; // no text and no list: an object
}

function camelName(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase());
}

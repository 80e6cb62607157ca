import { type Field, type Fields, fieldsOf, listOf, readFields, textOf } from '../../src/formats/fields.ts';
import { readExactJson } from '../../src/model/exact-json.ts';

/** What Meiqia knows of one visitor, and the key under which it speaks of him. */
export interface VisitorRecord {
  /** The host that gave it. */
  readonly base: string;
  readonly trackId: string;
  readonly entId: string;
  readonly browserId: string;
  readonly visitId: string;
  readonly aesKey: string;
}

/** The members of a record that an answer has; empty ones are left out (Meiqia SDK, `init_sdk_user`). */
export function readRecord(fields: Fields): Partial<Omit<VisitorRecord, 'base'>> {
  const trackId = textOf(fields, 'track_id');
  const entId = textOf(fields, 'enterprise_id');
  const browserId = textOf(fields, 'browser_id');
  const visitId = textOf(fields, 'visit_id');
  const aesKey = textOf(fields, 'aes_key');
  return {
    ...(trackId !== undefined && { trackId }),
    ...(entId !== undefined && /^\d{1,18}$/.test(entId) && { entId }),
    ...(browserId !== undefined && { browserId }),
    ...(visitId !== undefined && { visitId }),
    ...(aesKey !== undefined && { aesKey }),
  };
}

/** Who serves. */
export interface Agent {
  readonly token?: string;
  readonly name?: string;
  readonly avatar?: string;
  readonly isRobot: boolean;
}

/** Reads an `agent`; robots are told by their privilege. */
export function readAgent(fields: Fields): Agent {
  const token = textOf(fields, 'token');
  const name = textOf(fields, 'nickname');
  const avatar = textOf(fields, 'avatar');
  return {
    ...(token !== undefined && { token }),
    ...(name !== undefined && { name }),
    ...(avatar !== undefined && { avatar }),
    isRobot: textOf(fields, 'privilege') === 'bot',
  };
}

/** What asking for somebody was answered; the order of its kinds is the order in which they count. */
export type Scheduled =
  | { readonly kind: 'blocked' }
  | { readonly kind: 'queued' }
  | { readonly kind: 'nobody' }
  | {
      readonly kind: 'open';
      readonly conv: string;
      readonly agent?: Agent;
      readonly entries: readonly Fields[];
    };

/** Reads the answer of `scheduler`. */
export function readScheduled(fields: Fields): Scheduled {
  if (isTrue(fields, 'black')) return { kind: 'blocked' };
  if (textOf(fields, 'result') === 'queueing') return { kind: 'queued' };
  const conv = idOf(fieldsOf(fields, 'conv') ?? {}, 'id');
  if (saysNotFound(fields) || textOf(fields, 'success') === 'false' || conv === undefined)
    return { kind: 'nobody' };
  const agent = fieldsOf(fields, 'agent');
  return {
    kind: 'open',
    conv,
    ...(agent !== undefined && { agent: readAgent(agent) }),
    entries: listOf(fields, 'messages'),
  };
}

/** What a sent message was answered. `notFound`: the conversation has ended. */
export type Sent =
  | { readonly kind: 'blocked' }
  | { readonly kind: 'queued' }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'taken'; readonly id: string; readonly isQueued: boolean };

/** Reads the answer of `client/send_msg`. */
export function readSent(fields: Fields): Sent {
  const isQueued = textOf(fields, 'result') === 'queueing';
  if (isTrue(fields, 'black')) return { kind: 'blocked' };
  const id = idOf(fieldsOf(fields, 'msg') ?? {}, 'id');
  if (id !== undefined && (isQueued || textOf(fields, 'success') !== 'false'))
    return { kind: 'taken', id, isQueued };
  if (isQueued) return { kind: 'queued' };
  if (saysNotFound(fields)) return { kind: 'notFound' };
  return { kind: textOf(fields, 'success') === 'false' ? 'nobody' : 'unreadable' };
}

/** Why a call was not done although it was answered with 2xx: the visitor is on the block list, or no reason is given. */
export function readRefusal(fields: Fields): 'blacklist' | 'refused' | undefined {
  if (isTrue(fields, 'black')) return 'blacklist';
  return textOf(fields, 'success') === 'false' ? 'refused' : undefined;
}

function saysNotFound(fields: Fields): boolean {
  return textOf(fields, 'msg') === 'conversation not found';
}

/** Where a visitor stands (`active_conv`). */
export interface ActiveConv {
  readonly conv?: string;
  readonly position?: number;
}

/** Reads the answer of `active_conv`: without an id no conversation is open. */
export function readActiveConv(fields: Fields): ActiveConv {
  const conv = idOf(fields, 'id');
  const queue = fieldsOf(fields, 'queue') ?? {};
  const position = Number(textOf(queue, 'position') ?? Number.NaN);
  return {
    ...(conv !== undefined && { conv }),
    ...(isTrue(queue, 'in_queue') && { position: Number.isNaN(position) ? 1 : position }),
  };
}

/** An id has up to 64 bits, comes as a number or a text, and is none where it is 0 or `null`. */
export function idOf(fields: Fields, name: string): string | undefined {
  const text = textOf(fields, name);
  return text !== undefined && text !== '0' && /^[\w-]{1,64}$/.test(text) ? text : undefined;
}

/** `true`, or 1. */
export function isTrue(fields: Fields, name: string): boolean {
  return textOf(fields, name) === 'true' || textOf(fields, name) === '1';
}

/** An object that stands there as such or as JSON text. */
export function objectOf(field: Field | undefined): Fields {
  if (typeof field === 'string') return readFields(field) ?? {};
  return field === undefined || Array.isArray(field) ? {} : (field as Fields); // no text and no list: an object
}

/** The objects of a list that stands there as such or as JSON text. */
export function objectsOf(field: Field | undefined): readonly Fields[] {
  return listOf({ list: itemsOf(field) ?? '' }, 'list');
}

/** The items of a list that stands there as such or as JSON text; `undefined` if it is none. */
export function itemsOf(field: Field | undefined): readonly Field[] | undefined {
  if (typeof field !== 'string') return Array.isArray(field) ? field : undefined;
  const reading = readExactJson(`{"list":${field}}`);
  const list = reading.kind === 'object' ? reading.value.list : undefined;
  return Array.isArray(list) ? list : undefined;
}

import {
  type Field,
  type Fields,
  fieldsOf,
  listOf,
  numberOf,
  readFields,
  textOf,
} from '../../src/formats/fields.ts';
import { sha256Of } from './signature.ts';

/** What stands in a message: plain (a text, or the URL of a medium), or fields. */
export type Content = string | Fields;

/** A push to the message address, by its `type`. Any field but the visitor may be missing. */
export interface Push {
  /** `undefined` in a push of another family, which has none. */
  readonly type: number | undefined;
  /** The visitor by an id that was chosen or given: his own, else that of the session, else Zhichi's for him. */
  readonly visitor: string | null;
  readonly fields: Fields;
  readonly agent: Agent;
  readonly cid?: string;
  /** Milliseconds since 1970. */
  readonly at?: number;
}

/** Who writes, as far as a push tells. */
export interface Agent {
  readonly id?: string;
  readonly name?: string;
  readonly avatar?: string;
}

/** Ids that Zhichi gives, as they are bound beside those that we choose. */
export const outsideIds = {
  session: (cid: string) => `cid:${cid}`,
  visitor: (visitorId: string) => `uid:${visitorId}`,
};

/**
 * Reads a push however it is spelled and wrapped: the page of this callback is not public, and its siblings' pages
 * differ. Pure; never throws.
 */
export function readPush(body: Fields): Push {
  const fields = unwrap(body);
  const type = numberOf(fields, 'type');
  const cid = pickText(fields, 'cid');
  const at = numberOf(fields, 'ts') ?? numberOf(fields, 't');
  return {
    type,
    visitor: visitorOf(fields, cid),
    fields,
    agent: readAgent(fields, type),
    ...(cid !== undefined && { cid }),
    ...(at !== undefined && { at }),
  };
}

/** The field under any of its spellings: `partnerId`, `partner_id`, `partnerid`. */
export function pick(fields: Fields, name: string): Field | undefined {
  const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return [name, snake, name.toLowerCase()].map((spelling) => fields[spelling]).find(isThere);
}

/** The text or the digits of a field under any of its spellings. */
export function pickText(fields: Fields, name: string): string | undefined {
  const field = pick(fields, name);
  return typeof field === 'string' ? field : undefined;
}

/** The whole number of a field under any of its spellings. */
export function pickNumber(fields: Fields, name: string): number | undefined {
  const text = pickText(fields, name);
  return text === undefined ? undefined : numberOf({ text }, 'text');
}

/** The fields of an object, or of a JSON text. */
export function pickFields(fields: Fields, name: string): Fields | undefined {
  return asFields(pick(fields, name));
}

/** The content of a message, whatever it is. */
export function contentOf(field: Field | undefined): Content {
  return typeof field === 'string' ? field : (asFields(field) ?? '');
}

/** An entry of a session's record, or a message of the forwarding. It has no id, so `key` is made of what it says. */
export interface Entry {
  readonly cid: string;
  readonly by: 'visitor' | 'robot' | 'agent' | 'other';
  readonly name?: string;
  readonly face?: string;
  readonly msgType?: string;
  readonly msg: Content;
  /** The `msg` to the letter. */
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly key: string;
}

/** The entries of a session's record (Zhichi, 查询客户会话记录), in the order of their times. */
export function readEntries(items: readonly Fields[]): readonly Entry[] {
  const entries = numbered(items, ({ cid, sender, time, type, text }) => [cid, sender, time, type, text]);
  return entries.toSorted((one, other) => one.at - other.at);
}

/** A body of the forwarding (Zhichi, 在线消息转发). */
export type Forwarded =
  | { readonly kind: 'messages'; readonly entries: readonly Entry[] }
  | { readonly kind: 'sessions'; readonly sessions: readonly ForwardedSession[] }
  | { readonly kind: 'other'; readonly name: string };

/** A session of the forwarding, and whose it is. */
export interface ForwardedSession {
  readonly cid: string;
  readonly partnerId: string;
}

/** Reads a body of the forwarding. `undefined`: it is none; an encrypted one looks like that. Pure; never throws. */
export function readForwarded(fields: Fields): Forwarded | undefined {
  const name = textOf(fields, 'type');
  if (name === undefined || !Array.isArray(fields.content)) return undefined;
  const items = listOf(fields, 'content');
  if (name === 'msg') {
    const entries = numbered(items, ({ cid, sender, time, text }) => [cid, sender, time, text]);
    return { kind: 'messages', entries };
  }
  return name === 'conversation'
    ? { kind: 'sessions', sessions: items.flatMap(readSession) }
    : { kind: 'other', name };
}

function unwrap(fields: Fields): Fields {
  if (isThere(fields.type)) return fields;
  const inner = ['data', 'message', 'item'].map((name) => asFields(fields[name])).filter((each) => !!each);
  return inner.length === 1 && inner[0] !== undefined ? inner[0] : fields;
}

function visitorOf(fields: Fields, cid: string | undefined): string | null {
  const partnerId = pickText(fields, 'partnerId');
  if (partnerId !== undefined) return partnerId;
  if (cid !== undefined) return outsideIds.session(cid);
  const visitorId = pickText(fields, 'uid');
  return visitorId === undefined ? null : outsideIds.visitor(visitorId);
}

/** A push that passes the visitor on (210) says `name` and `face` of the new agent. */
function readAgent(fields: Fields, type: number | undefined): Agent {
  const id = pickText(fields, 'aid');
  const name = pickText(fields, 'aname') ?? (type === 210 ? pickText(fields, 'name') : undefined);
  const avatar = pickText(fields, 'aface') ?? (type === 210 ? pickText(fields, 'face') : undefined);
  return {
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(avatar !== undefined && { avatar }),
  };
}

interface Written {
  readonly cid: string;
  readonly sender: string;
  readonly time: string;
  readonly type: string;
  readonly text: string;
}

/** Entries that are alike in all that is known of them are told apart by their number. */
function numbered(
  items: readonly Fields[],
  keyParts: (written: Written) => readonly string[],
): readonly Entry[] {
  const alike = new Map<string, number>();
  return items.map((fields) => {
    const written = readWritten(fields);
    const known = keyParts(written).join('\n');
    const number = (alike.get(known) ?? 0) + 1;
    alike.set(known, number);
    return entryOf(fields, written, sha256Of(number === 1 ? known : `${known}\n#${number}`));
  });
}

function readWritten(fields: Fields): Written {
  const msg = pick(fields, 'msg') ?? '';
  return {
    cid: pickText(fields, 'cid') ?? '',
    sender: pickText(fields, 'senderType') ?? '',
    time: pickText(fields, 't') ?? pickText(fields, 'timems') ?? '',
    type: pickText(fields, 'msgType') ?? '',
    text: typeof msg === 'string' ? msg : JSON.stringify(msg),
  };
}

function entryOf(fields: Fields, { cid, sender, time, type, text }: Written, key: string): Entry {
  const name = pickText(fields, 'senderName');
  const face = pickText(fields, 'senderFace');
  return {
    cid,
    by: senders[sender] ?? 'other',
    ...(name !== undefined && { name }),
    ...(face !== undefined && { face }),
    ...(type !== '' && { msgType: type }),
    msg: contentOf(pick(fields, 'msg')),
    text,
    at: numberOf({ time }, 'time') ?? 0,
    key,
  };
}

const senders: Readonly<Record<string, Entry['by'] | undefined>> = { 0: 'visitor', 1: 'robot', 2: 'agent' };

function readSession(fields: Fields): readonly ForwardedSession[] {
  const cid = pickText(fields, 'cid');
  const partnerId = pickText(fields, 'partnerId');
  return cid === undefined || partnerId === undefined ? [] : [{ cid, partnerId }];
}

function asFields(field: Field | undefined): Fields | undefined {
  if (typeof field === 'string') return field.trimStart().startsWith('{') ? readFields(field) : undefined;
  return field === undefined ? undefined : fieldsOf({ field }, 'field');
}

function isThere(field: Field | undefined): boolean {
  return field !== undefined && field !== '';
}

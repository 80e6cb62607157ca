import { type Field, type Fields, fieldsOf, listOf, numberOf, textOf } from '../../src/formats/fields.ts';

/** A session as `applyStaff` answers it and `SESSION_START` announces it; any field but the id may be missing. */
export interface Session {
  readonly id: string;
  readonly staff: Staff;
  /** The greeting as the console has it: text, or HTML. */
  readonly greeting?: string;
  readonly grades: readonly Grade[];
  readonly transferFrom?: string;
}

/** Who serves. `type` is left out where Qiyu does not say whether it is a robot. */
export interface Staff {
  readonly id?: string;
  readonly name?: string;
  readonly icon?: string;
  readonly type?: 'robot' | 'human';
}

/** An entry of `evaluationModel.list`. */
export interface Grade {
  readonly name: string;
  readonly value: string;
}

/** What stands in a message: plain, or the fields of a medium or card. */
export type Content = string | Fields;

/** A push of the message interface, by its `eventType` (Qiyu, message interface, section on pushed messages). */
export type Push =
  | {
      readonly kind: 'message';
      readonly uid: string;
      /** The name or the number of its type, as it came. */
      readonly type: string;
      readonly content: Content;
      readonly staff: Staff;
      readonly id?: string;
      readonly writtenAt?: number;
    }
  | { readonly kind: 'sessionStart'; readonly uid: string; readonly session: Session }
  | {
      readonly kind: 'sessionEnd';
      readonly uid: string;
      readonly session: string;
      readonly staff: Staff;
      readonly closeReason?: number;
      readonly transferTo?: string;
    }
  | { readonly kind: 'invitation'; readonly uid: string; readonly session: string }
  | { readonly kind: 'joinQueue'; readonly uid: string }
  | { readonly kind: 'queueTimeout'; readonly uid: string }
  /** The visitor's own message, from the subscription to message events. */
  | { readonly kind: 'echo' }
  | { readonly kind: 'unknown'; readonly uid?: string };

/** `undefined`: fields are missing without which the push tells nothing. */
export function readPush(eventType: string, fields: Fields): Push | undefined {
  const uid = textOf(fields, 'uid');
  if (eventType === 'CLIENT_MESSAGE') return { kind: 'echo' };
  const read = readers[eventType];
  if (read === undefined) return { kind: 'unknown', ...(uid !== undefined && { uid }) };
  return uid === undefined ? undefined : read(uid, fields);
}

/** `undefined` without a session's id. */
export function readSession(fields: Fields): Session | undefined {
  const id = idOf(fields, 'sessionId');
  if (id === undefined) return undefined;
  const greeting = textOf(fields, 'rich_text_greet') ?? textOf(fields, 'message');
  const transferFrom = idOf(fields, 'transferFrom');
  return {
    id,
    staff: readStaff(fields),
    grades: readGrades(fields),
    ...(greeting !== undefined && { greeting }),
    ...(transferFrom !== undefined && { transferFrom }),
  };
}

type PushReader = (uid: string, fields: Fields) => Push | undefined;

const readers: Readonly<Record<string, PushReader | undefined>> = Object.assign(Object.create(null), {
  MSG: readMessage,
  SESSION_START: readSessionStart,
  SESSION_END: readSessionEnd,
  EVA_INVITATION: readInvitation,
  USER_JOIN_QUEUE: (uid) => ({ kind: 'joinQueue', uid }),
  QUEUE_TIMEOUT: (uid) => ({ kind: 'queueTimeout', uid }),
} satisfies Record<string, PushReader>);

function readMessage(uid: string, fields: Fields): Push | undefined {
  const content = contentOf(fields.content);
  if (content === undefined) return undefined;
  const id = textOf(fields, 'msgId');
  const writtenAt = numberOf(fields, 'timeStamp');
  return {
    kind: 'message',
    uid,
    type: textOf(fields, 'msgType') ?? 'TEXT',
    content,
    staff: readStaff(fields),
    ...(id !== undefined && { id }),
    ...(writtenAt !== undefined && { writtenAt }),
  };
}

function readSessionStart(uid: string, fields: Fields): Push | undefined {
  const session = readSession(fields);
  return session && { kind: 'sessionStart', uid, session };
}

function readSessionEnd(uid: string, fields: Fields): Push | undefined {
  const session = idOf(fields, 'sessionId');
  if (session === undefined) return undefined;
  // The page and the wire say closeReason; the model in the vendor's sample says closeType.
  const closeReason = numberOf(fields, 'closeReason') ?? numberOf(fields, 'closeType');
  const transferTo = idOf(fields, 'transferTo');
  return {
    kind: 'sessionEnd',
    uid,
    session,
    staff: readStaff(fields),
    ...(closeReason !== undefined && { closeReason }),
    ...(transferTo !== undefined && { transferTo }),
  };
}

function readInvitation(uid: string, fields: Fields): Push | undefined {
  const session = idOf(fields, 'sessionId');
  return session === undefined ? undefined : { kind: 'invitation', uid, session };
}

function readStaff(fields: Fields): Staff {
  const id = idOf(fields, 'staffId');
  const name = textOf(fields, 'staffName');
  const icon = textOf(fields, 'staffIcon');
  const type = staffTypes[textOf(fields, 'staffType') ?? ''];
  return {
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(icon !== undefined && { icon }),
    ...(type !== undefined && { type }),
  };
}

const staffTypes: Readonly<Record<string, Staff['type']>> = { '0': 'robot', '1': 'human' };

function readGrades(fields: Fields): readonly Grade[] {
  const model = fieldsOf(fields, 'evaluationModel');
  return listOf(model ?? {}, 'list').flatMap((entry) => {
    const name = textOf(entry, 'name');
    const value = numberOf(entry, 'value');
    return name === undefined || value === undefined ? [] : [{ name, value: String(value) }];
  });
}

/** Ids are numbers in every sample, and 0 stands for none. */
function idOf(fields: Fields, name: string): string | undefined {
  const text = textOf(fields, name);
  return text !== undefined && /^[1-9]\d{0,18}$/.test(text) ? text : undefined;
}

function contentOf(field: Field | undefined): Content | undefined {
  if (typeof field === 'string') return field;
  return field === undefined || Array.isArray(field) ? undefined : (field as Fields); // no text and no list: an object
}

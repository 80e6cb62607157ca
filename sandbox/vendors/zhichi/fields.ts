import { type JsonRecord, readJsonRecord } from '../json.ts';
import type { ZhichiSettings } from './settings.ts';

/** A field of a body: whether this value, `undefined` if it is absent, will do. */
export type FieldCheck = (value: unknown) => boolean;

/** The name of the first field that is not as it has to be, or that no page names. */
export function findFault(
  record: JsonRecord,
  fields: Readonly<Record<string, FieldCheck>>,
): string | undefined {
  const wrong = Object.keys(fields).find((name) => !fields[name]?.(record[name]));
  return wrong ?? Object.keys(record).find((name) => !Object.hasOwn(fields, name));
}

/** Absent, or as `check` wants it: neither `null` nor empty. */
export function optional(check: FieldCheck): FieldCheck {
  return (value) => value === undefined || check(value);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.isWellFormed();
}

/** The visitor's id; neither length nor alphabet is documented, and these are safe. */
function isPartnerId(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value);
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

export function isOneOf(...values: readonly unknown[]): FieldCheck {
  return (value) => values.includes(value);
}

export function isHttpUrl(value: unknown): value is string {
  return typeof value === 'string' && /^https?:$/.test(URL.parse(value)?.protocol ?? '');
}

const sources = [...Array(18).keys(), 20, 21, 22, 23, 24, 25, 26, 33].filter((source) => source !== 11);

/** Where a visitor comes from, as every call that begins something may say. */
const origin = {
  partnerid: isPartnerId,
  source: optional(isOneOf(...sources)),
  channel_flag: optional(isNumber),
  user_nick: optional(isText),
};

/** The fields of each call of the online-service interface. */
export const callFields = {
  chat_connect: {
    ...origin,
    groupid: optional(isText),
    agentid: optional(isText),
    tran_flag: optional(isOneOf(0, 1)),
    user_name: optional(isText),
    user_tels: optional(isText),
    user_emails: optional(isText),
    user_img: optional(isHttpUrl),
    user_face: optional(isHttpUrl),
    // A text, not an object.
    params: optional((value) => typeof value === 'string' && readJsonRecord(value) !== undefined),
  },
  robot_chat: {
    ...origin,
    question: isText,
    question_flag: optional(isOneOf(0, 1, 2)),
    request_text: optional(isText),
    robot_flag: optional(isNumber),
  },
  comment: {
    partnerid: isPartnerId,
    type: isOneOf(0, 1),
    score: optional(isOneOf(1, 2, 3, 4, 5)),
    solved: optional(isOneOf(0, 1)),
    tag: optional(isText),
    remark: optional(isText),
    comment_type: optional(isOneOf(0, 1)),
  },
  out: { partnerid: isPartnerId },
  get_detail_by_cid: {
    cid: optional(isText),
    visitorid: optional(isText),
    partnerid: optional(isPartnerId),
    from: optional(isOneOf(0, 1, 2)),
    name_flag: optional(isOneOf(0, 1)),
    timezone: optional(isText),
  },
  query_group: {},
  query_agent: {},
  get_once_data: {},
  admin_is_work: { groupid: optional(isText) },
} satisfies Readonly<Record<string, Readonly<Record<string, FieldCheck>>>>;

/** The field of a visitor's message that Zhichi does not take, if there is one (`chat_send`). */
export function findMessageFault(body: JsonRecord, settings: ZhichiSettings): string | undefined {
  const types = ['text', 'image', 'voice', ...(settings.takesVideo ? ['video'] : [])];
  const fault = findFault(body, {
    partnerid: isPartnerId,
    content: isText,
    msg_type: optional(isOneOf(...types)),
    appoint_cid: optional(isText),
    appoint_msgid: optional(isText),
  });
  if (fault !== undefined) return fault;
  const content = String(body.content);
  switch (body.msg_type) {
    case undefined:
    case 'text':
      return content.length <= settings.textMaxChars ? undefined : 'content';
    case 'voice':
      return isHttpUrl(content) && /\.(?:mp3|wav)$/.test(new URL(content).pathname) ? undefined : 'content';
    default:
      return isHttpUrl(content) ? undefined : 'content';
  }
}

/** The field of a ticket that Zhichi does not take (`save_user_ticket`). */
export function findTicketFault(body: JsonRecord, { companyId }: ZhichiSettings): string | undefined {
  return findFault(body, {
    companyid: isOneOf(companyId),
    partnerid: isPartnerId,
    ticket_title: isText,
    ticket_content: isText,
    ticket_typeid: isText,
    ticket_from: isOneOf(3, 16),
    file_str: optional((value) => isText(value) && value.split(';').every(isHttpUrl)),
    user_tels: optional(isText),
    user_emails: optional(isText),
  });
}

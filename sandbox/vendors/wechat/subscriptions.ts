import { isRecord, type JsonRecord } from '../json.ts';
import type { Answer } from '../server.ts';
import { Timeline } from '../timeline.ts';
import { answerJson, refuse } from './errors.ts';

/** A subscription message that was accepted. */
export interface Notice {
  readonly at: number;
  readonly openid: string;
  readonly template: string;
  readonly page: string;
  /** Values by key. */
  readonly data: Readonly<Record<string, string>>;
  readonly msgId: string;
}

export interface RefusedNotice {
  readonly at: number;
  readonly openid: string;
  readonly errcode: number;
}

export interface SubscriptionOptions {
  /** Templates of subscription messages: the keys of each by its id. Default none. */
  readonly templates?: Readonly<Record<string, readonly string[]>>;
  /** Pages of the mini-program; default any. */
  readonly pages?: readonly string[];
}

/** Templates of the account, and what visitors have accepted. */
export interface Subscriptions {
  readonly notices: Timeline<Notice>;
  readonly refusedNotices: Timeline<RefusedNotice>;
  /** The visitor accepts a template once more. */
  accept(openid: string, template: string): void;
  /** He switches it off in the mini-program's settings. */
  forbid(openid: string, template: string): void;
  /** Messages of this template that he may still be sent. */
  remaining(openid: string, template: string): number;
  send(body: JsonRecord): Answer;
}

export function openSubscriptions(
  options: SubscriptionOptions,
  {
    now,
    keep,
    isVisitor,
  }: {
    readonly now: () => number;
    readonly keep: number;
    /** Whether somebody has this openid. */
    readonly isVisitor: (openid: string) => boolean;
  },
): Subscriptions {
  const notices = new Timeline<Notice>('a subscription message', keep);
  const refusedNotices = new Timeline<RefusedNotice>('a refused subscription message', keep);
  const budgets = new Map<string, number>();
  const keyOf = (openid: string, template: string) => `${openid} ${template}`;
  const remaining = (openid: string, template: string) => budgets.get(keyOf(openid, template)) ?? 0;
  const known = new Set<string>();
  let msgId = 1_864_323_726_461_255_680n; // no JavaScript number holds it
  return {
    notices,
    refusedNotices,
    accept(openid, template) {
      known.add(openid);
      budgets.set(keyOf(openid, template), remaining(openid, template) + 1);
    },
    forbid: (openid, template) => void budgets.delete(keyOf(openid, template)),
    remaining,
    send(body) {
      const { touser, template_id: template, page } = body;
      const openid = String(touser);
      const isKnown = known.has(openid) || isVisitor(openid);
      const fault = isKnown ? checkMessage(body, options) : { errcode: 40003 };
      const errcode = fault.errcode || (remaining(openid, String(template)) > 0 ? 0 : 43101);
      if (errcode !== 0) {
        refusedNotices.add({ at: now(), openid, errcode });
        return fault.key === undefined ? refuse(errcode, now()) : refuseValue(fault.key);
      }
      budgets.set(keyOf(openid, String(template)), remaining(openid, String(template)) - 1);
      msgId += 1n;
      const data = valuesOf(body.data);
      const place = { openid, template: String(template), page: String(page) };
      notices.add({ at: now(), ...place, data, msgId: String(msgId) });
      // A bare number of 64 bits, as WeChat writes it.
      return { ...answerJson({}), body: `{"errcode":0,"errmsg":"ok","msgid":${msgId}}` };
    },
  };
}

interface Fault {
  readonly errcode: number;
  /** The value that is wrong. */
  readonly key?: string;
}

function checkMessage(body: JsonRecord, { templates = {}, pages }: SubscriptionOptions): Fault {
  const { template_id: template, page, data, miniprogram_state: state = 'formal', lang = 'zh_CN' } = body;
  const keys =
    typeof template === 'string' && Object.hasOwn(templates, template) ? templates[template] : undefined;
  if (keys === undefined) return { errcode: 40037 };
  const isPage = page === undefined || (typeof page === 'string' && !page.startsWith('/'));
  if (
    !isPage ||
    (typeof page === 'string' && pages !== undefined && !pages.includes(page.split('?')[0] ?? ''))
  ) {
    return { errcode: 41030 };
  }
  if (!['formal', 'trial', 'developer'].includes(String(state))) return { errcode: 47001 };
  if (!['zh_CN', 'en_US', 'zh_HK', 'zh_TW'].includes(String(lang))) return { errcode: 47001 };
  if (!isRecord(data)) return { errcode: 47001 };
  const unknown = Object.keys(data).find((key) => !keys.includes(key));
  const wrong = unknown ?? keys.find((key) => !isValueFine(key, data[key]));
  return wrong === undefined ? { errcode: 0 } : { errcode: 47003, key: wrong };
}

/** What a value may be, by the beginning of its key (WeChat, subscription message page). */
const rules: readonly (readonly [prefix: string, test: (value: string) => boolean])[] = [
  ['thing', (value) => lengthOf(value) <= 20],
  ['number', (value) => /^[\d.]+$/.test(value) && value.length <= 32],
  ['letter', (value) => /^[a-z]+$/i.test(value) && value.length <= 32],
  ['symbol', (value) => !/[\p{L}\p{N}\s]/u.test(value) && lengthOf(value) <= 5],
  ['character_string', (value) => !/\p{sc=Han}/u.test(value) && value.length <= 32],
  ['time', (value) => /\d{1,2}:\d{2}$|日$/.test(value)],
  ['date', (value) => /^\d{4}[-年/]/.test(value)],
  ['amount', (value) => /\d/.test(value) && value.replaceAll(/\D/g, '').length <= 10],
  ['phone_number', (value) => /^[-+() \d]+$/.test(value) && value.length <= 17],
  ['car_number', (value) => lengthOf(value) <= 8],
  ['name', (value) => lengthOf(value) <= (/^[\x20-\x7e]+$/.test(value) ? 20 : 10)],
  ['phrase', (value) => /^\p{sc=Han}{1,5}$/u.test(value)],
];

function isValueFine(key: string, field: unknown): boolean {
  const value = isRecord(field) ? field.value : undefined;
  if (typeof value !== 'string' || value.trim() === '' || /\p{Cc}/u.test(value)) return false;
  return rules.find(([prefix]) => key.replace(/\d+$/, '') === prefix)?.[1](value) ?? false;
}

function lengthOf(text: string): number {
  return [...text].length;
}

function refuseValue(key: string): Answer {
  return answerJson({ errcode: 47003, errmsg: `argument invalid! data.${key}.value invalid rid: 6a5-1b-2c` });
}

function valuesOf(data: unknown): Record<string, string> {
  const fields = isRecord(data) ? Object.entries(data) : [];
  return Object.fromEntries(fields.map(([key, field]) => [key, isRecord(field) ? String(field.value) : '']));
}

import type { JsonRecord } from '../json.ts';
import type { Answer } from '../server.ts';
import type { ZhichiSettings } from './settings.ts';

/** What an interface says: what it found, or that it does not take the call. `because` is for people who look for the fault. */
export type Reply =
  | { readonly kind: 'item'; readonly item: JsonRecord }
  | { readonly kind: 'items'; readonly items: readonly JsonRecord[] }
  | RefusingReply;

/** A call that is not taken. */
export interface RefusingReply {
  readonly kind: 'refusal';
  /** Zhichi's own code, or an HTTP status of its gateway. */
  readonly code: string | 404 | 405;
  readonly because: string;
}

/** Refuses a call. */
export function refusal(code: RefusingReply['code'], because: string): RefusingReply {
  return { kind: 'refusal', code, because };
}

/** Answers a call with one object. */
export function item(fields: JsonRecord): Reply {
  return { kind: 'item', item: fields };
}

/** HTTP status 200 whatever the code says, with the time of the server's own clock. */
export function writeReply(reply: Reply, settings: ZhichiSettings, now: number): Answer {
  if (reply.kind === 'refusal' && typeof reply.code === 'number') return writeStatus(reply.code);
  const isDone = reply.kind !== 'refusal';
  const code = isDone ? '000000' : String(reply.code);
  const text = isDone ? '操作成功' : (texts[code] ?? '参数错误');
  const content =
    reply.kind === 'item' ? { item: reply.item } : reply.kind === 'items' ? { items: reply.items } : {};
  const envelope = settings.camelCase ? { retCode: code, retMsg: text } : { ret_code: code, ret_msg: text };
  const body = { ...envelope, ...content };
  return {
    status: 200,
    type: 'application/json;charset=UTF-8',
    headers: { Date: new Date(now).toUTCString() },
    body: JSON.stringify(settings.numbersAsTexts ? asTexts(body) : body),
  };
}

function writeStatus(status: number): Answer {
  return { status, type: 'text/html', body: `<html><body><h1>${status}</h1></body></html>` };
}

function asTexts(value: unknown): unknown {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(asTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, asTexts(field)]));
}

const texts: Readonly<Record<string, string>> = {
  900001: 'token不能为空!',
  900002: 'token已失效!',
  900003: 'sign不匹配!',
  900004: '没有找到公司的api配置信息!',
  700046: '当前版本不支持!',
  999999: '未知异常',
};

import { type JsonRecord, readJsonRecord, readUtf8 } from '../json.ts';
import type { Answer, Call } from '../server.ts';
import type { Timeline } from '../timeline.ts';
import type { Account } from './account.ts';
import { answerJson, preconditionFailed, refuse } from './errors.ts';
import { answerFile, type MediaShelf } from './media.ts';
import type { OfficialDesk } from './official.ts';
import { listOfficialRoutes } from './official-api.ts';
import { checkSend } from './send-rules.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { TokenReply, Tokens } from './tokens.ts';
import type { Visitors } from './visitors.ts';

/** A send that was accepted. `preciseAt` has fractions of a millisecond, for order and gaps. */
export interface Send {
  readonly at: number;
  readonly preciseAt: number;
  readonly openid: string;
  readonly msgtype: string;
  /** The whole body as it was sent. */
  readonly payload: JsonRecord;
  /** The text of a text. */
  readonly text?: string;
}

export interface RefusedSend {
  readonly at: number;
  readonly openid: string;
  readonly errcode: number;
  readonly payload: JsonRecord;
}

export interface Typing {
  readonly at: number;
  readonly openid: string;
  readonly command: string;
}

export interface ApiParts {
  readonly account: () => Account;
  readonly now: () => number;
  readonly tokens: Tokens;
  readonly visitors: Visitors;
  readonly media: MediaShelf;
  readonly subscriptions: Subscriptions;
  readonly sends: Timeline<Send>;
  readonly refusedSends: Timeline<RefusedSend>;
  readonly typings: Timeline<Typing>;
  readonly pictureUrl: (id: string) => string;
  readonly limits: SendLimits;
  readonly official: OfficialDesk;
}

export interface SendLimits {
  readonly textMaxBytes: number;
  readonly sendPerMinute: number;
  readonly sendPerDay: number;
}

/** WeChat's side of the API calls, from the bytes of a call to the bytes of its answer. */
export function openApi(parts: ApiParts): (call: Call) => Answer {
  const routes = listRoutes(parts);
  return (call) => {
    if (call.path.startsWith('/pic/')) return showPicture(parts, call);
    const route = routes.get(call.path);
    if (route === undefined) return { status: 404, type: 'text/plain', body: '' };
    if (call.method === 'POST' && call.headers['content-length'] === undefined) return preconditionFailed;
    if (call.method !== route.method) return refuse(route.method === 'GET' ? 43001 : 43002, parts.now());
    const errcode = route.isOpen === true ? 0 : parts.tokens.check(call.query.get('access_token'));
    if (errcode !== 0) return refuse(errcode, parts.now());
    const isMissing = route.isOfficial === true && parts.account().kind === 'miniprogram';
    return isMissing ? refuse(48001, parts.now()) : route.answer(call);
  };
}

interface Route {
  readonly method: 'GET' | 'POST';
  /** Needs no access token. */
  readonly isOpen?: boolean;
  /** A mini-program does not have it: 48001. */
  readonly isOfficial?: boolean;
  readonly answer: (call: Call) => Answer;
}

function listRoutes(parts: ApiParts): ReadonlyMap<string, Route> {
  const counters = openCounters(parts.limits, parts.now);
  const read = (call: Call, use: (body: JsonRecord) => Answer) => {
    const body = readBody(call.body);
    return typeof body === 'number' ? refuse(body, parts.now()) : use(body);
  };
  const giveToken = (reply: TokenReply) =>
    'errcode' in reply
      ? refuse(reply.errcode, parts.now())
      : answerJson({ access_token: reply.token, expires_in: reply.expiresInSec });
  const type = (call: Call) => read(call, (body) => answerTyping(parts, call.path, body));
  return new Map<string, Route>([
    [
      '/cgi-bin/stable_token',
      {
        method: 'POST',
        isOpen: true,
        answer: (call) => read(call, (body) => giveToken(parts.tokens.stable(body))),
      },
    ],
    [
      '/cgi-bin/token',
      { method: 'GET', isOpen: true, answer: (call) => giveToken(parts.tokens.classic(call.query)) },
    ],
    [
      '/cgi-bin/message/custom/send',
      { method: 'POST', answer: (call) => read(call, (body) => answerSend(parts, counters, body)) },
    ],
    [
      '/cgi-bin/message/subscribe/send',
      { method: 'POST', answer: (call) => read(call, parts.subscriptions.send) },
    ],
    ...listOfficialRoutes(parts.official, parts.now, read),
    [typingPaths.miniprogram, { method: 'POST', answer: type }],
    [typingPaths.official, { method: 'POST', answer: type }],
    ['/cgi-bin/media/upload', { method: 'POST', answer: parts.media.upload }],
    [
      '/cgi-bin/media/get',
      { method: 'GET', answer: (call) => parts.media.download(call.query, parts.pictureUrl) },
    ],
    ['/cgi-bin/getcallbackip', { method: 'GET', answer: () => answerJson({ ip_list: ['127.0.0.1'] }) }],
    [
      '/cgi-bin/openapi/quota/get',
      { method: 'POST', answer: (call) => read(call, (body) => counters.answerQuota(body.cgi_path)) },
    ],
  ]);
}

const typingPaths = {
  miniprogram: '/cgi-bin/message/custom/business/typing',
  official: '/cgi-bin/message/custom/typing',
};

function answerSend(parts: ApiParts, counters: Counters, body: JsonRecord): Answer {
  const { touser } = body;
  const openid = typeof touser === 'string' ? touser : '';
  const errcode = checkWholeSend(parts, counters, openid, body);
  if (errcode !== 0) {
    parts.refusedSends.add({ at: parts.now(), openid, errcode, payload: body });
    return refuse(errcode, parts.now());
  }
  counters.count();
  parts.visitors.countSend(openid);
  const text = body.text;
  const content = typeof text === 'object' && text !== null && 'content' in text ? text.content : undefined;
  parts.sends.add({
    at: parts.now(),
    preciseAt: performance.timeOrigin + performance.now(),
    openid,
    msgtype: String(body.msgtype),
    payload: body,
    ...(typeof content === 'string' && { text: content }),
  });
  return answerJson({ errcode: 0, errmsg: 'ok' });
}

function checkWholeSend(parts: ApiParts, counters: Counters, openid: string, body: JsonRecord): number {
  const rules = {
    account: parts.account(),
    textMaxBytes: parts.limits.textMaxBytes,
    checkMedia: parts.media.check,
  };
  return (
    counters.check() ||
    (parts.visitors.get(openid) === undefined ? 40003 : 0) ||
    checkSend(body, rules) ||
    parts.visitors.check(openid)
  );
}

function answerTyping(parts: ApiParts, path: string, body: JsonRecord): Answer {
  const { touser, command } = body;
  const visitor = typeof touser === 'string' ? parts.visitors.get(touser) : undefined;
  if (visitor === undefined) return refuse(40003, parts.now());
  const ownPath = parts.account().kind === 'miniprogram' ? typingPaths.miniprogram : typingPaths.official;
  if (path !== ownPath) return refuse(40200, parts.now());
  if (command !== 'Typing' && command !== 'CancelTyping') return refuse(45072, parts.now());
  const errcode = parts.visitors.check(visitor.openid);
  if (errcode !== 0) return refuse(errcode, parts.now());
  if (parts.now() - visitor.lastMessageAt > 30_000) return refuse(45080, parts.now());
  if (command === 'Typing' && visitor.typingUntil > parts.now()) return refuse(45081, parts.now());
  parts.visitors.type(visitor.openid, command === 'Typing' ? parts.now() + 15_000 : 0);
  parts.typings.add({ at: parts.now(), openid: visitor.openid, command });
  return answerJson({ errcode: 0, errmsg: 'ok' });
}

function showPicture(parts: ApiParts, call: Call): Answer {
  const medium = parts.media.get(call.path.slice('/pic/'.length));
  return medium === undefined ? { status: 404, type: 'text/plain', body: '' } : answerFile(medium);
}

/** The body, or the error it meets. Escapes of ordinary characters are refused: WeChat wants raw UTF-8. */
function readBody(bytes: Buffer): JsonRecord | number {
  if (bytes.length === 0) return 44002;
  const text = readUtf8(bytes);
  if (text === undefined) return 40033;
  const escapes = text.matchAll(/\\(?:u([0-9a-f]{4})|.)/gis);
  for (const [, code] of escapes) if (code !== undefined && Number.parseInt(code, 16) >= 0x20) return 40033;
  return readJsonRecord(text) ?? 47001;
}

interface Counters {
  /** 0, 45011 (minute) or 45009 (day). */
  check(): number;
  count(): void;
  answerQuota(path: unknown): Answer;
}

/** What is not counted here. */
function answerUnused(dailyLimit: number): Answer {
  const quota = { daily_limit: dailyLimit, used: 0, remain: dailyLimit };
  return answerJson({ errcode: 0, errmsg: 'ok', quota });
}

/** Sends of the running minute and day (Asia/Shanghai). */
function openCounters(limits: SendLimits, now: () => number): Counters {
  let minute = { number: 0, sends: 0 };
  let day = { number: 0, sends: 0 };
  const roll = () => {
    const minuteNumber = Math.floor(now() / 60_000);
    const dayNumber = Math.floor((now() + 8 * 3_600_000) / 86_400_000);
    if (minute.number !== minuteNumber) minute = { number: minuteNumber, sends: 0 };
    if (day.number !== dayNumber) day = { number: dayNumber, sends: 0 };
  };
  return {
    check() {
      roll();
      if (day.sends >= limits.sendPerDay) return 45009;
      return minute.sends >= limits.sendPerMinute ? 45011 : 0;
    },
    count() {
      minute.sends += 1;
      day.sends += 1;
    },
    answerQuota(path) {
      roll();
      if (path === '/cgi-bin/media/upload') return answerUnused(100_000);
      if (path === '/cgi-bin/media/get') return answerUnused(200_000);
      if (path !== '/cgi-bin/message/custom/send') return refuse(76021, now());
      const dailyLimit = Number.isFinite(limits.sendPerDay) ? limits.sendPerDay : 500_000;
      const callCount = Number.isFinite(limits.sendPerMinute) ? limits.sendPerMinute : 600;
      return answerJson({
        errcode: 0,
        errmsg: 'ok',
        quota: { daily_limit: dailyLimit, used: day.sends, remain: dailyLimit - day.sends },
        rate_limit: { call_count: callCount, refresh_second: 60 },
      });
    },
  };
}

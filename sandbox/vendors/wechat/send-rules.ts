import { isRecord, type JsonRecord } from '../json.ts';
import type { Account } from './account.ts';

export interface SendRules {
  readonly account: Account;
  readonly textMaxBytes: number;
  /** 0, 41006 or 40007. */
  readonly checkMedia: (id: unknown) => number;
}

/** 0 if the object of this `msgtype` is what the account may send, else the error (WeChat, custom/send page). */
export function checkSend(body: JsonRecord, rules: SendRules): number {
  const { msgtype } = body;
  const type = typeof msgtype === 'string' && Object.hasOwn(types, msgtype) ? types[msgtype] : undefined;
  if (type === undefined) return 40008;
  const isMiniProgram = rules.account.kind === 'miniprogram';
  if (!(isMiniProgram ? type.miniprogram : type.official)) return 45162;
  const content = body[String(msgtype)];
  if (!isRecord(content)) return 47001;
  return type.check(content, rules) || checkOptions(body);
}

type Check = (content: JsonRecord, rules: SendRules) => number;

const both = { miniprogram: true, official: true };
const officialOnly = { miniprogram: false, official: true };

const types: Readonly<
  Record<string, { readonly miniprogram: boolean; readonly official: boolean; readonly check: Check }>
> = {
  text: { ...both, check: checkText },
  image: { ...both, check: (content, rules) => rules.checkMedia(content.media_id) },
  link: { miniprogram: true, official: false, check: checkLink },
  miniprogrampage: { ...both, check: checkPage },
  voice: { ...officialOnly, check: (content, rules) => rules.checkMedia(content.media_id) },
  video: {
    ...officialOnly,
    check: (content, rules) => rules.checkMedia(content.media_id) || rules.checkMedia(content.thumb_media_id),
  },
  music: {
    ...officialOnly,
    check: (content, rules) =>
      checkTexts(content, ['title', 'description', 'musicurl']) || rules.checkMedia(content.thumb_media_id),
  },
  news: { ...officialOnly, check: checkNews },
  mpnewsarticle: { ...officialOnly, check: (content) => checkTexts(content, ['article_id']) },
  msgmenu: { ...officialOnly, check: checkMenu },
  wxcard: { ...officialOnly, check: (content) => checkTexts(content, ['card_id']) },
};

function checkText(content: JsonRecord, rules: SendRules): number {
  const text = content.content;
  if (typeof text !== 'string') return 47001;
  if (text === '') return 44004;
  if (Buffer.byteLength(text) > rules.textMaxBytes) return 45002;
  const appids = [...text.matchAll(/<a\b[^>]*\bdata-miniprogram-appid\s*=\s*["']?([^"'\s>]*)/gi)];
  const isForeign =
    rules.account.kind === 'miniprogram' && appids.some(([, appid]) => appid !== rules.account.appid);
  return isForeign ? 45086 : 0;
}

function checkLink(content: JsonRecord): number {
  const fault = checkTexts(content, ['title', 'description', 'url', 'thumb_url']) || checkLengths(content);
  if (fault !== 0) return fault;
  if (!isHttpUrl(content.url)) return 45005;
  return isHttpUrl(content.thumb_url) ? 0 : 45006;
}

function checkPage(content: JsonRecord, rules: SendRules): number {
  const fault = checkTexts(content, ['title', 'pagepath']) || checkLengths(content);
  if (fault !== 0) return fault;
  const { appid } = content;
  const isBound =
    rules.account.kind === 'miniprogram' ? appid === rules.account.appid : typeof appid === 'string';
  return isBound ? rules.checkMedia(content.thumb_media_id) : 40013;
}

function checkNews(content: JsonRecord): number {
  const { articles } = content;
  if (!Array.isArray(articles) || articles.length === 0) return 47001;
  return articles.length > 1 ? 45008 : 0;
}

function checkMenu(content: JsonRecord): number {
  const { list } = content;
  if (!Array.isArray(list) || list.length === 0) return 45037;
  const isFine = list.every(
    (item: unknown) => isRecord(item) && typeof item.id === 'string' && typeof item.content === 'string',
  );
  return isFine ? 0 : 47001;
}

function checkOptions(body: JsonRecord): number {
  const mark = body.aimsgcontext;
  if (mark !== undefined && !(isRecord(mark) && (mark.is_ai_msg === 0 || mark.is_ai_msg === 1))) return 47001;
  const service = body.customservice;
  return service === undefined || (isRecord(service) && typeof service.kf_account === 'string') ? 0 : 47001;
}

function checkTexts(content: JsonRecord, names: readonly string[]): number {
  return names.every((name) => typeof content[name] === 'string' && content[name] !== '') ? 0 : 47001;
}

/** WeChat publishes no limits for these; the safe ones are 64 and 120 characters. */
function checkLengths(content: JsonRecord): number {
  if (String(content.title).length > 64) return 45003;
  return String(content.description ?? '').length > 120 ? 45004 : 0;
}

function isHttpUrl(value: unknown): boolean {
  return typeof value === 'string' && /^https?:$/.test(URL.parse(value)?.protocol ?? '');
}

import { isRecord, type JsonRecord } from '../json.ts';
import type { Account } from './account.ts';

export interface SendRules {
  readonly account: Account;
  readonly textMaxBytes: number;
  /** 0, 41006 or 40007: the medium must have been uploaded as one of these types. */
  readonly checkMedia: (id: unknown, types: readonly string[]) => number;
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
  return type.check(content, rules) || checkOptions(body, rules);
}

type Check = (content: JsonRecord, rules: SendRules) => number;

const both = { miniprogram: true, official: true };
const thumbs = ['thumb', 'image'];
const officialOnly = { miniprogram: false, official: true };

const types: Readonly<
  Record<string, { readonly miniprogram: boolean; readonly official: boolean; readonly check: Check }>
> = {
  text: { ...both, check: checkText },
  image: { ...both, check: (content, rules) => rules.checkMedia(content.media_id, ['image']) },
  link: { miniprogram: true, official: false, check: checkLink },
  miniprogrampage: { ...both, check: checkPage },
  voice: { ...officialOnly, check: (content, rules) => rules.checkMedia(content.media_id, ['voice']) },
  video: {
    ...officialOnly,
    check: (content, rules) =>
      checkLengths(content) ||
      rules.checkMedia(content.media_id, ['video']) ||
      rules.checkMedia(content.thumb_media_id, thumbs),
  },
  music: {
    ...officialOnly,
    check: (content, rules) =>
      checkTexts(content, ['title', 'description', 'musicurl']) ||
      rules.checkMedia(content.thumb_media_id, thumbs),
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
  return appids.every(([, appid]) => isOpenable(appid, rules)) ? 0 : 45086;
}

/** A mini-program opens itself, an official account what is bound to it. */
function isOpenable(appid: unknown, { account }: SendRules): boolean {
  if (account.kind === 'miniprogram') return appid === account.appid;
  return account.boundAppids?.some((bound) => bound === appid) ?? false;
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
  return isOpenable(content.appid, rules) ? rules.checkMedia(content.thumb_media_id, ['image']) : 40013;
}

function checkNews({ articles }: JsonRecord): number {
  if (!Array.isArray(articles) || articles.length === 0) return 44003;
  if (articles.length > 1) return 45008;
  const article: unknown = articles[0];
  if (!isRecord(article)) return 47001;
  const fault = checkTexts(article, ['title', 'description', 'url']) || checkLengths(article);
  if (fault !== 0) return fault;
  if (!isHttpUrl(article.url)) return 45005;
  return article.picurl === undefined || isHttpUrl(article.picurl) ? 0 : 45006;
}

function checkMenu({ list, head_content: head, tail_content: tail }: JsonRecord, rules: SendRules): number {
  if ([head, tail].some((text) => text !== undefined && typeof text !== 'string')) return 47001;
  if (Buffer.byteLength(`${head ?? ''}${tail ?? ''}`) > rules.textMaxBytes) return 45002;
  if (!Array.isArray(list) || list.length === 0 || list.length > 10) return 45037;
  const items: readonly unknown[] = list;
  if (!items.every((item) => isRecord(item) && checkTexts(item, ['id', 'content']) === 0)) return 47001;
  return items.every((item) => isRecord(item) && String(item.content).length <= 64) ? 0 : 45038;
}

function checkOptions(body: JsonRecord, { account }: SendRules): number {
  const mark = body.aimsgcontext;
  if (mark !== undefined && !(isRecord(mark) && (mark.is_ai_msg === 0 || mark.is_ai_msg === 1))) return 47001;
  const service = body.customservice;
  if (body.businessid !== undefined && typeof body.businessid !== 'string') return 47001;
  if (service === undefined) return 0;
  if (!isRecord(service) || typeof service.kf_account !== 'string') return 47001;
  return account.kfAccounts?.includes(service.kf_account) ? 0 : 65401;
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

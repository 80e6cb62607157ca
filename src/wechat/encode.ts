import { shortenTitle } from '../formats/break-text.ts';
import { describePart } from '../formats/describe-part.ts';
import type { Message, Part } from '../model/message.ts';
import { numberOption } from '../model/options.ts';
import type { Addressee } from '../ports/channel.ts';
import { descriptionMaxLength, titleMaxLength } from './forms.ts';
import type { WeChatSettings } from './settings.ts';

/** What WeChat is asked to show, by its own names (WeChat, page on sending customer-service messages). */
export type Content =
  | { readonly msgtype: 'text'; readonly text: { readonly content: string } }
  | { readonly msgtype: 'image'; readonly image: { readonly media_id: string } }
  | { readonly msgtype: 'voice'; readonly voice: { readonly media_id: string } }
  | {
      readonly msgtype: 'video';
      readonly video: {
        readonly media_id: string;
        readonly thumb_media_id: string;
        readonly title: string;
        readonly description: string;
      };
    }
  | {
      readonly msgtype: 'link';
      readonly link: {
        readonly title: string;
        readonly description: string;
        readonly url: string;
        readonly thumb_url: string;
      };
    }
  | { readonly msgtype: 'news'; readonly news: { readonly articles: readonly [Article] } }
  | {
      readonly msgtype: 'miniprogrampage';
      readonly miniprogrampage: {
        readonly title: string;
        readonly appid: string;
        readonly pagepath: string;
        readonly thumb_media_id: string;
      };
    }
  | {
      readonly msgtype: 'msgmenu';
      readonly msgmenu: {
        readonly head_content: string;
        readonly list: readonly { readonly id: string; readonly content: string }[];
        readonly tail_content: string;
      };
    };

interface Article {
  readonly title: string;
  readonly description: string;
  readonly url: string;
  readonly picurl?: string;
}

/** Whose name and marks a send carries. */
export interface Signing {
  readonly reply: Message;
  readonly settings: WeChatSettings;
  /** WeChat did not know the agent's account. */
  readonly isUnsigned?: boolean | undefined;
}

/** The JSON of `message/custom/send`, raw UTF-8. */
export function writeSend(
  { visitor, business }: Addressee,
  content: Content,
  { reply, settings, isUnsigned }: Signing,
): string {
  const { aiMark } = settings;
  const account = isUnsigned ? undefined : agentAccount(reply, settings);
  return JSON.stringify({
    touser: visitor,
    ...content,
    ...(account === undefined ? {} : { customservice: { kf_account: account } }),
    ...(aiMark && reply.from.role === 'robot' ? { aimsgcontext: { is_ai_msg: 1 } } : {}),
    ...businessOf(business, settings),
  });
}

/** The sub-merchant (子商户) of the visitor's session; else the one that all of the account's are said to be of. */
export function businessOf(
  business: string | undefined,
  { businessId }: WeChatSettings,
): { readonly businessid?: string } {
  const id = business ?? businessId;
  return id === undefined ? {} : { businessid: id };
}

/** The account under whose name an official account's visitor sees the reply: of the official tool, `name@account`. */
function agentAccount({ from }: Message, { kind, kfAccounts }: WeChatSettings): string | undefined {
  if (kind === 'miniprogram' || from.role === 'visitor') return undefined;
  const { id = '', name = '' } = from;
  const named = [id, name].find((one) => Object.hasOwn(kfAccounts, one));
  if (named !== undefined) return kfAccounts[named];
  return /^[^\s@]+@[^\s@.]+$/.test(id) ? id : undefined;
}

/** A part as a card with an address: `link` to a mini-program's visitor, one article of `news` to an official account's. */
export function writeLink(
  part: Part,
  {
    url,
    picture,
    kind,
  }: { readonly url: string; readonly picture?: string; readonly kind: WeChatSettings['kind'] },
): Content | undefined {
  const { title, description } = wordsOfLink(part);
  const card = {
    title: shortenTitle(title || url, titleMaxLength),
    description: shortenTitle(description || title || url, descriptionMaxLength),
    url,
  };
  if (kind !== 'miniprogram') {
    return {
      msgtype: 'news',
      news: { articles: [{ ...card, ...(picture !== undefined && { picurl: picture }) }] },
    };
  }
  return picture === undefined ? undefined : { msgtype: 'link', link: { ...card, thumb_url: picture } };
}

function wordsOfLink(part: Part): { readonly title: string; readonly description: string } {
  switch (part.kind) {
    case 'link':
      return { title: part.title.trim(), description: part.description?.trim() ?? '' };
    case 'file':
      return {
        title: part.name.trim() || describePart(part, ''),
        description: part.description?.trim() || '点击打开文件',
      };
    case 'voice':
      return {
        title: describePart({ ...part, transcript: '' }, ''),
        description: part.transcript?.trim() || '点击收听',
      };
    default:
      return { title: describePart(part, ''), description: '点击查看' };
  }
}

export function writePage(
  { title, path }: Extract<Part, { kind: 'miniProgramPage' }>,
  { appid, thumb }: { readonly appid: string; readonly thumb: string },
): Content {
  const page = {
    title: shortenTitle(title.trim() || '小程序', titleMaxLength),
    appid,
    // As in app.json: without the slash that the client's own API wants.
    pagepath: path.trim().replace(/^\/+/, ''),
    thumb_media_id: thumb,
  };
  return { msgtype: 'miniprogrampage', miniprogrampage: page };
}

export function writeMenu({ text, tail = '', options }: Extract<Part, { kind: 'menu' }>): Content {
  const list = options.map((option, index) => ({ id: option.id, content: numberOption(option, index) }));
  return { msgtype: 'msgmenu', msgmenu: { head_content: text, list, tail_content: tail } };
}

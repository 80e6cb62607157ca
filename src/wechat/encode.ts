import type { Media, Message, Part } from '../model/message.ts';
import type { WeChatSettings } from './settings.ts';

/** One customer-service send. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly media: Media };

/** What WeChat is asked to show, by its own names. */
export type Content =
  | { readonly msgtype: 'text'; readonly text: { readonly content: string } }
  | { readonly msgtype: 'image'; readonly image: { readonly media_id: string } };

/**
 * The sends that a reply takes: each image one, and texts that follow each other one together, as every send counts
 * against the visitor's allowance. What WeChat has no type for becomes text.
 */
export function planPieces(parts: readonly Part[]): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const part of parts) {
    if (part.kind === 'image') {
      pieces.push({ kind: 'image', media: part.media });
      continue;
    }
    const text = describePart(part);
    const last = pieces.at(-1);
    if (text.trim() === '') continue;
    if (last?.kind === 'text') pieces[pieces.length - 1] = { kind: 'text', text: `${last.text}\n${text}` };
    else pieces.push({ kind: 'text', text });
  }
  return pieces;
}

/** The JSON of `message/custom/send` (WeChat, page on sending customer-service messages), raw UTF-8. */
export function writeSend(
  visitor: string,
  content: Content,
  given: { readonly reply: Message; readonly settings: WeChatSettings },
): string {
  const { aiMark, businessId } = given.settings;
  return JSON.stringify({
    touser: visitor,
    ...content,
    ...(aiMark && given.reply.from.role === 'robot' ? { aimsgcontext: { is_ai_msg: 1 } } : {}),
    ...(businessId === undefined ? {} : { businessid: businessId }),
  });
}

/** The line of text that stands for a part which cannot be shown as what it is. Empty: nothing to say. */
export function describePart(part: Part): string {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'image':
      return labelled('图片', linkOf(part.media));
    case 'voice':
      return labelled('语音', part.transcript ?? '', linkOf(part.media));
    case 'video':
      return labelled('视频', linkOf(part.media));
    case 'file':
      return labelled('文件', part.name, part.description ?? '', linkOf(part.media));
    case 'link':
      return [part.title, part.description ?? '', part.url].filter((line) => line !== '').join('\n');
    case 'miniProgramPage':
      return labelled('小程序', part.title);
    case 'location':
      return labelled('位置', part.label ?? '', `${part.latitude},${part.longitude}`);
    case 'menu':
      return [part.text, ...part.options.map((option, index) => `${index + 1}. ${option.label}`)].join('\n');
    case 'choice':
      return part.option.label;
    case 'event':
      return '';
    case 'unsupported':
      return part.text ?? labelled('暂不支持的消息');
    default:
      return part satisfies never;
  }
}

/** Cuts a text to `maxBytes` of UTF-8 between two characters as people see them; the last one is then "…". */
export function shortenText(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const room = maxBytes - Buffer.byteLength('…');
  let bytes = 0;
  let kept = '';
  for (const { segment } of graphemes.segment(text)) {
    bytes += Buffer.byteLength(segment);
    if (bytes > room) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Leaves of `<a …>words</a>` the words: a link to a foreign mini-program makes WeChat refuse the whole text. */
export function stripLinks(text: string): string {
  return text.replace(/<\/?a\b[^>]*>/gi, '');
}

const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });

function labelled(label: string, ...words: readonly string[]): string {
  return [`[${label}]`, ...words.filter((word) => word !== '')].join(' ');
}

function linkOf(media: Media | undefined): string {
  const url = media?.from.url ?? '';
  return /^https?:\/\//i.test(url) ? url : '';
}

import { describePart, isWebUrl } from '../formats/describe-part.ts';
import { mediumOf } from '../model/medium.ts';
import type { Part } from '../model/message.ts';
import { numberOption } from '../model/options.ts';
import { cleanTexts } from './clean-texts.ts';
import type { WeChatSettings } from './settings.ts';

/** What a part is sent as. `link` is WeChat's `link` to a mini-program's visitor and `news` to an official account's. */
export type Form = 'text' | 'image' | 'voice' | 'video' | 'link' | 'page' | 'menu';

/** One send, or several where a text is long. */
export type Piece =
  /** Parts that go as one text. */
  | { readonly kind: 'text'; readonly parts: readonly Part[] }
  /** A part of its own, and what it may be sent as: each form is for when the one before cannot be had. The last is text. */
  | { readonly kind: 'typed'; readonly part: Part; readonly forms: readonly Form[] };

/** The sends that a reply takes, in order. What follows each other as text goes together: every send counts. */
export function planPieces(parts: readonly Part[], settings: WeChatSettings): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const part of cleanTexts(parts)) {
    const forms = formsOf(part, settings);
    const last = pieces.at(-1);
    if (forms[0] !== 'text') pieces.push({ kind: 'typed', part, forms });
    else if (describePart(part).trim() === '') continue;
    else if (last?.kind === 'text')
      pieces[pieces.length - 1] = { kind: 'text', parts: [...last.parts, part] };
    else pieces.push({ kind: 'text', parts: [part] });
  }
  return pieces;
}

/** The appids that a link or a card of this account may lead to. */
export function openableAppids({ kind, appid, boundAppids }: WeChatSettings): readonly string[] {
  return kind === 'miniprogram' ? [appid] : boundAppids;
}

function formsOf(part: Part, settings: WeChatSettings): readonly Form[] {
  const isOfficial = settings.kind !== 'miniprogram';
  const link = canLink(part, settings) ? (['link'] as const) : [];
  switch (part.kind) {
    case 'image':
      return ['image', ...link, 'text'];
    case 'voice':
      return isOfficial && (part.durationMs ?? 0) <= voiceMaxMs
        ? ['voice', ...link, 'text']
        : [...link, 'text'];
    case 'video':
      return isOfficial && settings.defaultThumb !== undefined
        ? ['video', ...link, 'text']
        : [...link, 'text'];
    case 'file':
      return isOfficial ? ['text'] : [...link, 'text'];
    case 'link':
      return isWebUrl(part.url) ? [...link, 'text'] : ['text'];
    case 'miniProgramPage':
      return canOpen(part, settings) ? ['page', 'text'] : ['text'];
    case 'menu':
      return isOfficial && fitsMenu(part, settings) ? ['menu', 'text'] : ['text'];
    case 'text':
    case 'location':
    case 'choice':
    case 'event':
    case 'unsupported':
      return ['text'];
    default:
      return part satisfies never;
  }
}

/** WeChat, page on temporary media. */
const voiceMaxMs = 60_000;

/** A mini-program's link has a picture; an official account's may do without. */
function canLink(part: Part, { kind, defaultThumb }: WeChatSettings): boolean {
  if (part.kind !== 'link' && mediumOf(part) === undefined) return false;
  return kind !== 'miniprogram' || defaultThumb !== undefined || pictureOf(part) !== undefined;
}

/** The picture that a link brings along. */
export function pictureOf(part: Part): string | undefined {
  return part.kind === 'link' && part.pictureUrl !== undefined && isWebUrl(part.pictureUrl)
    ? part.pictureUrl
    : undefined;
}

function canOpen(part: Extract<Part, { kind: 'miniProgramPage' }>, settings: WeChatSettings): boolean {
  const appid = part.appid ?? (settings.kind === 'miniprogram' ? settings.appid : '');
  const hasPicture = part.picture !== undefined || settings.defaultThumb !== undefined;
  return openableAppids(settings).includes(appid) && hasPicture && part.path.trim() !== '';
}

/**
 * WeChat publishes no limits of a menu (codes 45037, 45038). What is longer than it shows in its examples goes as text;
 * nothing is cut, as the visitor's click brings the words back.
 */
function fitsMenu({ text, tail = '', options }: Extract<Part, { kind: 'menu' }>, settings: WeChatSettings) {
  return (
    options.length > 0 &&
    options.length <= menuMaxOptions &&
    Buffer.byteLength(text + tail) <= settings.textMaxBytes &&
    options.every((option, index) => option.id !== '' && numberOption(option, index).length <= titleMaxLength)
  );
}

const menuMaxOptions = 10;

/** WeChat publishes no limits of titles and descriptions (codes 45003, 45004); more is not shown anyway. UTF-16 units. */
export const titleMaxLength = 64;
export const descriptionMaxLength = 120;

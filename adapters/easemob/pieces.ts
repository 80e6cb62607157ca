import type { Media, Part } from '../../src/model/message.ts';
import { numberOptions } from '../../src/model/options.ts';
import { readChoice } from './choice.ts';
import type { EasemobSettings } from './settings.ts';
import { splitText } from './split.ts';

/** One message to Easemob. */
export type Piece =
  /** `card` goes beside the text as `ext.msgtype`; `instead` is the text if the card is refused. */
  | { readonly kind: 'text'; readonly text: string; readonly card?: object; readonly instead?: string }
  | {
      readonly kind: 'media';
      readonly as: MediaKind;
      readonly media: Media;
      readonly durationMs?: number;
      /** What agents read if it cannot be had: the words of a voice message, the name of a file. */
      readonly words?: string;
    }
  | { readonly kind: 'place'; readonly latitude: number; readonly longitude: number; readonly label: string }
  /** A command to the helpdesk, with `ext.weichat.ctrlArgs`. */
  | { readonly kind: 'command'; readonly action: string; readonly args?: object }
  /** `ext.weichat.ctrlType` and its arguments, beside an empty text. */
  | { readonly kind: 'control'; readonly type: string; readonly args: object };

export type MediaKind = 'image' | 'voice' | 'video' | 'file';
export type MediaPiece = Extract<Piece, { kind: 'media' }>;

/** The messages that a visitor's parts become, in order. Nothing is made of what has no words. Pure. */
export function planPieces(parts: readonly Part[], settings: EasemobSettings): readonly Piece[] {
  return parts.flatMap((part) => planPart(part, settings));
}

/**
 * The pieces after those at `places`, one after the other, were each too large and are cut in two: such a text goes as new
 * messages, and without a card. Pure.
 */
export function cutPieces(pieces: readonly Piece[], places: readonly number[]): readonly Piece[] {
  return places.reduce(
    (now, place) => now.flatMap((piece, at) => (at === place ? halve(piece) : [piece])),
    pieces,
  );
}

/** Whether a piece is a text that has two halves worth a message each. */
export function canBeCut(piece: Piece): boolean {
  return halve(piece).length > 1;
}

function halve(piece: Piece): readonly Piece[] {
  const text = piece.kind === 'text' ? piece.text || (piece.instead ?? '') : '';
  const bytes = Buffer.byteLength(JSON.stringify(text));
  if (bytes < leastCutBytes) return [piece];
  // Room for the character in the middle, so that there are two.
  return planText(text, { maxTextBytes: Math.ceil(bytes / 2) + 30, maxTextChars: text.length });
}

/** What is shorter is not too large because of its words. */
const leastCutBytes = 400;

/** A text in pieces that fit. */
export function planText(
  text: string,
  settings: Pick<EasemobSettings, 'maxTextBytes' | 'maxTextChars'>,
): readonly Piece[] {
  const limit = { maxBytes: settings.maxTextBytes, maxChars: settings.maxTextChars };
  return splitText(text.toWellFormed(), limit)
    .filter((piece) => piece.trim() !== '')
    .map((piece) => ({ kind: 'text', text: piece }));
}

/** The line that stands for a piece which Easemob does not take as it is. Empty: there is none. */
export function describePiece(piece: Piece): string {
  switch (piece.kind) {
    case 'text':
      return piece.instead ?? '';
    case 'media': {
      const { as, words = '' } = piece;
      return as === 'voice' && words !== ''
        ? `[语音] ${words}`
        : join(' ', `[${labels[as]}]`, words, '发送失败');
    }
    case 'place': {
      const { latitude, longitude, label } = piece;
      return `${join(' ', '[位置]', label)} (${latitude},${longitude})`;
    }
    case 'command':
    case 'control':
      return '';
    default:
      return piece satisfies never;
  }
}

const labels: Readonly<Record<MediaKind, string>> = {
  image: '图片',
  voice: '语音',
  video: '视频',
  file: '文件',
};

function planPart(part: Part, settings: EasemobSettings): readonly Piece[] {
  switch (part.kind) {
    case 'text':
      return planText(part.text, settings);
    case 'image':
    case 'video':
      return [{ kind: 'media', as: part.kind, media: part.media }];
    case 'voice':
      return [planVoice(part)];
    case 'file':
      return part.media === undefined
        ? planText(join(' ', '[文件]', part.name, part.description), settings)
        : [{ kind: 'media', as: 'file', media: part.media, words: part.name }];
    case 'link':
    case 'miniProgramPage':
      return planCard(part, settings);
    case 'location': {
      const { latitude, longitude, label } = part;
      return [{ kind: 'place', latitude, longitude, label: label || '位置' }];
    }
    case 'menu':
      return planText(join('\n', part.text, numberOptions(part.options)), settings);
    case 'choice': {
      const card = readChoice(part.option.id);
      const { label } = part.option;
      return card === undefined
        ? planText(label, settings)
        : [{ kind: 'text', text: label, card, instead: label }];
    }
    case 'event':
      return [];
    case 'unsupported':
      return planText(part.text ?? `[暂不支持的消息] ${part.vendorKind}`, settings);
    default:
      return part satisfies never;
  }
}

function planVoice({ media, durationMs, transcript }: Extract<Part, { kind: 'voice' }>): Piece {
  return {
    kind: 'media',
    as: 'voice',
    media,
    ...(durationMs !== undefined && { durationMs }),
    ...(transcript !== undefined && { words: transcript }),
  };
}

type CardPart = Extract<Part, { kind: 'link' | 'miniProgramPage' }>;

/** A card as the helpdesk's own, as text, or both in one message. */
function planCard(part: CardPart, settings: EasemobSettings): readonly Piece[] {
  const { text, track } = part.kind === 'link' ? describeLink(part) : describePage(part);
  const [first, ...others] = planText(text, settings);
  if (settings.cards === 'text' || first?.kind !== 'text') return planText(text, settings);
  const card = { msgtype: { track: withoutEmpty(track) } };
  return settings.cards === 'track'
    ? [{ kind: 'text', text: '', card, instead: first.text }]
    : [{ kind: 'text', text: first.text, card, instead: first.text }, ...others];
}

interface DescribedCard {
  readonly text: string;
  readonly track: object;
}

function describeLink({
  title,
  description,
  url,
  pictureUrl,
}: Extract<Part, { kind: 'link' }>): DescribedCard {
  const track = { title, desc: description ?? '', img_url: pictureUrl ?? '', item_url: url };
  return { text: join('\n', title, url), track };
}

/** A page of a mini-program has no address that opens in a browser, so the card leads nowhere. */
function describePage({ title, path, picture }: Extract<Part, { kind: 'miniProgramPage' }>): DescribedCard {
  const track = { title: '我正在看：', desc: title, img_url: picture?.from.url ?? '' };
  return { text: join('\n', `[小程序] ${title}`, path), track };
}

function withoutEmpty(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}

function join(by: string, ...words: readonly (string | undefined)[]): string {
  return words.filter((word) => word !== undefined && word !== '').join(by);
}

import { splitText } from '../../src/formats/split-text.ts';
import type { Media, Part } from '../../src/model/message.ts';
import type { ZhichiSettings } from './settings.ts';

/** One message to Zhichi: a text that fits, or a medium. */
export type Piece = { readonly kind: 'text'; readonly text: string } | MediaPiece;

/** A medium, and what is known of it. */
export interface MediaPiece {
  readonly kind: 'media';
  readonly as: MediaKind;
  readonly media: Media;
  readonly durationMs?: number;
  /** The words of a voice message, the name of a file. */
  readonly words?: string;
}

/** The kinds of media that visitors send. */
export type MediaKind = 'image' | 'voice' | 'video' | 'file';

/** The messages that a visitor's parts become, in order. Nothing is made of what has no words. Pure. */
export function planPieces(parts: readonly Part[], settings: ZhichiSettings): readonly Piece[] {
  return parts.flatMap((part) => planPart(part, settings));
}

/** The line that stands for a medium which agents cannot be shown. */
export function describeFailure({ as, words }: MediaPiece): string {
  const known = words === undefined || words === '' ? '' : ` ${words}`;
  return as === 'voice' && known !== '' ? `[语音]${known}` : `[${labels[as]}]${known} 发送失败`;
}

/** The line by which agents find a medium that has no message type of its own. */
export function describeMedium({ as, words = '', durationMs }: MediaPiece, url: string): string {
  const label = `[${labels[as]}]`;
  if (as !== 'voice') return join(' ', label, words, url);
  const seconds = durationMs === undefined ? '' : `${Math.max(1, Math.round(durationMs / 1000))} 秒`;
  return join('\n', join(' ', label, seconds, url), words);
}

const labels: Readonly<Record<MediaKind, string>> = {
  image: '图片',
  voice: '语音',
  video: '视频',
  file: '文件',
};

function planPart(part: Part, settings: ZhichiSettings): readonly Piece[] {
  switch (part.kind) {
    case 'image':
    case 'video':
      return [{ kind: 'media', as: part.kind, media: part.media }];
    case 'voice': {
      const { media, durationMs, transcript } = part;
      const known = {
        ...(durationMs !== undefined && { durationMs }),
        ...(transcript !== undefined && { words: transcript }),
      };
      return [{ kind: 'media', as: 'voice', media, ...known }];
    }
    case 'file':
      return part.media === undefined
        ? planText(join(' ', '[文件]', part.name, part.description), settings)
        : [{ kind: 'media', as: 'file', media: part.media, words: part.name }];
    case 'miniProgramPage': {
      const card = planText(describePart(part), settings);
      const shown = settings.cardThumb && part.picture !== undefined;
      return shown ? [...card, { kind: 'media', as: 'image', media: part.picture }] : card;
    }
    default:
      return planText(describePart(part), settings);
  }
}

function describePart(part: Exclude<Part, { kind: MediaKind }>): string {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'link':
      return join('\n', part.title, part.description, part.url);
    case 'miniProgramPage':
      return join('\n', `[小程序] ${part.title}`, part.path);
    case 'location': {
      const { latitude, longitude, label = '' } = part;
      const marker = `coord:${latitude},${longitude};title:${label || '位置'}`;
      const map = `https://apis.map.qq.com/uri/v1/marker?marker=${encodeURIComponent(marker.toWellFormed())}`;
      return `${join(' ', '[位置]', label)} (${latitude},${longitude})\n${map}`;
    }
    case 'menu':
      return join('\n', part.text, ...part.options.map(({ label }, index) => `${index + 1}. ${label}`));
    case 'choice':
      return part.option.label;
    case 'event':
      return '';
    case 'unsupported':
      return part.text ?? `[${part.vendorKind}] 暂不支持`;
    default:
      return part satisfies never;
  }
}

function planText(text: string, { maxTextChars }: ZhichiSettings): readonly Piece[] {
  return splitText(text.toWellFormed(), maxTextChars)
    .filter((piece) => piece.trim() !== '')
    .map((piece) => ({ kind: 'text', text: piece }));
}

function join(by: string, ...words: readonly (string | undefined)[]): string {
  return words.filter((word) => word !== undefined && word !== '').join(by);
}

import { splitText } from '../../src/formats/split-text.ts';
import type { Media, Part } from '../../src/model/message.ts';
import { toQiyuEmoji } from './emoji.ts';
import type { QiyuSettings } from './settings.ts';

/** One message to Qiyu: a text that fits, or a medium that is uploaded first. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'media';
      readonly as: MediaKind;
      readonly media: Media;
      readonly durationMs?: number;
      /** What agents read if it cannot be had: the words of a voice message, the name of a file. */
      readonly words?: string;
    };

export type MediaKind = 'image' | 'voice' | 'video' | 'file';

/** The messages that a visitor's parts become, in order. Nothing is made of what has no words. Pure. */
export function planPieces(parts: readonly Part[], settings: QiyuSettings): readonly Piece[] {
  return parts.flatMap((part) => planPart(part, settings));
}

/** The line that stands for a medium which agents cannot be shown. */
export function describeFailure({ as, words }: Extract<Piece, { kind: 'media' }>): string {
  const known = words === undefined || words === '' ? '' : ` ${words}`;
  return as === 'voice' && known !== '' ? `[语音]${known}` : `[${labels[as]}]${known} 发送失败`;
}

/** The line by which agents find a medium that has no message type of its own. */
export function describeUpload({ as, words }: Extract<Piece, { kind: 'media' }>, url: string): string {
  return [`[${labels[as]}]`, words ?? '', url].filter((word) => word !== '').join(' ');
}

const labels: Readonly<Record<MediaKind, string>> = {
  image: '图片',
  voice: '语音',
  video: '视频',
  file: '文件',
};

function planPart(part: Part, settings: QiyuSettings): readonly Piece[] {
  switch (part.kind) {
    case 'image':
    case 'video':
      return [{ kind: 'media', as: part.kind, media: part.media }];
    case 'voice': {
      const { media, durationMs, transcript } = part;
      return [
        {
          kind: 'media',
          as: 'voice',
          media,
          ...(durationMs !== undefined && { durationMs }),
          ...(transcript !== undefined && { words: transcript }),
        },
      ];
    }
    case 'file':
      return part.media === undefined
        ? planText(join(' ', '[文件]', part.name, part.description), settings)
        : [{ kind: 'media', as: 'file', media: part.media, words: part.name }];
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
      return join('\n', `[小程序卡片] ${part.title}`, part.path);
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
      return part.text ?? `[暂不支持的消息] ${part.vendorKind}`;
    default:
      return part satisfies never;
  }
}

function planText(text: string, settings: QiyuSettings): readonly Piece[] {
  const words = (settings.emoji === 'map' ? toQiyuEmoji(text) : text).toWellFormed();
  return splitText(words, settings.maxTextChars)
    .filter((piece) => piece.trim() !== '')
    .map((piece) => ({ kind: 'text', text: piece }));
}

function join(by: string, ...words: readonly (string | undefined)[]): string {
  return words.filter((word) => word !== undefined && word !== '').join(by);
}

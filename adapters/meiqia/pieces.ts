import { splitText } from '../../src/formats/split-text.ts';
import type { Media, Part } from '../../src/model/message.ts';
import type { MeiqiaSettings } from './settings.ts';

/** One message to Meiqia: a text that fits, a card, a medium that is uploaded first, or a file that goes as a link. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  /** `text` where no card is taken. */
  | { readonly kind: 'card'; readonly json: string; readonly text: string }
  | { readonly kind: 'media'; readonly as: MediaKind; readonly media: Media }
  | { readonly kind: 'file'; readonly name: string; readonly media: Media };

export type MediaKind = 'image' | 'voice' | 'video';

type MediaPiece = Extract<Piece, { kind: 'media' | 'file' }>;

/** The messages that a visitor's parts become, in order. Nothing is made of what has no words. Pure. */
export function planPieces(parts: readonly Part[], settings: MeiqiaSettings): readonly Piece[] {
  return parts.flatMap((part) => planPart(part, settings));
}

/** The line by which agents find a medium that Meiqia was not given. */
export function describeLinked(
  piece: MediaPiece,
  found: { readonly url?: string | undefined; readonly bytes?: number },
): string {
  const label = piece.kind === 'file' ? '文件' : labels[piece.as];
  const name = piece.kind === 'file' ? piece.name : '';
  const size = piece.kind === 'file' && found.bytes !== undefined ? `(${describeSize(found.bytes)})` : '';
  return [`[${label}]`, name, size, found.url ?? '发送失败'].filter((word) => word !== '').join(' ');
}

const labels: Readonly<Record<MediaKind, string>> = { image: '图片', voice: '语音', video: '视频' };

function describeSize(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function planPart(part: Part, settings: MeiqiaSettings): readonly Piece[] {
  switch (part.kind) {
    case 'image':
    case 'video':
      return [{ kind: 'media', as: part.kind, media: part.media }];
    case 'voice': {
      const words = settings.voiceText ? (part.transcript ?? '') : '';
      return [{ kind: 'media', as: 'voice', media: part.media }, ...planText(words, settings)];
    }
    case 'file':
      return part.media === undefined
        ? planText(join(' ', '[文件]', part.name, part.description), settings)
        : [{ kind: 'file', name: part.name, media: part.media }];
    case 'link': {
      const json = settings.cards === 'product' ? writeCard(part) : undefined;
      const text = join('\n', part.title, part.url);
      return json === undefined ? planText(text, settings) : [{ kind: 'card', json, text }];
    }
    default:
      return planText(describePart(part), settings);
  }
}

/** A product card has to have all four of its parts (Meiqia, 商品卡片). */
function writeCard({
  title,
  description,
  pictureUrl,
  url,
}: Extract<Part, { kind: 'link' }>): string | undefined {
  if (!title || !description || !pictureUrl || !url) return undefined;
  const body = { title, description, pic_url: pictureUrl, product_url: url, sales_count: 0 };
  return JSON.stringify([{ type: 'product_card', body }]);
}

function describePart(part: Exclude<Part, { kind: MediaKind | 'file' | 'link' }>): string {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'miniProgramPage':
      return join('\n', `[小程序] ${part.title}`, part.path);
    case 'location': {
      const { latitude, longitude, label = '' } = part;
      const marker = `coord:${latitude},${longitude};title:${label || '位置'}`;
      const map = `https://apis.map.qq.com/uri/v1/marker?marker=${encodeURIComponent(marker.toWellFormed())}`;
      return `${join(' ', '[位置]', label)}\n${latitude},${longitude}\n${map}`;
    }
    case 'menu':
      return join('\n', part.text, ...part.options.map(({ label }, index) => `${index + 1}. ${label}`));
    case 'choice':
      return part.option.label;
    case 'event':
      return '';
    case 'unsupported':
      return part.text ?? '[暂不支持的消息类型]';
    default:
      return part satisfies never;
  }
}

/** Meiqia takes no text that is empty once it is trimmed. */
function planText(text: string, settings: MeiqiaSettings): readonly Piece[] {
  return splitText(text.toWellFormed().trim(), settings.maxTextChars)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')
    .map((piece) => ({ kind: 'text', text: piece }));
}

function join(by: string, ...words: readonly (string | undefined)[]): string {
  return words.filter((word) => word !== undefined && word !== '').join(by);
}

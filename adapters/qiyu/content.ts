import { createHash } from 'node:crypto';
import { type Fields, listOf, numberOf, readFields, textOf } from '../../src/formats/fields.ts';
import { isHtml, readHtml } from '../../src/formats/html.ts';
import type { Media, Part } from '../../src/model/message.ts';
import { toWeChatEmoji } from './emoji.ts';
import type { QiyuSettings } from './settings.ts';
import type { Content } from './wire.ts';

/** A message's type and content, as Qiyu writes them; `key` is the event's, from which ids of media follow. */
export interface WrittenContent {
  readonly type: string;
  readonly content: Content;
  readonly key: string;
}

/**
 * The parts of an agent's or robot's message. TEXT, PICTURE and AUDIO are documented; the others exist in the product
 * and are read as well as they can be. Empty: nothing to show.
 */
export function readContent(written: WrittenContent, settings: QiyuSettings): readonly Part[] {
  const kind = kindOf(written.type);
  const { content } = written;
  if (kind === 'text') {
    const text = typeof content === 'string' ? content : (firstText(content) ?? '');
    return readText(text, { settings, key: written.key });
  }
  const fields = typeof content === 'string' ? readFields(content) : content;
  const part = fields && readers[kind]?.(fields, written);
  if (part !== undefined) return [part];
  if (typeof content === 'string' && fields === undefined && content.trim() !== '') {
    return [{ kind: 'unsupported', vendorKind: written.type, text: content }];
  }
  return [describeUnknown(fields ?? {}, written.type)];
}

/** A text, which may hold HTML: its words, and its pictures as parts of their own. */
export function readText(
  text: string,
  given: { readonly settings: QiyuSettings; readonly key: string },
): readonly Part[] {
  const { settings, key } = given;
  const words = (plain: string): string => (settings.emoji === 'map' ? toWeChatEmoji(plain) : plain);
  if (!isHtml(text)) return text.trim() === '' ? [] : [{ kind: 'text', text: words(text) }];
  return readHtml(text, settings).map((piece, index) =>
    piece.kind === 'text'
      ? { kind: 'text', text: words(piece.text) }
      : { kind: 'image', media: mediaOf(piece.url, `${key}\n${index}`) },
  );
}

type Kind = 'text' | 'picture' | 'audio' | 'file' | 'video' | 'merge' | 'card';

/** Names as pushes have them, and the numbers under which the product records them. */
function kindOf(type: string): Kind {
  return kinds[type.toUpperCase()] ?? 'card';
}

const kinds: Readonly<Record<string, Kind | undefined>> = Object.assign(Object.create(null), {
  TEXT: 'text',
  RICHTEXT: 'text',
  RICH_TEXT: 'text',
  TIP: 'text',
  PICTURE: 'picture',
  IMAGE: 'picture',
  AUDIO: 'audio',
  FILE: 'file',
  VIDEO: 'video',
  MERGE: 'merge',
  1: 'text',
  2: 'picture',
  3: 'audio',
  4: 'file',
  5: 'video',
  6: 'text',
  8: 'merge',
  110: 'text',
  112: 'text',
  113: 'text',
  115: 'text',
} satisfies Record<string, Kind>);

type PartReader = (fields: Fields, written: WrittenContent) => Part | undefined;

/** `undefined`: without a URL there is nothing of its kind to show. */
const readers: { readonly [Name in Kind]?: PartReader } = {
  picture: (fields, written) => {
    const media = mediumIn(fields, written);
    return media && { kind: 'image', media };
  },
  audio: (fields, written) => {
    const media = mediumIn(fields, written);
    const durationMs = numberOf(fields, 'dur');
    return media && { kind: 'voice', media, ...(durationMs !== undefined && { durationMs }) };
  },
  video: (fields, written) => {
    const media = mediumIn(fields, written);
    return media && { kind: 'video', media };
  },
  file: (fields, written) => {
    const media = mediumIn(fields, written);
    return media && { kind: 'file', name: media.name ?? '', media };
  },
  merge: (fields) => {
    const lines = listOf(fields, 'list').flatMap((entry) => textOf(entry, 'content') ?? []);
    const text = [textOf(fields, 'title'), ...lines].filter((line) => line !== undefined).join('\n');
    return text === '' ? undefined : { kind: 'text', text };
  },
  card: (fields) => {
    const url = webUrlIn(fields, 'url');
    const title = textOf(fields, 'title') ?? textOf(fields, 'name');
    if (url === undefined || title === undefined) return undefined;
    const description = textOf(fields, 'desc') ?? textOf(fields, 'description');
    const pictureUrl = webUrlIn(fields, 'picture') ?? webUrlIn(fields, 'thumb');
    return {
      kind: 'link',
      title,
      url,
      ...(description !== undefined && { description }),
      ...(pictureUrl !== undefined && { pictureUrl }),
    };
  },
};

/** The visitor reads what can be read of it, and at least that there was something. */
function describeUnknown(fields: Fields, type: string): Part {
  const words = [firstText(fields), webUrlIn(fields, 'url')].filter((word) => word !== undefined);
  const text = words.length === 0 ? '[暂不支持的消息类型，请联系客服]' : words.join(' ');
  return { kind: 'unsupported', vendorKind: type, text };
}

function firstText(fields: Fields): string | undefined {
  return ['title', 'name', 'text', 'content']
    .map((name) => textOf(fields, name))
    .find((text) => text !== undefined);
}

function mediumIn(fields: Fields, written: WrittenContent): Media | undefined {
  const url = webUrlIn(fields, 'url');
  if (url === undefined) return undefined;
  const name = textOf(fields, 'name');
  return { ...mediaOf(url, `${written.key}\n0`), ...(name !== undefined && { name }) };
}

function webUrlIn(fields: Fields, name: string): string | undefined {
  const url = textOf(fields, name);
  return url !== undefined && /^https?:\/\/[^\s]+$/i.test(url) ? url : undefined;
}

function mediaOf(url: string, key: string): Media {
  const id = `x_${createHash('sha256').update(key).digest('base64url').slice(0, 24)}`;
  return { id, from: { url } };
}

import { createHash } from 'node:crypto';
import { type Field, type Fields, numberOf, textOf } from '../../src/formats/fields.ts';
import { isHtml, readHtml } from '../../src/formats/html.ts';
import type { Media, Part } from '../../src/model/message.ts';
import type { Entry } from './entry.ts';
import { readHybrid } from './hybrid.ts';
import { readOffer, readRobot } from './robot.ts';
import { isTrue, objectsOf } from './wire.ts';

/** Something to show: a part, or a list to choose from. */
export type Shown =
  | Part
  | { readonly kind: 'choices'; readonly title: string; readonly labels: readonly string[] };

/** `key` is the event's, from which ids of media follow. */
export interface Source {
  readonly key: string;
}

/** What the visitor reads of something that cannot be shown. */
export const unsupportedText = '[暂不支持的消息类型]';

/** What a message of the stream shows (Meiqia SDK, message kinds), by the first rule that fits. Empty: nothing. */
export function readContent(entry: Entry, source: Source): readonly Shown[] {
  if (!entry.agent.isRobot) return readKind(entry, source);
  const said = entry.robot.length > 0 ? readRobot(entry, source) : readKind(entry, source);
  return [...said, ...readOffer(entry)];
}

function readKind(entry: Entry, source: Source): readonly Shown[] {
  const read = readers[entry.contentType];
  const shown = read?.(entry, source);
  if (shown !== undefined) return shown;
  const text = contentText(entry);
  const isText = text.trim() !== '';
  return [{ kind: 'unsupported', vendorKind: entry.contentType, text: isText ? text : unsupportedText }];
}

/** A text, which may hold HTML: its words, and its pictures as parts of their own. */
export function readText(text: string, { key }: Source): readonly Part[] {
  if (!isHtml(text)) return text.trim() === '' ? [] : [{ kind: 'text', text }];
  return readHtml(text, { keepLinks: false }).map((piece, index) =>
    piece.kind === 'text'
      ? { kind: 'text', text: piece.text }
      : { kind: 'image', media: mediaOf(piece.url, `${key}\n${index}`) },
  );
}

/** A web address as Meiqia writes it: some have no scheme. */
export function webUrlOf(text: string | undefined): string | undefined {
  const url = text?.startsWith('//') ? `https:${text}` : text;
  return url !== undefined && /^https?:\/\/[^\s]+$/i.test(url) ? url : undefined;
}

/** A medium at this URL; its id follows from `key`, so that a repeat is the same medium. */
export function mediaOf(url: string, key: string): Media {
  const id = `x_${createHash('sha256').update(key).digest('base64url').slice(0, 24)}`;
  return { id, from: { url } };
}

/** A list of words to choose from, with what stands before it; without words it is nothing. */
export function choicesOf(title: string, items: readonly (Field | undefined)[]): readonly Shown[] {
  const labels = items.flatMap((item) => {
    const label = labelOf(item);
    return label === '' ? [] : [label];
  });
  return labels.length === 0 ? [] : [{ kind: 'choices', title, labels }];
}

/** The text of an item; a number before it is cut off, as Meiqia's own client does before it answers. */
function labelOf(item: Field | undefined): string {
  const text = typeof item === 'string' ? item : firstText(item);
  return text.replace(/^\s*\d{1,2}[.、．]\s*/, '').trim();
}

function firstText(item: Field | undefined): string {
  if (item === undefined || typeof item === 'string' || Array.isArray(item)) return '';
  const fields = item as Fields; // no text and no list: an object
  return ['text', 'title', 'content', 'name'].map((name) => textOf(fields, name)).find((text) => text) ?? '';
}

/** `undefined`: what a message of this kind needs is not in it. */
const readers: Readonly<
  Record<string, ((entry: Entry, source: Source) => readonly Shown[] | undefined) | undefined>
> = Object.assign(Object.create(null), {
  text: (entry: Entry, source: Source) => [...readText(wordsOf(entry), source), ...operatorLines(entry)],
  photo: (entry: Entry, { key }: Source) => {
    const url = mediumUrl(entry);
    return url === undefined ? undefined : [{ kind: 'image', media: mediaOf(url, `${key}\n0`) }];
  },
  audio: (entry: Entry, { key }: Source) => {
    const url = mediumUrl(entry);
    return url === undefined ? undefined : [{ kind: 'voice', media: mediaOf(url, `${key}\n0`) }];
  },
  video: (entry: Entry, { key }: Source) => {
    const url = mediumUrl(entry);
    return url === undefined ? undefined : [{ kind: 'video', media: mediaOf(url, `${key}\n0`) }];
  },
  file: readFile,
  rich_text: readRichText,
  hybrid: (entry: Entry, source: Source) => readHybrid(entry.content, source),
});

/** Words that were masked are shown masked. */
function wordsOf(entry: Entry): string {
  const isMasked = isTrue(entry.extra, 'contains_sensitive_words');
  return (isMasked ? textOf(entry.extra, 'replaced_content') : undefined) ?? contentText(entry);
}

/** What agents attach to a text: something to copy, to call or to open. */
function operatorLines(entry: Entry): readonly Shown[] {
  const lines = objectsOf(entry.extra.operator_msg).flatMap((item) => {
    const value = textOf(item, 'value');
    return value === undefined
      ? []
      : [[textOf(item, 'name'), value].filter((word) => word !== undefined).join(': ')];
  });
  return lines.length === 0 ? [] : [{ kind: 'text', text: lines.join('\n') }];
}

function readFile(entry: Entry, { key }: Source): readonly Shown[] | undefined {
  const url = mediumUrl(entry) ?? webUrlOf(textOf(entry.extra, 'media_url'));
  const name = textOf(entry.extra, 'filename') ?? '';
  if (url === undefined) return name === '' ? undefined : [{ kind: 'file', name }];
  const size = numberOf(entry.extra, 'size');
  const media = { ...mediaOf(url, `${key}\n0`), ...(name !== '' && { name }) };
  return [
    { kind: 'file', name, media, ...(size !== undefined && { description: `${Math.ceil(size / 1024)} KB` }) },
  ];
}

/** Rich text lies beside the content, but in answers to tickets, where it is the content. */
function readRichText(entry: Entry, source: Source): readonly Shown[] | undefined {
  const words = contentText(entry);
  const inside = textOf(entry.extra, 'content') ?? '';
  const summary = textOf(entry.extra, 'summary') ?? '';
  const texts = entry.type === 'sdk' ? [words, inside, summary] : [inside, summary, words];
  return texts.map((text) => readText(text, source)).find((parts) => parts.length > 0);
}

function mediumUrl(entry: Entry): string | undefined {
  return webUrlOf(entry.mediaUrl) ?? webUrlOf(contentText(entry));
}

function contentText({ content }: Entry): string {
  return typeof content === 'string' ? content : '';
}

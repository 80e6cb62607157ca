import { createHash } from 'node:crypto';
import { type Fields, listOf, readFields } from '../../src/formats/fields.ts';
import { isHtml, readHtml } from '../../src/formats/html.ts';
import type { Media, Part } from '../../src/model/message.ts';
import { urlOf } from './answer.ts';
import type { ZhichiSettings } from './settings.ts';
import { type Content, pickText } from './wire.ts';

/** A message's type and content, as Zhichi writes them; `key` is the event's, from which ids of media follow. */
export interface WrittenContent {
  /** A word or a number; `undefined` where nothing is said. */
  readonly type: string | undefined;
  readonly content: Content;
  readonly key: string;
}

type Reading = Pick<ZhichiSettings, 'baseUrl'>;

/**
 * The parts of an agent's or robot's message. Words, numbers and JSON shapes of all the vendor's interfaces are read
 * alike, as nothing says which of them this account gets. Empty: nothing to show.
 */
export function readContent(written: WrittenContent, settings: Reading): readonly Part[] {
  return readAt({ ...written, settings, place: '0' });
}

/**
 * A text, which may hold HTML: its words, and its pictures as parts of their own. Without settings an address that is a
 * path alone is none.
 */
export function readText(text: string, key: string, settings?: Reading): readonly Part[] {
  const reading = { keepLinks: false, ...(settings && { origin: urlOf(settings, '') }) };
  const pieces = isHtml(text) ? readHtml(text, reading) : [{ kind: 'text', text } as const];
  return pieces.flatMap((piece, index): readonly Part[] => {
    if (piece.kind === 'image') return [{ kind: 'image', media: mediaOf(piece.url, `${key}\n${index}`) }];
    const words = piece.text.trim();
    return words === '' ? [] : [{ kind: 'text', text: words }];
  });
}

/** The words and addresses of parts, by which two copies of a message are known as one. */
export function wordsOf(parts: readonly Part[]): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      if ('media' in part) return part.media?.from.url ?? '';
      return JSON.stringify(part);
    })
    .join('\n')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

interface Place extends WrittenContent {
  readonly settings: Reading;
  /** Where it stands within the message. */
  readonly place: string;
}

type Kind = 'text' | 'image' | 'voice' | 'video' | 'file' | 'rich' | 'other';

/** Names as pushes have them, and the numbers under which records have them. */
const kinds: Readonly<Record<string, Kind | undefined>> = Object.assign(Object.create(null), {
  '': 'text',
  text: 'text',
  image: 'image',
  picture: 'image',
  voice: 'voice',
  audio: 'voice',
  video: 'video',
  file: 'file',
  rich: 'rich',
  richtext: 'rich',
  rich_text: 'rich',
  0: 'text',
  1: 'image',
  2: 'voice',
  3: 'rich',
} satisfies Record<string, Kind>);

function readAt(at: Place): readonly Part[] {
  const kind = kinds[(at.type ?? '').toLowerCase()] ?? 'other';
  const fields = typeof at.content === 'string' ? shapeIn(at.content) : at.content;
  if (fields !== undefined) return readShape(fields, kind, at);
  const text = typeof at.content === 'string' ? at.content : '';
  const url = kind === 'text' || kind === 'other' ? undefined : urlIn(text, at.settings);
  if (url !== undefined)
    return kind === 'rich' ? readText(text, keyOf(at), at.settings) : [mediumPart(kind, { url }, at)];
  if (kind !== 'other') return readText(text, keyOf(at), at.settings);
  const words = text.trim();
  return [unsupported(at, words === '' ? undefined : words)];
}

/** The fields of a JSON text, if it is one of the shapes that are known: an agent may write JSON too. */
function shapeIn(text: string): Fields | undefined {
  const fields = text.trimStart().startsWith('{') ? readFields(text) : undefined;
  const isShape = fields !== undefined && shapeNames.some((name) => fields[name] !== undefined);
  return isShape ? fields : undefined;
}

const shapeNames = ['msg', 'richList', 'url', 'lat', 'orderCode', 'title'];

/** The first shape that fits. */
function readShape(fields: Fields, kind: Kind, at: Place): readonly Part[] {
  const list = listOf(fields, 'richList');
  if (list.length > 0)
    return list.flatMap((entry, index) => readRich(entry, { ...at, place: String(index) }));
  const msg = pickText(fields, 'msg');
  if (msg !== undefined) {
    const type = pickText(fields, 'msgType');
    return readAt({ ...at, content: msg, type: type ?? at.type, place: `${at.place}.msg` });
  }
  return [
    readLocation(fields) ?? readOrder(fields, at) ?? readMedium(fields, kind, at) ?? readCard(fields, at),
  ];
}

/** An entry of a rich list: 0 text, 1 picture, 3 video, 2 and 4 file. */
function readRich(entry: Fields, at: Place): readonly Part[] {
  const msg = pickText(entry, 'msg') ?? '';
  const kind = richKinds[pickText(entry, 'type') ?? ''] ?? 'text';
  const url = kind === 'text' ? undefined : urlIn(msg, at.settings);
  if (url === undefined) return readText(msg, keyOf(at), at.settings);
  const name = pickText(entry, 'name');
  return [mediumPart(kind, { url, ...(name !== undefined && { name }) }, at)];
}

const richKinds: Readonly<Record<string, Kind | undefined>> = {
  1: 'image',
  2: 'file',
  3: 'video',
  4: 'file',
};

function readLocation(fields: Fields): Part | undefined {
  const [latitude, longitude] = ['lat', 'lng'].map((name) => Number(pickText(fields, name) ?? Number.NaN));
  if (latitude === undefined || longitude === undefined) return undefined;
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return undefined;
  const label = [pickText(fields, 'title'), pickText(fields, 'desc')].filter((text) => !!text).join(' ');
  return { kind: 'location', latitude, longitude, ...(label !== '' && { label }) };
}

function readOrder(fields: Fields, { settings }: Place): Part | undefined {
  const code = pickText(fields, 'orderCode');
  if (code === undefined) return undefined;
  const goods = listOf(fields, 'goods');
  const title = `订单 ${code}`;
  const description = [
    pickText(fields, 'statusCustom'),
    ...goods.map((each) => pickText(each, 'name')),
    pickText(fields, 'goodsCount') && `共 ${pickText(fields, 'goodsCount')} 件`,
    pickText(fields, 'totalFee') && `合计 ${pickText(fields, 'totalFee')}`,
  ]
    .filter((line) => !!line)
    .join('\n');
  const url = urlIn(pickText(fields, 'orderUrl'), settings);
  if (url === undefined)
    return { kind: 'text', text: [title, description].filter((text) => text).join('\n') };
  const pictureUrl = urlIn(goods[0] && pickText(goods[0], 'pictureUrl'), settings);
  return linkPart({ title, url, description, pictureUrl });
}

function readMedium(fields: Fields, kind: Kind, at: Place): Part | undefined {
  const url = urlIn(pickText(fields, 'url'), at.settings);
  if (url === undefined || pickText(fields, 'title') !== undefined) return undefined;
  const name = pickText(fields, 'fileName');
  const durationMs = readDuration(fields);
  const medium = {
    url,
    ...(name !== undefined && { name }),
    ...(durationMs !== undefined && { durationMs }),
  };
  if (kind !== 'text' && kind !== 'rich' && kind !== 'other') return mediumPart(kind, medium, at);
  if (pickText(fields, 'snapshot') !== undefined) return mediumPart('video', medium, at);
  if (durationMs !== undefined) return mediumPart('voice', medium, at);
  return name === undefined ? undefined : mediumPart('file', medium, at);
}

/** Seconds, or `mm:ss`. */
function readDuration(fields: Fields): number | undefined {
  const [, minutes = '0', seconds] =
    /^(?:(\d{1,4}):)?(\d{1,5})$/.exec(pickText(fields, 'duration') ?? '') ?? [];
  return seconds === undefined ? undefined : (Number(minutes) * 60 + Number(seconds)) * 1000;
}

function readCard(fields: Fields, at: Place): Part {
  const url = urlIn(pickText(fields, 'url'), at.settings);
  const title = pickText(fields, 'title');
  if (url === undefined || title === undefined) {
    const first = ['title', 'name', 'msg', 'content']
      .map((name) => pickText(fields, name))
      .find((text) => text);
    const words = [first, url].filter((word) => word !== undefined).join(' ');
    return unsupported(at, words === '' ? undefined : words);
  }
  const description = [pickText(fields, 'description'), pickText(fields, 'label')]
    .filter((text) => text)
    .join('\n');
  const pictureUrl = urlIn(pickText(fields, 'thumbnail'), at.settings);
  return linkPart({ title, url, description, pictureUrl });
}

function linkPart(link: {
  readonly title: string;
  readonly url: string;
  readonly description: string;
  readonly pictureUrl: string | undefined;
}): Part {
  const { title, url, description, pictureUrl } = link;
  return {
    kind: 'link',
    title,
    url,
    ...(description !== '' && { description }),
    ...(pictureUrl !== undefined && { pictureUrl }),
  };
}

function mediumPart(
  kind: Kind,
  { url, name, durationMs }: { readonly url: string; readonly name?: string; readonly durationMs?: number },
  at: Place,
): Part {
  const media: Media = { ...mediaOf(url, keyOf(at)), ...(name !== undefined && { name }) };
  switch (kind) {
    case 'image':
    case 'video':
      return { kind, media };
    case 'voice':
      return { kind, media, ...(durationMs !== undefined && { durationMs }) };
    default:
      return { kind: 'file', name: name ?? '', media };
  }
}

/** The visitor reads what can be read of it, and at least that there was something. */
function unsupported(at: Place, words: string | undefined): Part {
  return { kind: 'unsupported', vendorKind: at.type ?? 'unknown', text: words ?? '[暂不支持的消息类型]' };
}

/** Addresses come whole, without their scheme, or as a path on Zhichi's host. */
function urlIn(text: string | undefined, settings: Reading): string | undefined {
  const given = text?.trim() ?? '';
  if (/^https?:\/\/\S+$/i.test(given)) return given;
  if (/^\/\/[^\s/]\S*$/.test(given)) return `https:${given}`;
  return /^\/[^\s/]\S*$/.test(given) ? urlOf(settings, given) : undefined;
}

function mediaOf(url: string, key: string): Media {
  const id = `x_${createHash('sha256').update(key).digest('base64url').slice(0, 24)}`;
  return { id, from: { url } };
}

function keyOf({ key, place }: Place): string {
  return `${key}\n${place}`;
}

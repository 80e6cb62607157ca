import { createHash } from 'node:crypto';
import { type Fields, fieldsOf, listOf, numberOf, textOf } from '../../src/formats/fields.ts';
import { decodeEntities, isHtml, readHtml } from '../../src/formats/html.ts';
import type { Media, Part } from '../../src/model/message.ts';
import { toUnicodeEmoji } from './emoji.ts';
import type { EasemobSettings } from './settings.ts';
import type { Incoming } from './translate.ts';
import { completeUrl } from './url.ts';

/** The parts of a message that is no event, rating or menu. Empty: nothing to show. */
export function readContent(incoming: Incoming): readonly Part[] {
  return readSpecial(incoming) ?? incoming.bodies.flatMap((body, place) => readBody(incoming, body, place));
}

/** Its words alone. */
export function readWords(incoming: Incoming): readonly Part[] {
  return incoming.bodies.flatMap((body, place) =>
    textOf(body, 'type') === 'txt' ? readBody(incoming, body, place) : [],
  );
}

/** What stands in an extension, beside a text that is only for those who cannot show it. */
function readSpecial(incoming: Incoming): readonly Part[] | undefined {
  const { ext, settings } = incoming;
  const msgtype = fieldsOf(ext, 'msgtype') ?? {};
  const articles = listOf(msgtype, 'articles');
  if (articles.length > 0) {
    return articles.flatMap((article) =>
      linkOf(article, { title: 'title', description: 'description', picture: 'picurl' }, settings),
    );
  }
  const form = fieldsOf(msgtype, 'html');
  if (textOf(ext, 'type') === 'html/form' && form !== undefined) {
    return linkOf(form, { title: 'topic', description: 'desc' }, settings);
  }
  const emoji = fieldsOf(msgtype, 'customMagicEmoji');
  if (emoji !== undefined) {
    const media = mediumOf(incoming, emoji, 0);
    return media === undefined ? undefined : [{ kind: 'image', media }];
  }
  if (invitations.some((name) => msgtype[name] !== undefined && msgtype[name] !== '')) {
    const words = readWords(incoming);
    return words.length > 0 ? words : [{ kind: 'text', text: settings.inviteText }];
  }
  // Cards that the visitor sent himself.
  return fieldsOf(msgtype, 'track') || fieldsOf(msgtype, 'order') ? [] : undefined;
}

/** Video calls and white boards, which WeChat's chat has not. */
const invitations = ['sendVisitorTicket', 'roomData', 'sendVisitorCallback', 'videoPlayback'];

function linkOf(
  fields: Fields,
  names: { readonly title: string; readonly description: string; readonly picture?: string },
  { kefuBase }: EasemobSettings,
): readonly Part[] {
  const url = completeUrl(textOf(fields, 'url'), kefuBase);
  const title = textOf(fields, names.title);
  const description = textOf(fields, names.description);
  if (url === undefined) return title === undefined ? [] : [{ kind: 'text', text: title }];
  const pictureUrl = completeUrl(textOf(fields, names.picture ?? ''), kefuBase);
  return [
    {
      kind: 'link',
      title: title ?? url,
      url,
      ...(description !== undefined && { description }),
      ...(pictureUrl !== undefined && { pictureUrl }),
    },
  ];
}

type BodyReader = (incoming: Incoming, body: Fields, place: number) => readonly Part[] | undefined;

/** `undefined`: without an address there is nothing of its kind to show. */
const readers: Readonly<Record<string, BodyReader | undefined>> = Object.assign(Object.create(null), {
  txt: (incoming, body, place) => readText(incoming, textOf(body, 'msg') ?? '', place),
  img: (incoming, body, place) => {
    const media = mediumOf(incoming, body, place);
    return media && [{ kind: 'image', media }];
  },
  audio: (incoming, body, place) => {
    const media = mediumOf(incoming, body, place);
    const seconds = numberOf(body, 'length');
    return media && [{ kind: 'voice', media, ...(seconds !== undefined && { durationMs: seconds * 1000 }) }];
  },
  video: (incoming, body, place) => {
    const media = mediumOf(incoming, body, place);
    return media && [{ kind: 'video', media }];
  },
  file: (incoming, body, place) => {
    const media = mediumOf(incoming, body, place);
    return media && [{ kind: 'file', name: media.name ?? '', media }];
  },
  loc: (_incoming, body) => {
    const latitude = Number(textOf(body, 'lat'));
    const longitude = Number(textOf(body, 'lng'));
    const label = textOf(body, 'addr');
    if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return undefined;
    return [{ kind: 'location', latitude, longitude, ...(label !== undefined && { label }) }];
  },
  // Commands are for programs; the ones that are known were met before.
  cmd: () => [],
} satisfies Record<string, BodyReader>);

function readBody(incoming: Incoming, body: Fields, place: number): readonly Part[] {
  const type = textOf(body, 'type') ?? '';
  const { unsupportedText: text } = incoming.settings;
  return readers[type]?.(incoming, body, place) ?? [{ kind: 'unsupported', vendorKind: type, text }];
}

/** Agents' texts are as they wrote them; a robot's may hold HTML, or be several messages in one. */
function readText(incoming: Incoming, text: string, place: number): readonly Part[] {
  const { settings, from, weichat } = incoming;
  const plain = settings.unescapeHtml ? decodeEntities(decodeEntities(text)) : text;
  if (plain.trim() === '') return [];
  if (from.role !== 'robot') return [{ kind: 'text', text: toUnicodeEmoji(plain) }];
  const isMarked = textOf(fieldsOf(weichat, 'extRobot') ?? {}, 'laiye') === 'true';
  const list = isMarked || settings.robotJson ? readRobotList(plain) : undefined;
  return list === undefined
    ? readMarkup(incoming, plain, `${place}`)
    : list.flatMap((entry, index) => readRobotEntry(incoming, entry, `${place}.${index}`));
}

function readMarkup(incoming: Incoming, text: string, place: string): readonly Part[] {
  if (!isHtml(text)) return text.trim() === '' ? [] : [{ kind: 'text', text: toUnicodeEmoji(text) }];
  return readHtml(text, { keepLinks: false }).map((piece, index) =>
    piece.kind === 'text'
      ? { kind: 'text', text: toUnicodeEmoji(piece.text) }
      : { kind: 'image', media: { id: mediaId(incoming, `${place}.${index}`), from: { url: piece.url } } },
  );
}

interface RobotEntry {
  readonly type: string;
  readonly content: string;
}

/** `undefined`: it is no list of texts, pictures and links. */
function readRobotList(text: string): readonly RobotEntry[] | undefined {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return undefined;
  }
  return Array.isArray(list) && list.length > 0 && list.every(isRobotEntry) ? list : undefined;
}

function isRobotEntry(entry: unknown): entry is RobotEntry {
  if (typeof entry !== 'object' || entry === null) return false;
  const { type, content } = entry as { readonly type?: unknown; readonly content?: unknown }; // looked at here
  return ['text', 'image', 'richtext'].includes(String(type)) && typeof content === 'string';
}

function readRobotEntry(incoming: Incoming, { type, content }: RobotEntry, place: string): readonly Part[] {
  const url = type === 'text' ? undefined : completeUrl(content, incoming.settings.kefuBase);
  if (type === 'image' && url !== undefined) {
    return [{ kind: 'image', media: { id: mediaId(incoming, place), from: { url } } }];
  }
  if (type === 'richtext' && url !== undefined) return [{ kind: 'link', title: url, url }];
  return readMarkup(incoming, content, place);
}

/** Agents' files open by a secret, which is asked for in the address (Easemob IM, download of files). */
function mediumOf(incoming: Incoming, body: Fields, place: number): Media | undefined {
  const { kefuBase, exposeSecretUrls } = incoming.settings;
  const url = completeUrl(textOf(body, 'url'), kefuBase);
  if (url === undefined) return undefined;
  const secret = textOf(body, 'secret');
  const name = textOf(body, 'filename');
  const from =
    secret === undefined
      ? { url }
      : { url: withSecret(url, secret), ...(!exposeSecretUrls && { isSecret: true as const }) };
  return { id: mediaId(incoming, String(place)), from, ...(name !== undefined && { name }) };
}

function withSecret(url: string, secret: string): string {
  const [address = ''] = url.split('#');
  return `${address}${address.includes('?') ? '&' : '?'}share-secret=${encodeURIComponent(secret)}`;
}

function mediaId({ mark, vendorId }: Incoming, place: string): string {
  const key = [mark.id, vendorId, place].join('\n');
  return `x_${createHash('sha256').update(key).digest('base64url').slice(0, 24)}`;
}

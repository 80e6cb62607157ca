import { createHash } from 'node:crypto';
import { type Fields, textOf } from '../formats/text-fields.ts';
import type { Media, Part } from '../model/message.ts';

/**
 * The part that a message of a visitor is (WeChat, pages on receiving messages, mini-program and official account).
 * `key` is the push's: ids of media follow from it, so that a repeat names the same ones.
 */
export function decodeMessage(fields: Fields, key: string): Part {
  const type = textOf(fields, 'MsgType') ?? '';
  const read = readers[type];
  return read?.(fields, key) ?? unsupported(type, fields);
}

/** `undefined`: fields are missing without which there is nothing to show. */
type PartReader = (fields: Fields, key: string) => Part | undefined;

const readers: Readonly<Record<string, PartReader | undefined>> = Object.assign(Object.create(null), {
  text: readText,
  image: readImage,
  voice: readVoice,
  video: readVideo,
  shortvideo: readVideo,
  location: readLocation,
  link: readLink,
  file: readFile,
  miniprogrampage: readMiniProgramPage,
});

/** What official accounts get in place of stickers and the like. */
const NOT_SHOWN = '【收到不支持的消息类型，暂无法显示】';

function readText(fields: Fields): Part | undefined {
  const text = textOf(fields, 'Content') ?? '';
  if (text === NOT_SHOWN) return { kind: 'unsupported', vendorKind: 'text', text };
  const menuItem = textOf(fields, 'bizmsgmenuid');
  if (menuItem === undefined) return { kind: 'text', text };
  return { kind: 'choice', of: 'menu', option: { id: menuItem, label: text } };
}

function readImage(fields: Fields, key: string): Part | undefined {
  const media = mediaOf(key, { channelId: textOf(fields, 'MediaId'), url: textOf(fields, 'PicUrl') });
  return media && { kind: 'image', media };
}

function readVoice(fields: Fields, key: string): Part | undefined {
  const media = mediaOf(key, { channelId: textOf(fields, 'MediaId') });
  if (media === undefined) return undefined;
  const format = textOf(fields, 'Format');
  const transcript = textOf(fields, 'Recognition');
  return {
    kind: 'voice',
    media: format === undefined ? media : { ...media, type: `audio/${format.toLowerCase()}` },
    ...(transcript === undefined ? {} : { transcript }),
  };
}

function readVideo(fields: Fields, key: string): Part | undefined {
  const media = mediaOf(key, { channelId: textOf(fields, 'MediaId') });
  return media && { kind: 'video', media };
}

function readLocation(fields: Fields): Part | undefined {
  const latitude = Number(textOf(fields, 'Location_X') ?? Number.NaN);
  const longitude = Number(textOf(fields, 'Location_Y') ?? Number.NaN);
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return undefined;
  const label = textOf(fields, 'Label');
  return { kind: 'location', latitude, longitude, ...(label === undefined ? {} : { label }) };
}

function readLink(fields: Fields): Part | undefined {
  const url = textOf(fields, 'Url');
  if (url === undefined) return undefined;
  const description = textOf(fields, 'Description');
  return {
    kind: 'link',
    title: textOf(fields, 'Title') ?? url,
    url,
    ...(description === undefined ? {} : { description }),
  };
}

/** WeChat documents no way to fetch the file itself. */
function readFile(fields: Fields): Part | undefined {
  const description = textOf(fields, 'Description');
  return {
    kind: 'file',
    name: textOf(fields, 'Title') ?? '',
    ...(description === undefined ? {} : { description }),
  };
}

function readMiniProgramPage(fields: Fields, key: string): Part | undefined {
  const appid = textOf(fields, 'AppId');
  const picture = mediaOf(key, {
    channelId: textOf(fields, 'ThumbMediaId'),
    url: textOf(fields, 'ThumbUrl'),
  });
  return {
    kind: 'miniProgramPage',
    title: textOf(fields, 'Title') ?? '',
    path: textOf(fields, 'PagePath') ?? '',
    ...(appid === undefined ? {} : { appid }),
    ...(picture === undefined ? {} : { picture }),
  };
}

/** A message has one medium at most, so its key is enough to name it. */
function mediaOf(
  key: string,
  from: { readonly channelId?: string | undefined; readonly url?: string | undefined },
): Media | undefined {
  if (from.channelId === undefined && from.url === undefined) return undefined;
  const id = `x_${createHash('sha256').update(`${key}\n0`).digest('base64url').slice(0, 24)}`;
  return {
    id,
    from: {
      ...(from.channelId === undefined ? {} : { channelId: from.channelId }),
      ...(from.url === undefined ? {} : { url: from.url }),
    },
  };
}

function unsupported(type: string, fields: Fields): Part {
  const text = textOf(fields, 'Content');
  return { kind: 'unsupported', vendorKind: type, ...(text === undefined ? {} : { text }) };
}

import { isRecord, type JsonRecord } from '../json.ts';
import type { ApiParts } from './api.ts';

/** What `kf/send_msg` takes. */
export const windowTypes: readonly string[] = [
  'text',
  'image',
  'voice',
  'video',
  'file',
  'link',
  'miniprogram',
  'msgmenu',
  'location',
];

/** What is wrong with a message's type, and with the object of that name. */
export function findContentFault(
  parts: Pick<ApiParts, 'shelf' | 'now'>,
  fields: JsonRecord,
  types: readonly string[],
): number | undefined {
  const type = String(fields.msgtype);
  const content = fields[type];
  if (!types.includes(type)) return 40008;
  if (!isRecord(content)) return 40058;
  switch (type) {
    case 'text':
      return findTextFault(content.content);
    case 'msgmenu':
      return findMenuFault(content);
    case 'location':
      return findLocationFault(content);
    case 'link':
      return findLinkFault(parts, content);
    case 'miniprogram':
      return typeof content.appid === 'string' && typeof content.pagepath === 'string'
        ? findMediumFault(parts, content.thumb_media_id, 'image')
        : 40058;
    default:
      return findMediumFault(parts, content.media_id, type);
  }
}

function findTextFault(text: unknown): number | undefined {
  if (typeof text !== 'string' || text === '') return 44004;
  return Buffer.byteLength(text) > 2048 ? 45002 : undefined;
}

function findMenuFault({ head_content: head, list }: JsonRecord): number | undefined {
  if (head !== undefined && (typeof head !== 'string' || Buffer.byteLength(head) > 1024)) return 95008;
  if (!Array.isArray(list) || list.length < 1 || list.length > 10) return 95008;
  const areClicks = list.every((item) => {
    const click = isRecord(item) && item.type === 'click' && isRecord(item.click) ? item.click : undefined;
    const { id, content } = click ?? {};
    return isShort(id, 64) && isShort(content, 128);
  });
  return areClicks ? undefined : 95009;
}

function isShort(text: unknown, most: number): boolean {
  return typeof text === 'string' && text !== '' && Buffer.byteLength(text) <= most;
}

/** It must have been uploaded as what it is sent as. */
function findMediumFault(
  { shelf, now }: Pick<ApiParts, 'shelf' | 'now'>,
  id: unknown,
  type: string,
): number | undefined {
  const file = shelf.get(String(id ?? ''));
  return file === undefined || file.until <= now() || file.type !== type ? 40007 : undefined;
}

function findLinkFault(parts: Pick<ApiParts, 'shelf' | 'now'>, content: JsonRecord): number | undefined {
  const { title, url } = content;
  if (typeof title !== 'string' || typeof url !== 'string' || Buffer.byteLength(url) > 2048) return 40058;
  if (!/^https?:\/\//.test(url)) return 45034;
  return findMediumFault(parts, content.thumb_media_id, 'image');
}

function findLocationFault({ latitude, longitude, name, address }: JsonRecord): number | undefined {
  const isWithin = (value: unknown, most: number) => typeof value === 'number' && Math.abs(value) <= most;
  const areWords = typeof name === 'string' && typeof address === 'string';
  return isWithin(latitude, 90) && isWithin(longitude, 180) && areWords ? undefined : 40058;
}

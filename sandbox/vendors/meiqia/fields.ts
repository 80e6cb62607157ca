import { isRecord, type JsonRecord } from '../json.ts';
import type { StoredFile } from './files.ts';
import type { Floor, Visitor } from './floor.ts';

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed();
}

export function isWord(value: unknown): value is string {
  return isText(value) && value !== '';
}

/** The first field that is not as it has to be; fields nobody asked for are faults, as the app sends none. */
export function findFault(
  body: JsonRecord,
  fields: Readonly<Record<string, (value: unknown) => boolean>>,
): string | undefined {
  const extra = Object.keys(body).find((name) => !(name in fields));
  return extra ?? Object.keys(fields).find((name) => !fields[name]?.(body[name]));
}

export function optional(check: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || check(value);
}

export function isOneOf(...words: readonly unknown[]): (value: unknown) => boolean {
  return (value) => words.includes(value);
}

/** `ent_id` is a number in some calls, a text elsewhere. */
export function isEnterprise(floor: Floor, as: 'number' | 'text'): (value: unknown) => boolean {
  const { entId } = floor.settings();
  return (value) => value === (as === 'number' ? Number(entId) : entId);
}

export function isTrackOf(visitor: Visitor): (value: unknown) => boolean {
  return (value) => value === visitor.trackId;
}

/** The thumbnail is a view of the video itself. */
export function isExtraOfVideo(value: unknown, { url, bytes }: StoredFile): boolean {
  if (!isRecord(value)) return false;
  const fault = findFault(value, {
    thumb_url: isOneOf(`${url}?x-oss-process=video/snapshot,t_0,f_jpg,w_0,h_0,ar_auto`),
    filename: isWord,
    size: isOneOf(bytes.length),
    type: isOneOf('video'),
  });
  return fault === undefined;
}

/** A product card has all of its four parts. */
export function isCards(content: string): boolean {
  try {
    const list: unknown = JSON.parse(content);
    return Array.isArray(list) && list.length > 0 && list.every(isProductCard);
  } catch {
    return false;
  }
}

function isProductCard(element: unknown): boolean {
  if (!isRecord(element) || element.type !== 'product_card' || !isRecord(element.body)) return false;
  const { body } = element;
  const fault = findFault(body, {
    title: isWord,
    description: isWord,
    pic_url: isWord,
    product_url: isWord,
    sales_count: Number.isSafeInteger,
  });
  return fault === undefined;
}

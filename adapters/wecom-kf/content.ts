import { createHash } from 'node:crypto';
import { type Field, type Fields, fieldsOf, listOf, readFields, textOf } from '../../src/formats/fields.ts';
import type { Media, Part } from '../../src/model/message.ts';
import { fileUrl } from './files.ts';

/** What a message of the kf chat says. `id` is the message's; the same gives the same media. */
export function readContent(type: string, content: Fields, given: Given): readonly Part[] {
  const read = readers[type];
  return (read?.(content, given) ?? [unsupported(type)]).filter(
    (part) => part.kind !== 'text' || part.text !== '',
  );
}

interface Given {
  readonly id: string;
  readonly settings: Parameters<typeof fileUrl>[0];
}

/** A medium that WeCom keeps for three days. The same message gives the same. */
export function mediumOf({ id, settings }: Given, mediaId: string | undefined): Media {
  return {
    id: `x_${createHash('sha256').update(`wecom\n${id}`).digest('base64url').slice(0, 20)}`,
    from: mediaId === undefined ? {} : { url: fileUrl(settings, mediaId), isSecret: true },
  };
}

/** A short word for a part that is no text. */
export function labelOf(part: Part): string {
  return labels[part.kind] ?? '消息';
}

const labels: Readonly<Partial<Record<Part['kind'], string>>> = {
  image: '图片',
  voice: '语音',
  video: '视频',
  file: '文件',
  link: '链接',
  miniProgramPage: '小程序',
  location: '位置',
};

type Reader = (content: Fields, given: Given) => readonly Part[] | undefined;

const readers: Readonly<Record<string, Reader | undefined>> = Object.assign(Object.create(null), {
  text: (content) => [{ kind: 'text', text: textOf(content, 'content') ?? '' }],
  image: (content, given) => [{ kind: 'image', media: mediumIn(content, given) }],
  voice: (content, given) => [{ kind: 'voice', media: mediumIn(content, given) }],
  video: (content, given) => [{ kind: 'video', media: mediumIn(content, given) }],
  // Its name comes only with the file itself.
  file: (content, given) => [{ kind: 'file', name: '文件', media: mediumIn(content, given) }],
  location: readLocation,
  link: readLink,
  miniprogram: readMiniProgram,
  msgmenu: readMenu,
  merged_msg: (content) => [
    described('merged_msg', `[聊天记录] ${words(content, 'title')}`, mergedLines(content)),
  ],
  business_card: (content) => [described('business_card', `[名片] ${words(content, 'userid')}`)],
  channels: (content) => [
    described('channels', `[视频号] ${words(content, 'nickname')} ${words(content, 'title')}`.trim()),
  ],
  channels_shop_product: (content) => [
    described('channels_shop_product', `[商品] ${words(content, 'title')}`, [
      priceOf(content),
      words(content, 'shop_nickname'),
      words(content, 'product_id'),
    ]),
  ],
  channels_shop_order: (content) => [
    described('channels_shop_order', `[订单] ${words(content, 'product_titles')}`, [
      words(content, 'price_wording'),
      words(content, 'state'),
      words(content, 'order_id'),
    ]),
  ],
} satisfies Record<string, Reader>);

function mediumIn(content: Fields, given: Given): Media {
  return mediumOf(given, textOf(content, 'media_id'));
}

function readLocation(content: Fields): readonly Part[] | undefined {
  const [latitude, longitude] = [Number(textOf(content, 'latitude')), Number(textOf(content, 'longitude'))];
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return undefined;
  const label = [textOf(content, 'name'), textOf(content, 'address')]
    .filter((word) => word !== undefined)
    .join(' ');
  return [{ kind: 'location', latitude, longitude, ...(label !== '' && { label }) }];
}

function readLink(content: Fields): readonly Part[] | undefined {
  const url = textOf(content, 'url');
  if (url === undefined || !/^https?:\/\//i.test(url)) return undefined;
  const description = textOf(content, 'desc');
  const pictureUrl = textOf(content, 'pic_url');
  return [
    {
      kind: 'link',
      title: textOf(content, 'title') ?? url,
      url,
      ...(description !== undefined && { description }),
      ...(pictureUrl !== undefined && { pictureUrl }),
    },
  ];
}

function readMiniProgram(content: Fields): readonly Part[] | undefined {
  const appid = textOf(content, 'appid');
  const path = textOf(content, 'pagepath');
  if (appid === undefined || path === undefined) return undefined;
  return [{ kind: 'miniProgramPage', title: textOf(content, 'title') ?? '', path, appid }];
}

function readMenu(content: Fields): readonly Part[] {
  const items = listOf(content, 'list').map((item) => {
    const inner = fieldsOf(item, textOf(item, 'type') ?? '') ?? {};
    return textOf(inner, 'content') ?? '';
  });
  const lines = [textOf(content, 'head_content'), ...items, textOf(content, 'tail_content')];
  return [{ kind: 'text', text: lines.filter((line) => line !== undefined && line !== '').join('\n') }];
}

/** Each entry of a merged message holds its own as a JSON text. */
function mergedLines(content: Fields): readonly string[] {
  const items = [...listOf(content, 'item'), ...listOf(content, 'items')];
  return items.map((item) => {
    const inner = readFields(textOf(item, 'msg_content') ?? '') ?? {};
    const type = textOf(inner, 'msgtype') ?? textOf(item, 'msgtype') ?? '';
    const text = textOf(fieldsOf(inner, 'text') ?? {}, 'content') ?? `[${type}]`;
    return `${words(item, 'sender_name')}：${text}`;
  });
}

function priceOf(content: Fields): string {
  const cents = words(content, 'sales_price');
  return /^\d{1,12}$/.test(cents) ? `¥${(Number(cents) / 100).toFixed(2)}` : cents;
}

function words(content: Fields, name: string): string {
  const field: Field | undefined = content[name];
  return typeof field === 'string' ? field : '';
}

function described(vendorKind: string, title: string, lines: readonly string[] = []): Part {
  return {
    kind: 'unsupported',
    vendorKind,
    text: [title, ...lines].filter((line) => line.trim() !== '').join('\n'),
  };
}

function unsupported(vendorKind: string): Part {
  return { kind: 'unsupported', vendorKind };
}

/** The line that stands for a part where only text can be shown. */
export function writePart(part: Part): string {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'voice':
      return join(' ', '[语音]', part.transcript);
    case 'file':
      return join(' ', '[文件]', part.name);
    case 'link':
      return join('\n', part.title, part.url);
    case 'miniProgramPage':
      return join(' ', '[小程序]', part.title);
    case 'location':
      return join(' ', '[位置]', part.label, `(${part.latitude},${part.longitude})`);
    case 'menu':
      return join('\n', part.text, ...part.options.map(({ label }, index) => `${index + 1}. ${label}`));
    case 'choice':
      return part.option.label;
    case 'event':
      return '';
    case 'unsupported':
      return part.text ?? `[暂不支持的消息] ${part.vendorKind}`;
    default:
      return `[${labelOf(part)}]`;
  }
}

function join(by: string, ...words: readonly (string | undefined)[]): string {
  return words.filter((word) => word !== undefined && word !== '').join(by);
}

import { mediumOf } from '../model/medium.ts';
import type { Media, Part } from '../model/message.ts';
import { numberOptions } from '../model/options.ts';

/**
 * The words that stand for a part which is not shown as what it is; `url` is where its medium lies. Empty: nothing to
 * say.
 */
export function describePart(part: Part, url = addressOf(mediumOf(part)) ?? ''): string {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'image':
      return labelled('图片', url);
    case 'voice':
      return labelled('语音', part.transcript ?? '', url);
    case 'video':
      return labelled('视频', url);
    case 'file':
      return labelled('文件', part.name, part.description ?? '', url);
    case 'link':
      return joinLines(part.title, part.description ?? '', part.url);
    case 'miniProgramPage':
      return labelled('小程序', part.title);
    case 'location':
      return labelled('位置', part.label ?? '', `${part.latitude},${part.longitude}`);
    case 'menu':
      return joinLines(part.text, numberOptions(part.options), part.tail ?? '');
    case 'choice':
      return part.option.label;
    case 'event':
      return '';
    case 'unsupported':
      return part.text ?? labelled('暂不支持的消息');
    default:
      return part satisfies never;
  }
}

/** The words for parts that go as one text; `mediaUrl` tells where a medium lies. */
export async function wordsOf(
  parts: readonly Part[],
  mediaUrl: (media: Media) => Promise<string | undefined>,
): Promise<string> {
  const lines = await Promise.all(
    parts.map(async (part) => {
      const media = mediumOf(part);
      return describePart(part, media && (await mediaUrl(media)));
    }),
  );
  return lines.filter((line) => line !== '').join('\n');
}

/** The same before anybody was asked where media lie: as long as it will be. Pure. */
export function wordsToBe(parts: readonly Part[]): string {
  return parts.map((part) => describePart(part, mediumOf(part) && standIn)).join('\n');
}

/** As long as the address of a medium, which is known only when it is sent. */
const standIn = `https://${'x'.repeat(200)}`;

/** Where the sender says that a medium lies, if a visitor may know. */
export function addressOf(media: Media | undefined): string | undefined {
  if (media?.from.isSecret) return undefined;
  const url = media?.from.url;
  return url !== undefined && isWebUrl(url) ? url : undefined;
}

export function isWebUrl(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url);
}

/** The line that leads to the whole of a text of which only the beginning is shown. */
export function wholeTextLine(url: string): string {
  return labelled('全文', url);
}

function labelled(label: string, ...words: readonly string[]): string {
  return [`[${label}]`, ...words.filter((word) => word !== '')].join(' ');
}

function joinLines(...lines: readonly string[]): string {
  return lines.filter((line) => line !== '').join('\n');
}

/**
 * A text in which every link is one that WeChat takes. Links to mini-programs stay where their appid is among `appids`
 * (WeChat refuses the whole text for any other, code 45086); of other `<a>` stay their words, and their address where it
 * is http or https. Never takes a word away; the same again for what it gave.
 */
export function makeLinksSafe(text: string, appids: readonly string[]): string {
  let safe = text;
  // What is left when a tag goes may read as a tag itself; each pass leaves fewer of them.
  for (let pass = 0; pass < mostPasses; pass += 1) {
    const next = breakOddLinks(replaceLinks(safe, appids), appids);
    if (next === safe) return safe;
    safe = next;
  }
  return safe.replaceAll(/<(?=\/?a\b)/gi, '＜');
}

const mostPasses = 20;

const attribute = String.raw`\s+[a-z][\w:-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>=]+))?`;
const tag = new RegExp(`<a((?:${attribute})*)\\s*/?>|</a\\s*>`, 'gi');
const eachAttribute = /\s+([a-z][\w:-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=]+)))?/gi;

function replaceLinks(text: string, appids: readonly string[]): string {
  const tags = [...text.matchAll(tag)];
  let written = '';
  let at = 0;
  for (let index = 0; index < tags.length; index += 1) {
    const [opening, closing] = [tags[index], tags[index + 1]];
    if (opening === undefined) break;
    written += text.slice(at, opening.index);
    at = opening.index + opening[0].length;
    if (isClosing(opening)) continue;
    const link = readLink(opening[1] ?? '');
    if (closing !== undefined && isClosing(closing)) {
      const words = text.slice(at, closing.index);
      at = closing.index + closing[0].length;
      index += 1;
      written += canStay(link, words, appids) ? writeLink(link, words) : writeWords(link, words, text[at]);
    } else {
      // Nothing says where its words end. A bare `<a>` may be no link at all.
      written += opening[1] ? writeWords(link, '', text[at]) : opening[0];
    }
  }
  return written + text.slice(at);
}

function isClosing([whole]: RegExpMatchArray): boolean {
  return whole.startsWith('</');
}

interface Link {
  /** http or https. */
  readonly url?: string;
  /** As written, whatever it is. */
  readonly href?: string;
  readonly appids: readonly string[];
  readonly path?: string;
}

function readLink(attributes: string): Link {
  const all = [...attributes.matchAll(eachAttribute)].map(
    ([, name = '', quoted, single, bare]) => [name.toLowerCase(), quoted ?? single ?? bare ?? ''] as const,
  );
  const find = (wanted: string) => all.find(([name]) => name === wanted)?.[1];
  const href = find('href')?.trim();
  const url = href === undefined ? undefined : webUrl(href);
  const path = find('data-miniprogram-path');
  return {
    appids: all.filter(([name]) => name === 'data-miniprogram-appid').map(([, appid]) => appid.trim()),
    ...(href !== undefined && { href }),
    ...(url !== undefined && { url }),
    ...(path !== undefined && { path }),
  };
}

function webUrl(href: string): string | undefined {
  const url = URL.parse(href);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  // Signs that could be read as a tag, or end the address, are written as URLs write them.
  return /^https?:\/\/[^\s<>"'`]+$/i.test(href) ? href : url.href.replaceAll("'", '%27');
}

function canStay({ appids: [appid, ...others], href, url }: Link, words: string, own: readonly string[]) {
  return (
    appid !== undefined &&
    own.includes(appid) &&
    others.length === 0 &&
    (href === undefined || url !== undefined) &&
    words.trim() !== '' &&
    !/[<>]/.test(words)
  );
}

/** One way to write a link, so that a link that stays is found as it was. */
function writeLink({ url, appids: [appid = ''], path }: Link, words: string): string {
  const attributes = [
    ...(url === undefined ? [] : [`href="${url}"`]),
    `data-miniprogram-appid="${appid}"`,
    ...(path === undefined
      ? []
      : [`data-miniprogram-path="${path.replaceAll(/[<>"]/g, encodeURIComponent)}"`]),
  ];
  return `<a ${attributes.join(' ')}>${words}</a>`;
}

function writeWords({ url }: Link, words: string, next: string | undefined): string {
  if (url === undefined || words.includes(url)) return words;
  const end = next === undefined || /\s/.test(next) ? '' : ' ';
  return words.trim() === '' ? `${words}${url}${end}` : `${words} ${url}${end}`;
}

/** What is no whole tag and yet could be read as a link is no tag any more. */
function breakOddLinks(text: string, own: readonly string[]): string {
  return text
    .split(/(?<=>)/)
    .map((chunk) => {
      const named = /^[\s\S]*(?:data-miniprogram-appid|href)/i.exec(chunk)?.[0];
      if (named === undefined || isOwnTag(chunk, own)) return chunk;
      return named.replaceAll(/<(?=a\b)/gi, '＜') + chunk.slice(named.length);
    })
    .join('');
}

function isOwnTag(chunk: string, own: readonly string[]): boolean {
  const written =
    /<a (?:href="[^"]*" )?data-miniprogram-appid="([^"]*)"(?: data-miniprogram-path="[^"]*")?>$/.exec(chunk);
  const before = chunk.slice(0, written?.index);
  return written !== null && own.includes(written[1] ?? '') && !/<a\b/i.test(before);
}

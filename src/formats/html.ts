/** What a text with markup comes to: words, and the pictures between them. */
export type HtmlPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly url: string };

/**
 * Whether a text is HTML: it holds a tag with the name of an HTML element and attributes in proper form, so that
 * `x<y and y>z` stays what somebody wrote. Pure.
 */
export function isHtml(text: string): boolean {
  return tagPattern.test(text.slice(0, maxLength));
}

/** How HTML is read. */
export interface HtmlReading {
  readonly keepLinks: boolean;
  /** Where an address that is a path alone belongs, such as `https://a.example`; without it such a one is none. */
  readonly origin?: string;
}

/** Turns HTML into texts and pictures: the only markup WeChat may be given is a link. Never throws. */
export function readHtml(html: string, given: HtmlReading): readonly HtmlPiece[] {
  const walk: Walk = { ...given, pieces: [], words: '', link: undefined };
  let from = 0;
  for (const match of html.slice(0, maxLength).matchAll(tokenPattern)) {
    walk.words += decodeEntities(html.slice(from, match.index));
    from = match.index + match[0].length;
    const [, closes, name, attributes] = match;
    if (name !== undefined) walkTag(walk, { name: name.toLowerCase(), closes: closes === '/', attributes });
  }
  walk.words += decodeEntities(html.slice(from, maxLength));
  endLink(walk);
  endText(walk);
  return walk.pieces;
}

interface Walk extends HtmlReading {
  readonly pieces: HtmlPiece[];
  words: string;
  /** The open link, and where its words begin. */
  link: { readonly url: string; readonly at: number } | undefined;
}

interface Tag {
  readonly name: string;
  readonly closes: boolean;
  readonly attributes: string | undefined;
}

/** Longer texts than any agent writes are cut. */
const maxLength = 100_000;

function walkTag(walk: Walk, tag: Tag): void {
  if (tag.name === 'a') {
    endLink(walk);
    const url = tag.closes ? undefined : webUrlIn(tag, 'href', walk);
    if (url !== undefined) walk.link = { url, at: walk.words.length };
  } else if (tag.name === 'img') {
    const url = webUrlIn(tag, 'src', walk);
    if (url === undefined) return;
    endText(walk);
    walk.pieces.push({ kind: 'image', url });
  } else if (tag.name === 'br' || (tag.closes && blocks.has(tag.name))) {
    walk.words += '\n';
  } else if (blocks.has(tag.name) && walk.words !== '' && !walk.words.endsWith('\n')) {
    walk.words += '\n';
  }
}

function endLink(walk: Walk): void {
  const { link } = walk;
  if (link === undefined) return;
  walk.link = undefined;
  const words = walk.words.slice(link.at);
  walk.words = walk.words.slice(0, link.at) + writeLink(words, link.url, walk.keepLinks);
}

function writeLink(words: string, url: string, keepLinks: boolean): string {
  const label = words.trim();
  if (label === '' || label === url) return url;
  return keepLinks ? `<a href="${url.replaceAll('"', '%22')}">${label}</a>` : `${words} (${url})`;
}

function endText(walk: Walk): void {
  // A picture within a link ends the words before it; the link goes on behind it.
  const { link } = walk;
  endLink(walk);
  const lines = walk.words.split('\n').map((line) => line.trimEnd());
  const text = lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
  if (text !== '' && text !== link?.url) walk.pieces.push({ kind: 'text', text });
  walk.words = '';
  walk.link = link && { url: link.url, at: 0 };
}

function webUrlIn({ attributes }: Tag, name: string, { origin }: HtmlReading): string | undefined {
  for (const [, found, double, single, bare] of (attributes ?? '').matchAll(attributePattern)) {
    if (found?.toLowerCase() !== name) continue;
    const url = decodeEntities(double ?? single ?? bare ?? '').trim();
    const whole = url.startsWith('//') ? `https:${url}` : url.startsWith('/') ? `${origin ?? ''}${url}` : url;
    return /^https?:\/\/[^\s<>]+$/i.test(whole) ? whole : undefined;
  }
  return undefined;
}

/** Turns character references into characters, once; what is none stays. */
export function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities[name as string] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : '';
  });
}

const entities: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null), {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ensp: ' ',
  emsp: ' ',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  middot: '·',
  ldquo: '“',
  rdquo: '”',
  lsquo: '‘',
  rsquo: '’',
  yen: '¥',
  times: '×',
  copy: '©',
  reg: '®',
});

const blocks = new Set(
  'address article aside blockquote center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tr ul'.split(
    ' ',
  ),
);

const inline =
  'a abbr audio b big body br button cite code del em embed font head html i iframe img input ins kbd label link mark meta object q s samp script small source span strike strong style sub sup svg tbody td tfoot th thead title u var video';

const names = [...blocks, ...inline.split(' ')].sort((a, b) => b.length - a.length).join('|');
const value = `"[^"]*"|'[^']*'|[^\\s"'=<>\`]+`;
const attribute = `\\s+[a-z_:@][\\w:.-]*\\s*=\\s*(?:${value})`;
const tag = `<(/?)(${names})((?:${attribute})*)\\s*/?>`;
const tagPattern = new RegExp(tag, 'i');
// What is never closed hides the rest, as in a browser; and so no text makes the search start over and over.
const hidden = '<!--[^]*?(?:-->|$)|<(?:script|style)\\b[^]*?(?:</(?:script|style)\\s*>|$)';
const tokenPattern = new RegExp(`${hidden}|${tag}`, 'gi');
const attributePattern = /([a-z_:@][\w:.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))/gi;

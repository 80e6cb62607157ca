/** A line that the visitor wrote in the mini-program. */
export interface Line {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
}

/** The newest lines, and how many older ones are no longer there. */
export interface Lines {
  readonly newest: readonly Line[];
  readonly left: number;
}

export const noLines: Lines = { newest: [], left: 0 };

/** More are not shown in a transcript. */
const mostLines = 50;
const mostLineBytes = 600;
/** One message of the kf chat (WeCom, `kf/send_msg`). */
const mostBytes = 2048;

export function addLine({ newest, left }: Lines, { at, text }: Line): Lines {
  const line = { at, text: cutBytes(text, mostLineBytes) };
  const all = [...newest, line];
  return all.length <= mostLines ? { newest: all, left } : { newest: all.slice(1), left: left + 1 };
}

/** What was written since agents were told. */
export function withoutTold({ newest }: Lines, toldUntil: number): Lines {
  return { newest: newest.filter(({ at }) => at > toldUntil), left: 0 };
}

/**
 * What agents read of what was written before, in at most so many messages; the visitor reads it too. The newest lines
 * are kept. Empty: there is nothing. Pure.
 */
export function writeTranscript({ newest, left }: Lines, most = 1): readonly string[] {
  if (newest.length === 0) return [];
  const lines = newest.map(({ at, text }) => `${timeOf(at)} 我：${text}`);
  const pages: string[][] = [[]];
  let used = 0;
  let shown = 0;
  for (const line of lines.toReversed()) {
    const bytes = Buffer.byteLength(line) + 1;
    if (used + bytes > mostBytes - reservedBytes) {
      if (pages.length === most) break;
      pages.unshift([]);
      used = 0;
    }
    pages[0]?.unshift(line);
    used += bytes;
    shown += 1;
  }
  const omitted = left + lines.length - shown;
  return pages.map((page, index) => {
    const tail = index === pages.length - 1 && omitted > 0 ? [`（更早的 ${omitted} 条已省略）`] : [];
    return [title, ...page, ...tail].join('\n');
  });
}

const title = '【小程序咨询记录】';
/** For the title, and the line about what is left out. */
const reservedBytes = 100;

/** Cuts a text to so many bytes of UTF-8, never within a character. */
export function cutBytes(text: string, most: number): string {
  const [first = ''] = splitBytes(text, most - 3);
  return Buffer.byteLength(text) <= most ? text : `${first}…`;
}

/** The pieces of a text, each of at most so many bytes of UTF-8, never cut within a character. */
export function splitBytes(text: string, most: number): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  let bytes = 0;
  for (const character of text) {
    const size = Buffer.byteLength(character);
    if (bytes + size > most && piece !== '') {
      pieces.push(piece);
      piece = '';
      bytes = 0;
    }
    piece += character;
    bytes += size;
  }
  return piece === '' ? pieces : [...pieces, piece];
}

/** `11-23 10:02`, as clocks in China show it. */
export function timeOf(at: number): string {
  return new Date(at + chinaIsAheadMs).toISOString().slice(5, 16).replace('T', ' ');
}

const chinaIsAheadMs = 8 * 3_600_000;

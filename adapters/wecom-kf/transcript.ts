/** What agents of the kf chat have not been told yet. */
export interface Untold {
  /** Oldest first. */
  readonly lines: readonly Line[];
  /** How many older ones there are. */
  readonly left: number;
  /** The sequence up to which agents know all once these are told. */
  readonly until: number;
}

export interface Line {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: '我' | '客服';
  readonly text: string;
}

/** One message of the kf chat (WeCom, `kf/send_msg`). */
const mostBytes = 2048;

/**
 * What agents read of what was written before, in at most so many messages; the visitor reads it too. The newest lines
 * are kept. Empty: there is nothing. Pure.
 */
export function writeTranscript(
  { lines, left }: Pick<Untold, 'lines' | 'left'>,
  most = 1,
): readonly string[] {
  if (lines.length === 0) return [];
  const pages: string[][] = [[]];
  let used = 0;
  let shown = 0;
  for (const { at, by, text } of lines.toReversed()) {
    const line = `${timeOf(at)} ${by}：${text}`;
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

/** `11-23 10:02`, as clocks in China show it. */
export function timeOf(at: number): string {
  return new Date(at + chinaIsAheadMs).toISOString().slice(5, 16).replace('T', ' ');
}

const chinaIsAheadMs = 8 * 3_600_000;

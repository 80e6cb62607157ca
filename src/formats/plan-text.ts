import { shortenText, splitText } from './break-text.ts';
import { wholeTextLine } from './describe-part.ts';

export interface TextPlan {
  /** What is sent now. */
  readonly text: string;
  /** Where the next send of this text begins; left out where nothing is left of it. */
  readonly from?: number;
}

/**
 * The next send of a text. One that is too long is split where so many sends may be spent on it; else its beginning goes
 * with a link to the whole, and where there can be no link it is split after all: nothing is lost.
 */
export async function planText(
  whole: string,
  given: {
    /** So much is sent already, in UTF-16 units. */
    readonly from: number;
    readonly maxBytes: number;
    /** How many sends this text may take from here on. */
    readonly sends: number;
    /** Keeps the whole where a link can lead. */
    readonly keepText: (text: string) => Promise<string | undefined>;
  },
): Promise<TextPlan> {
  const rest = whole.slice(given.from);
  const [first = '', ...others] = splitText(rest, given.maxBytes);
  if (others.length === 0) return { text: rest };
  const short = others.length < given.sends ? undefined : await shortenWithLink(whole, rest, given);
  return short === undefined ? { text: first.trimEnd(), from: given.from + first.length } : { text: short };
}

async function shortenWithLink(
  whole: string,
  rest: string,
  { maxBytes, keepText }: Pick<Parameters<typeof planText>[1], 'maxBytes' | 'keepText'>,
): Promise<string | undefined> {
  const url = await keepText(whole);
  if (url === undefined) return undefined;
  const line = `\n${wholeTextLine(url)}`;
  const room = maxBytes - Buffer.byteLength(line);
  return room < leastRoom ? undefined : `${shortenText(rest, room)}${line}`;
}

/** With less the visitor would not know what the link leads to. */
const leastRoom = 32;

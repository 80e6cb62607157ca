const characters = new Intl.Segmenter('zh', { granularity: 'grapheme' });

/** What a piece of text may measure. Bytes are those of UTF-8 within JSON, where quotes and line ends have two. */
export interface TextLimit {
  readonly maxBytes: number;
  readonly maxChars: number;
}

/**
 * Cuts a text to pieces that fit, never within a character as people see it, unless one alone is longer than a piece. Joined,
 * they are the text. `maxBytes` is at least 12.
 */
export function splitText(text: string, limit: TextLimit): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  let size = noSize;
  for (const character of charactersOf(text, limit)) {
    const added = measure(character);
    const isFull = size.bytes + added.bytes > limit.maxBytes || size.chars + added.chars > limit.maxChars;
    if (isFull && piece !== '') {
      pieces.push(piece);
      piece = '';
      size = noSize;
    }
    piece += character;
    size = { bytes: size.bytes + added.bytes, chars: size.chars + added.chars };
  }
  return piece === '' ? pieces : [...pieces, piece];
}

interface Size {
  readonly bytes: number;
  readonly chars: number;
}

const noSize: Size = { bytes: 0, chars: 0 };

function measure(text: string): Size {
  return { bytes: Buffer.byteLength(JSON.stringify(text)) - 2, chars: text.length };
}

function* charactersOf(text: string, { maxBytes, maxChars }: TextLimit): Iterable<string> {
  for (const { segment } of characters.segment(text)) {
    const { bytes, chars } = measure(segment);
    if (bytes <= maxBytes && chars <= maxChars) yield segment;
    else yield* segment;
  }
}

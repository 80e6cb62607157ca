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

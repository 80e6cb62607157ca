/** Cuts a text to pieces of at most `maxChars` UTF-16 units, never within a character. Joined, they are the text. */
export function splitText(text: string, maxChars: number): readonly string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    let end = Math.min(from + maxChars, text.length);
    const isWithinPair = end < text.length && isHighSurrogate(text, end - 1) && end - 1 > from;
    if (isWithinPair) end -= 1;
    pieces.push(text.slice(from, end));
    from = end;
  }
  return pieces;
}

function isHighSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit <= 0xdbff;
}

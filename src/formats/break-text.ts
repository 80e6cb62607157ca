/**
 * The pieces that a text is sent in, each of at most `maxBytes` of UTF-8; joined they are the text. A piece ends after a
 * paragraph, else a line, a sentence, a word, if that leaves it at least half full, else between two characters as
 * people see them. URLs and links are broken only where one alone is longer than a piece. `maxBytes` is at least 4.
 */
export function splitText(text: string, maxBytes: number): readonly string[] {
  const atoms = fitAtoms(atomsOf(text), maxBytes);
  const pieces: string[] = [];
  for (let start = 0; start < atoms.length; ) {
    const end = endOfPiece(atoms, start, maxBytes);
    pieces.push(atoms.slice(start, end).join(''));
    start = end;
  }
  return pieces;
}

/** Cuts a text to `maxBytes` of UTF-8, never within a character, a URL or a link; it then ends with "…". */
export function shortenText(text: string, maxBytes: number): string {
  return shorten(text, maxBytes, Buffer.byteLength);
}

/** Cuts a title to so many UTF-16 units, in the same way. */
export function shortenTitle(text: string, maxLength: number): string {
  return shorten(text, maxLength, ({ length }) => length);
}

function shorten(text: string, max: number, measure: (text: string) => number): string {
  if (measure(text) <= max) return text;
  const room = max - measure('…');
  let size = 0;
  let kept = '';
  for (const atom of atomsOf(text)) {
    size += measure(atom);
    if (size > room) break;
    kept += atom;
  }
  return `${kept}…`;
}

const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });
/** A link with its words; a URL up to what cannot belong to it in running text. */
const whole = /<a\s[^<>]*>[^<>]*<\/a>|https?:\/\/[^\s<>"'，。！？；：、（）《》【】「」『』“”]+/giu;

/** What must not be broken, in order: characters as people see them, and URLs and links as one. */
function atomsOf(text: string): readonly string[] {
  const ends = [...text.matchAll(whole)].map((found) => ({
    start: found.index,
    end: found.index + found[0].length,
  }));
  const atoms: string[] = [];
  let next = 0;
  let last = 0; // end of the URL or link that the last atom belongs to
  for (const { segment, index } of graphemes.segment(text)) {
    while (next < ends.length && (ends[next]?.end ?? 0) <= index) next += 1;
    const within = ends[next];
    if (index < last) atoms.push((atoms.pop() ?? '') + segment);
    else atoms.push(segment);
    if (within && within.start < index + segment.length) last = within.end;
  }
  return atoms;
}

/** Atoms that are longer than a piece are taken apart after all. */
function fitAtoms(atoms: readonly string[], maxBytes: number): readonly string[] {
  const fits = (atom: string) => Buffer.byteLength(atom) <= maxBytes;
  return atoms.flatMap((atom) => {
    if (fits(atom)) return [atom];
    const characters = [...graphemes.segment(atom)].map(({ segment }) => segment);
    return characters.flatMap((character) => (fits(character) ? [character] : [...character]));
  });
}

/** The atom after the last of the piece that begins at `start`. */
function endOfPiece(atoms: readonly string[], start: number, maxBytes: number): number {
  const best: number[] = [];
  let bytes = 0;
  for (let at = start; at < atoms.length; at += 1) {
    bytes += Buffer.byteLength(atoms[at] ?? '');
    if (bytes > maxBytes) return best.find((end) => end !== undefined) ?? Math.max(at, start + 1);
    const rank = bytes * 2 >= maxBytes ? rankOfBreak(atoms, at) : undefined;
    if (rank !== undefined) best[rank] = at + 1;
  }
  return atoms.length;
}

/** How well a piece ends after an atom: 0 is best, `undefined` is within a word. */
function rankOfBreak(atoms: readonly string[], at: number): number | undefined {
  const [before = '', atom = '', after = ''] = [atoms[at - 1], atoms[at], atoms[at + 1]];
  if (isNewline(atom)) return isNewline(after) ? undefined : isNewline(before) ? 0 : 1;
  if (/^[。！？；…!?;]$/.test(atom) || /^[”’」』）]$/.test(atom)) {
    return /^[。！？；…!?;”’」』）]$/.test(after) ? undefined : 2;
  }
  if (!/^\s$/.test(atom)) return undefined;
  return /^[.!?;]$/.test(before) ? 2 : 3;
}

function isNewline(atom: string): boolean {
  return atom === '\n' || atom === '\r\n';
}

import { describePart } from '../../../src/formats/describe-part.ts';
import type { Media, Part } from '../../../src/model/message.ts';
import type { MediaKind } from '../pieces.ts';

/** One message of the kf chat, or several where a text is long. */
export type Piece =
  /** Parts that go as one text. */
  | { readonly kind: 'text'; readonly parts: readonly Part[] }
  /** A medium; the words of its part where it cannot be had or WeCom does not take it. */
  | { readonly kind: 'media'; readonly part: Part; readonly as: MediaKind; readonly media: Media }
  | { readonly kind: 'location'; readonly part: Extract<Part, { kind: 'location' }> };

/** The messages that a reply takes, in order. What follows each other as text goes together: every message counts. Pure. */
export function planPieces(parts: readonly Part[]): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const part of parts) {
    const piece = pieceOf(part);
    const last = pieces.at(-1);
    if (piece !== undefined) pieces.push(piece);
    else if (describePart(part).trim() === '') continue;
    else if (last?.kind === 'text')
      pieces[pieces.length - 1] = { kind: 'text', parts: [...last.parts, part] };
    else pieces.push({ kind: 'text', parts: [part] });
  }
  return pieces;
}

/** A link or a page of a mini-program would need a picture of its own, and not each has one: they are text. */
function pieceOf(part: Part): Piece | undefined {
  switch (part.kind) {
    case 'image':
    case 'voice':
    case 'video':
      return { kind: 'media', part, as: part.kind, media: part.media };
    case 'file':
      return part.media === undefined ? undefined : { kind: 'media', part, as: 'file', media: part.media };
    case 'location':
      return Math.abs(part.latitude) <= 90 && Math.abs(part.longitude) <= 180
        ? { kind: 'location', part }
        : undefined;
    default:
      return undefined;
  }
}

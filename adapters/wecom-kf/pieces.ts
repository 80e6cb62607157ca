import type { Media, Part } from '../../src/model/message.ts';
import { writePart } from './content.ts';
import { splitBytes } from './cut-text.ts';

/** One message to a member: a text that fits, or a medium behind a line that tells whose it is. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'media';
      readonly as: MediaKind;
      readonly media: Media;
      readonly line: string;
      readonly instead: string;
    };

export type MediaKind = 'image' | 'voice' | 'video' | 'file';

/** One text message of an application (WeCom, `message/send`). */
const mostBytes = 2048;

/**
 * The messages that a visitor's parts become, in order, each with the tag. No two have the same words, as WeCom would take
 * the second for a repeat. Pure.
 */
export function planPieces(
  parts: readonly Part[],
  who: { readonly tag: string; readonly name: string },
): readonly Piece[] {
  const start = `【#${who.tag}】${who.name}`;
  const room = mostBytes - Buffer.byteLength(start) - markBytes;
  return parts
    .flatMap((part) => planPart(part, room))
    .map((plan, index) => writePiece(plan, index === 0 ? start : `${start}-${index + 1}`));
}

/** For the number of a piece, and the colon. */
const markBytes = 12;

type Plan =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'media'; readonly as: MediaKind; readonly media: Media; readonly words: string };

function planPart(part: Part, room: number): readonly Plan[] {
  switch (part.kind) {
    case 'image':
    case 'voice':
    case 'video':
      return [{ kind: 'media', as: part.kind, media: part.media, words: writePart(part) }];
    case 'file':
      if (part.media !== undefined) {
        return [{ kind: 'media', as: 'file', media: part.media, words: writePart(part) }];
      }
      break;
    default:
      break;
  }
  const words = writePart(part).toWellFormed();
  return words.trim() === '' ? [] : splitBytes(words, room).map((text) => ({ kind: 'text', text }));
}

function writePiece(plan: Plan, head: string): Piece {
  if (plan.kind === 'text') return { kind: 'text', text: `${head}：${plan.text}` };
  const { words, ...medium } = plan;
  return { ...medium, line: `${head} 发来${words}`, instead: `${head}：${words}` };
}

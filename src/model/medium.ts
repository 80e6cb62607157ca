import type { Media, Part } from './message.ts';

/** The medium that a part is about; the picture on a card is none. */
export function mediumOf(part: Part): Media | undefined {
  switch (part.kind) {
    case 'image':
    case 'voice':
    case 'video':
    case 'file':
      return part.media;
    default:
      return undefined;
  }
}

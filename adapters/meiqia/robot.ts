import { type Field, type Fields, textOf } from '../../src/formats/fields.ts';
import { choicesOf, readText, type Shown, type Source } from './content.ts';
import type { Entry } from './entry.ts';
import { itemsOf, objectsOf } from './wire.ts';

/** What a robot says: texts, and lists to choose from (Meiqia SDK, `content_robot`). */
export function readRobot({ robot }: Entry, { key }: Source): readonly Shown[] {
  return robot.flatMap((piece, index) => readPiece(piece, { key: `${key}\n${index}` }));
}

/** What a robot offers below its words, whatever form they have (`sub_type`): a human, or buttons. */
export function readOffer({ subType, tags }: Entry): readonly Shown[] {
  switch (subType) {
    case 'manual_redirect':
      return [{ kind: 'text', text: humanHint }];
    case 'button':
      return choicesOf('', tags);
    default:
      return [];
  }
}

const humanHint = '回复「转人工」，由人工客服为您服务。';

function readPiece(piece: Fields, source: Source): readonly Shown[] {
  switch (textOf(piece, 'type')) {
    case 'related':
      return choicesOf(plainText(textOf(piece, 'text_before'), source), itemsOf(piece.items) ?? []);
    case 'menu':
      return choicesOf(plainText(titleOf(piece), source), menuItems(piece));
    default:
      return readText(titleOf(piece) ?? '', source);
  }
}

function titleOf(piece: Fields): string | undefined {
  return textOf(piece, 'rich_text') ?? textOf(piece, 'text');
}

/** Three forms: `items`, a plain list of `data`, and categories with items of their own. */
function menuItems(piece: Fields): readonly Field[] {
  const items = itemsOf(piece.items);
  if (items !== undefined) return items;
  if (textOf(piece, 'c_type') !== 'advanced') return itemsOf(piece.data) ?? [];
  return objectsOf(piece.data).flatMap((category) => itemsOf(category.items) ?? []);
}

/** A title is words alone. */
function plainText(text: string | undefined, source: Source): string {
  return readText(text ?? '', source)
    .flatMap((part) => (part.kind === 'text' ? part.text : []))
    .join('\n');
}

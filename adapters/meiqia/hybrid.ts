import { type Field, type Fields, fieldsOf, textOf } from '../../src/formats/fields.ts';
import type { Part } from '../../src/model/message.ts';
import { choicesOf, readText, type Shown, type Source, unsupportedText, webUrlOf } from './content.ts';
import { itemsOf } from './wire.ts';

/**
 * A message of several elements, each in its turn: texts, lists to choose from, cards (Meiqia SDK, `hybrid`). `undefined`:
 * it is no list of elements.
 */
export function readHybrid(
  content: Field | undefined,
  source: Source,
  depth = 0,
): readonly Shown[] | undefined {
  const elements = itemsOf(content);
  if (elements === undefined || depth > mostNested) return undefined;
  return elements.flatMap((element, index) => {
    if (typeof element === 'string' || Array.isArray(element)) return [];
    return readElement(element as Fields, { key: `${source.key}\n${index}` }, depth); // no text and no list: an object
  });
}

const mostNested = 4;

function readElement(element: Fields, source: Source, depth: number): readonly Shown[] {
  const type = textOf(element, 'type') ?? '';
  const words = textOf(element, 'body') ?? '';
  const body = fieldsOf(element, 'body') ?? {};
  switch (type) {
    case 'wait':
      return [];
    case 'text':
      return readText(words, source);
    case 'rich_text':
      return [...readText(words, source), ...choicesOf('', tagsOf(element))];
    case 'choices':
      return choicesOf(textOf(body, 'title') ?? textOf(body, 'text') ?? '', itemsOf(body.choices) ?? []);
    case 'list':
      return readHybrid(element.body, source, depth + 1) ?? [];
    case 'photo_card':
      return [readCard(body, 'target_url')];
    case 'product_card':
      return [readCard(body, 'product_url')];
    case 'mini_program_card':
      return [readMiniProgram(body)];
    default:
      return [{ kind: 'unsupported', vendorKind: type, text: words.trim() === '' ? unsupportedText : words }];
  }
}

/** Buttons below a rich text (`sub_type` `button`). */
function tagsOf(element: Fields): readonly Field[] {
  return textOf(element, 'sub_type') === 'button' ? (itemsOf(element.tags) ?? []) : [];
}

function readCard(body: Fields, urlName: string): Part {
  const title = textOf(body, 'title') ?? '';
  const description = textOf(body, 'description');
  const url = webUrlOf(textOf(body, urlName));
  if (url === undefined) {
    const text = [title, description].filter((word) => word).join('\n');
    return { kind: 'unsupported', vendorKind: 'card', text: text || unsupportedText };
  }
  const pictureUrl = webUrlOf(textOf(body, 'pic_url'));
  return {
    kind: 'link',
    title: title || url,
    url,
    ...(description !== undefined && { description }),
    ...(pictureUrl !== undefined && { pictureUrl }),
  };
}

/** Its members are not known: these are what such a card has elsewhere. */
function readMiniProgram(body: Fields): Part {
  const title = textOf(body, 'title') ?? '';
  const appid = textOf(body, 'appid') ?? textOf(body, 'app_id');
  const path = textOf(body, 'path') ?? textOf(body, 'page_path') ?? textOf(body, 'pagepath');
  return appid === undefined || path === undefined
    ? { kind: 'unsupported', vendorKind: 'mini_program_card', text: title || unsupportedText }
    : { kind: 'miniProgramPage', title, path, appid };
}

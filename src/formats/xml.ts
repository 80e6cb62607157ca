import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { type Field, type FieldsReading, isFields } from './text-fields.ts';

/**
 * Reads XML: what stands below its one root element. CDATA stays as it is (adjacent sections are joined),
 * other text is trimmed. Never throws.
 */
export function readXml(text: string): FieldsReading {
  if (declaresType(text)) return { kind: 'forbidden', reason: 'document type or entity declaration' };
  if (!isWellFormed(text)) return { kind: 'failed', reason: 'XML is not well formed' };
  let nodes: unknown;
  try {
    nodes = parser.parse(text);
  } catch {
    return { kind: 'failed', reason: 'XML cannot be parsed' };
  }
  const [root, ...others] = nodesOf(nodes).filter(isElement);
  if (root === undefined || others.length > 0)
    return { kind: 'failed', reason: 'XML without one root element' };
  const fields = readContent(nodesOf(root.content));
  return isFields(fields)
    ? { kind: 'fields', fields }
    : { kind: 'failed', reason: 'XML root without elements' };
}

/** A bare "&" is the one fault that is let through: links hold it. */
function isWellFormed(text: string): boolean {
  const verdict = XMLValidator.validate(text);
  return verdict === true || verdict.err.code === 'InvalidChar';
}

const MAX_DEPTH = 8;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  trimValues: false,
  cdataPropName: '#cdata',
  // Entities are decoded here: the five of XML and numbers, so that no declaration can ever expand.
  processEntities: false,
  maxNestedTags: MAX_DEPTH - 1, // the parser does not count the root
});

/** Looks outside of CDATA and comments: a visitor may well write "<!DOCTYPE". One pass, as nothing is proved yet. */
function declaresType(text: string): boolean {
  let at = text.indexOf('<!');
  while (at >= 0) {
    const end = SECTIONS.find(([begin]) => text.startsWith(begin, at))?.[1];
    if (end === undefined) return true;
    const closed = text.indexOf(end, at);
    at = closed < 0 ? -1 : text.indexOf('<!', closed);
  }
  return false;
}

const SECTIONS = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
] as const;

/** One entry of the parser's ordered form, a list of objects with one key each: an element, `#text` or `#cdata`. */
interface Node {
  readonly name: string;
  readonly content: unknown;
}

function nodesOf(list: unknown): readonly Node[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const [name, content] = Object.entries(entry)[0] ?? [];
    return name === undefined ? [] : [{ name, content }];
  });
}

function isElement(node: Node): boolean {
  return node.name !== '#text' && node.name !== '#cdata';
}

function readContent(nodes: readonly Node[]): Field {
  const elements = nodes.filter(isElement);
  if (elements.length === 0) return nodes.map(readText).join('');
  const lists = new Map<string, Field[]>();
  for (const { name, content } of elements) {
    const value = readContent(nodesOf(content));
    const list = lists.get(name);
    if (list === undefined) lists.set(name, [value]);
    else list.push(value);
  }
  const fields: Record<string, Field> = Object.create(null);
  for (const [name, [first, ...others]] of lists) {
    if (first !== undefined) fields[name] = others.length === 0 ? first : [first, ...others];
  }
  return fields;
}

function readText({ name, content }: Node): string {
  if (name === '#cdata')
    return nodesOf(content)
      .map((node) => String(node.content))
      .join('');
  return typeof content === 'string' ? decodeEntities(content.trim()) : '';
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6}));/g,
    (_, name, decimal, hex) =>
      name === undefined
        ? readCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal))
        : (ENTITIES[name] ?? ''),
  );
}

function readCodePoint(code: number): string {
  const isScalar = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isScalar ? String.fromCodePoint(code) : '\ufffd';
}

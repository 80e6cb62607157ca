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
  const [root, ...others] = listOf(nodes).filter((node) => isElement(nameOf(node)));
  if (root === undefined || others.length > 0)
    return { kind: 'failed', reason: 'XML without one root element' };
  const fields = readContent(root[nameOf(root)]);
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

/** An entry of the parser's ordered form, an object with one key: the name of an element, `#text` or `#cdata`. */
type Node = Readonly<Record<string, unknown>>;

function listOf(content: unknown): readonly Node[] {
  return Array.isArray(content) ? content : [];
}

function nameOf(node: Node): string {
  for (const name in node) return name;
  return '#text';
}

function isElement(name: string): boolean {
  return name !== '#text' && name !== '#cdata';
}

/** The elements by name, and in a list where one name has several; the text where there is none. */
function readContent(content: unknown): Field {
  let text = '';
  let fields: Record<string, Field> | undefined;
  for (const node of listOf(content)) {
    const name = nameOf(node);
    if (!isElement(name)) {
      text += readText(name, node[name]);
      continue;
    }
    fields ??= Object.create(null) as Record<string, Field>;
    const value = readContent(node[name]);
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else fields[name] = [before, value];
  }
  return fields ?? text;
}

function readText(name: string, content: unknown): string {
  if (name === '#cdata')
    return listOf(content)
      .map((node) => String(node[nameOf(node)]))
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

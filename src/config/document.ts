import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
} from 'yaml';
import { type ReferenceSource, resolveReferences } from './references.ts';
import type { Path } from './setting.ts';
import { describeYamlError } from './yaml-error.ts';

/** The file as plain data, with what is known of each place in it. `problems` have the line they stand on. */
export interface ConfigDocument {
  readonly value: unknown;
  /** Every place with a text that stands in the file literally, came by `${…}`, or is empty. */
  readonly places: readonly Place[];
  /** The file could not be read as YAML: `value` means nothing. */
  readonly broken: boolean;
  readonly problems: readonly DocumentProblem[];
  /** The line of a place, from 1; of a place that is not there: of the nearest one around it. */
  lineOf(path: Path): number;
}

export interface Place {
  readonly path: Path;
  readonly origin: 'literal' | 'reference' | 'empty';
}

export interface DocumentProblem {
  readonly path: Path;
  readonly line: number;
  readonly text: string;
}

/** Reads YAML 1.2 without tags of its own, and puts in what `${…}` stands for. Never throws, whatever the text. */
export function readDocument(text: string, source: ReferenceSource): ConfigDocument {
  const counter = new LineCounter();
  const parsed = parseText(text, counter);
  if (parsed.kind === 'broken') return brokenDocument(parsed.problems);
  const reading: Reading = {
    parsed: parsed.document,
    counter,
    source,
    lines: new Map(),
    places: [],
    problems: [],
    nodes: 0,
  };
  const value = readNode(reading, parsed.document.contents, []);
  return {
    value: value ?? {},
    places: reading.places,
    broken: reading.nodes > maxNodes,
    problems: reading.problems,
    lineOf: (path) => lineOf(reading.lines, path),
  };
}

/** An alias may stand for many values, and those for more: no configuration has so many. */
const maxNodes = 100_000;
const maxDepth = 32;
const maxCharacters = 4_194_304;

interface Reading {
  readonly parsed: Document;
  readonly counter: LineCounter;
  readonly source: ReferenceSource;
  readonly lines: Map<string, number>;
  readonly places: Place[];
  readonly problems: DocumentProblem[];
  nodes: number;
}

type Parsed =
  | { readonly kind: 'document'; readonly document: Document }
  | { readonly kind: 'broken'; readonly problems: readonly DocumentProblem[] };

function parseText(text: string, lineCounter: LineCounter): Parsed {
  const problem = (line: number, what: string) => ({ path: [], line, text: what });
  if (text.length > maxCharacters) {
    return { kind: 'broken', problems: [problem(1, `expected at most ${maxCharacters} characters`)] };
  }
  try {
    const options = { lineCounter, prettyErrors: false, stringKeys: true, resolveKnownTags: false } as const;
    const document = parseDocument(text, options);
    const errors = [...document.errors, ...document.warnings];
    if (errors.length === 0) return { kind: 'document', document };
    return { kind: 'broken', problems: firstOfEachLine(errors, lineCounter) };
  } catch {
    // The parser recurses: text that is nested some thousand levels deep exhausts the stack.
    return { kind: 'broken', problems: [problem(1, 'expected YAML that is not nested so deeply')] };
  }
}

/** One slip makes the parser stumble over the rest of its line too. */
function firstOfEachLine(errors: readonly YAMLError[], counter: LineCounter): readonly DocumentProblem[] {
  const byLine = new Map<number, DocumentProblem>();
  for (const { code, pos } of errors) {
    const line = Math.max(1, counter.linePos(pos[0]).line);
    if (!byLine.has(line)) byLine.set(line, { path: [], line, text: describeYamlError(code) });
  }
  return [...byLine.values()];
}

function brokenDocument(problems: readonly DocumentProblem[]): ConfigDocument {
  return { value: {}, places: [], broken: true, problems, lineOf: () => 1 };
}

function readNode(reading: Reading, node: unknown, path: Path): unknown {
  reading.nodes += 1;
  if (reading.nodes > maxNodes || path.length > maxDepth) return refuseSize(reading, node, path);
  noteLine(reading, node, path);
  if (isAlias(node)) return readAlias(reading, node, path);
  if (isNode(node) && node.tag && !plainTags.has(node.tag))
    addProblem(reading, path, 'expected a value without a tag');
  if (isMap(node)) return readMap(reading, node.items, path);
  if (isSeq(node)) return node.items.map((item, index) => readNode(reading, item, [...path, index]));
  if (isScalar(node) && typeof node.value === 'string') return readText(reading, node.value, path);
  if (isScalar(node) && node.value !== null) return node.value;
  reading.places.push({ path, origin: 'empty' });
  return null;
}

const plainTags = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((tag) => `tag:yaml.org,2002:${tag}`),
);

function readAlias(reading: Reading, alias: Alias, path: Path): unknown {
  const meant = alias.resolve(reading.parsed);
  if (meant !== undefined) return readNode(reading, meant, path);
  addProblem(reading, path, describeYamlError('BAD_ALIAS'));
  return '';
}

function readMap(reading: Reading, items: readonly { key: unknown; value: unknown }[], path: Path): unknown {
  const entries = items.map(({ key, value }): [string, unknown] => {
    const name = String(isScalar(key) ? key.value : key);
    const place = [...path, name];
    noteLine(reading, key, place);
    // Zod passes over this one name in silence.
    if (name === '__proto__') addProblem(reading, place, 'expected another name');
    return [name, readNode(reading, value, place)];
  });
  return Object.fromEntries(entries);
}

function readText(reading: Reading, text: string, path: Path): string {
  const resolved = resolveReferences(text, reading.source);
  for (const problem of new Set(resolved.problems)) addProblem(reading, path, problem);
  reading.places.push({ path, origin: resolved.referred ? 'reference' : 'literal' });
  return resolved.text;
}

/** One problem, however many values are too many. */
function refuseSize(reading: Reading, node: unknown, path: Path): undefined {
  if (reading.nodes <= maxNodes) reading.nodes = maxNodes + 1;
  const text = `expected at most ${maxNodes} values, at most ${maxDepth} levels deep`;
  if (reading.problems.some((problem) => problem.text === text)) return undefined;
  noteLine(reading, node, path);
  addProblem(reading, path.slice(0, 3), text);
  return undefined;
}

function addProblem(reading: Reading, path: Path, text: string): void {
  reading.problems.push({ path, line: lineOf(reading.lines, path), text });
}

/** The first to name a place wins: the key, not its value; the alias, not what it stands for. */
function noteLine(reading: Reading, node: unknown, path: Path): void {
  const key = JSON.stringify(path);
  const offset = isNode(node) ? (node as Node).range?.[0] : undefined;
  if (offset === undefined || reading.lines.has(key)) return;
  reading.lines.set(key, Math.max(1, reading.counter.linePos(offset).line));
}

function lineOf(lines: ReadonlyMap<string, number>, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const line = lines.get(JSON.stringify(path.slice(0, length)));
    if (line !== undefined) return line;
  }
  return lines.get('[]') ?? 1;
}

import type { AdapterDefinition } from '../ports/helpdesk.ts';
import type { Sentence } from '../ports/support.ts';
import type { Cell } from './cells.ts';
import { type KnownWay, readWays } from './read-ways.ts';
import { forwardRows, type Row, replyRows, sentAs, sessionRows } from './rows.ts';
import { bases, cellWords, columns, headings, type Language, sentences, sentWords } from './words.ts';

/** The text of `docs/support.md`: what each helpdesk can, in Chinese and then in English. */
export function writeSupport(definitions: readonly AdapterDefinition[]): string {
  const ways = readWays(definitions);
  const [zh, en] = (['zh', 'en'] as const).map((language) => writeSections(ways, language));
  const sections = [
    `# ${headings.title.zh}`,
    `[English below](#${headings.title.en.toLowerCase().replaceAll(' ', '-')})`,
    ...(zh ?? []),
    '---',
    `# ${headings.title.en}`,
    ...(en ?? []),
  ];
  return `${sections.join('\n\n')}\n`;
}

type Lines = readonly string[];

function writeSections(ways: readonly KnownWay[], language: Language): Lines {
  const say = (sentence: Sentence) => sentence[language];
  const here = ways.filter(({ way }) => way.elsewhere === undefined);
  const sent = (['miniprogram', 'service'] as const).map((account) => ({
    head: say(columns[account]),
    of: (row: Row) => say(sentWords[sentAs(kindOf(row), account)] ?? columns.mode),
  }));
  return [
    say(sentences.intro),
    `## ${say(headings.ways)}`,
    writeWays(ways, say),
    `## ${say(headings.forward)}`,
    say(sentences.forward),
    ...writeRows(forwardRows, { ways: here, head: say(columns.written), say }),
    `## ${say(headings.reply)}`,
    say(sentences.reply),
    ...writeRows(replyRows, { ways: here, head: say(columns.sent), say, beside: sent }),
    `## ${say(headings.session)}`,
    say(sentences.session),
    ...writeRows(sessionRows, { ways, head: say(columns.matter), say }),
  ];
}

function kindOf(row: Row) {
  return replyRows.find((each) => each === row)?.kind ?? 'text';
}

function writeWays(ways: readonly KnownWay[], say: (sentence: Sentence) => string): string {
  const heads = [columns.adapter, columns.mode, columns.helpdesk, columns.basis, columns.place].map(say);
  const lines = ways.map(({ name, title, way }) => [
    `[\`${name}\`](../adapters/${name}/README.md)`,
    way.mode === undefined ? '' : `\`${way.mode}\``,
    say(title),
    say(bases[way.basis]),
    say(way.elsewhere ?? sentences.here),
  ]);
  return writeTable(heads, lines);
}

interface Table {
  readonly ways: readonly KnownWay[];
  readonly head: string;
  readonly say: (sentence: Sentence) => string;
  /** Columns behind those of the helpdesks. */
  readonly beside?: readonly { readonly head: string; of(row: Row): string }[];
}

/** A table and its footnotes; the same words are one footnote. */
function writeRows(rows: readonly Row[], { ways, head, say, beside = [] }: Table): Lines {
  const notes: string[] = [];
  const place = (note: Sentence | undefined): string => {
    if (note === undefined) return '';
    const words = say(note);
    if (!notes.includes(words)) notes.push(words);
    return ` <sup>${notes.indexOf(words) + 1}</sup>`;
  };
  const lines = rows.map((row) => [
    say(row.name),
    ...ways.map((known) => {
      const cell = row.cell(known);
      return `${wordOf(cell, say)}${place(cell.note)}`;
    }),
    ...beside.map(({ of }) => of(row)),
  ]);
  const table = writeTable([head, ...ways.map(headOf), ...beside.map((column) => column.head)], lines);
  const numbered = notes.map((words, index) => `${index + 1}. ${words}`).join('\n');
  return numbered === '' ? [table] : [table, numbered];
}

function headOf({ name, way }: KnownWay): string {
  return way.mode === undefined ? `\`${name}\`` : `\`${name}\` \`${way.mode}\``;
}

function wordOf({ word }: Cell, say: (sentence: Sentence) => string): string {
  if (typeof word !== 'string') return say(word);
  return Object.hasOwn(cellWords, word) ? say(cellWords[word as keyof typeof cellWords]) : word; // it is one of them
}

/** Columns are as wide as their widest cell, as the formatter of the project wants them. */
function writeTable(heads: Lines, lines: readonly Lines[]): string {
  const widths = heads.map((_, at) => Math.max(3, ...[heads, ...lines].map((cells) => widthOf(cells[at]))));
  const write = (cells: Lines) =>
    `| ${cells.map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - widthOf(cell))).join(' | ')} |`;
  return [heads, widths.map((width) => '-'.repeat(width)), ...lines].map(write).join('\n');
}

/** Chinese characters and their marks are two columns wide. */
function widthOf(text = ''): number {
  return text.length + (text.match(/[\u2e80-\ua4cf\uf900-\ufaff\uff00-\uff60]/g)?.length ?? 0);
}

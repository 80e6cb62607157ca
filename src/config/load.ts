import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import type { SettingsSchema } from '../ports/settings.ts';
import { buildConfig } from './build.ts';
import type { Config } from './config.ts';
import { findConflicts, findDoubts } from './conflicts.ts';
import { type ConfigDocument, readDocument } from './document.ts';
import { describeIssue, type Fault, type Finding, formatPath } from './faults.ts';
import { fitDocument } from './fit.ts';
import { type Definitions, wholeSchema } from './frame.ts';
import { findHiddenIssues } from './hidden-issues.ts';
import type { FileContent, ReferenceSource } from './references.ts';
import { findRuleDoubts } from './rule-doubts.ts';
import { settingAt } from './setting.ts';
import { wordIssue } from './wording.ts';

export type LoadResult<Channel = unknown, Component = unknown> =
  | {
      readonly kind: 'config';
      readonly config: Config<Channel, Component>;
      readonly warnings: readonly Fault[];
    }
  /** Every fault of the file at once, in the order of its lines. */
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] };

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration file, puts in what `${NAME}` (from `env`) and `${file:PATH}` stand for, and checks it whole.
 * Whatever the file says, it never throws; faults and warnings have no secret in them.
 */
export function loadConfig<Channel extends SettingsSchema, Component extends SettingsSchema>(
  file: string,
  env: Environment,
  definitions: Definitions<Channel, Component>,
): LoadResult<z.output<Channel>, z.output<Component>> {
  const content = readText(file);
  if (content.kind === 'unreadable') {
    const text = `expected a readable file (${content.code})`;
    return { kind: 'faults', faults: [{ file, line: 1, path: '', text }] };
  }
  const folder = dirname(resolve(file));
  const source = {
    variable: (name: string) => env[name],
    file: (path: string) => readText(resolve(folder, path)),
  };
  return readConfig({ file, text: content.text, source }, definitions);
}

/** The same without touching the disk: `source` is asked for what references stand for. */
export function readConfig<Channel extends SettingsSchema, Component extends SettingsSchema>(
  input: { readonly file: string; readonly text: string; readonly source: ReferenceSource },
  definitions: Definitions<Channel, Component>,
): LoadResult<z.output<Channel>, z.output<Component>> {
  const { file, text, source } = input;
  const asWritten = readDocument(text, source);
  if (asWritten.broken) return { kind: 'faults', faults: sortFaults(problemFaults(file, asWritten)) };

  const schema = wholeSchema(definitions);
  const document = fitDocument(schema, asWritten);
  const locate = locator(file, document);
  const result = schema.safeParse(document.value, { error: wordIssue });
  const conflicts = findConflicts(document.value, definitions.adapters).map(locate);
  const issues = result.success ? [] : result.error.issues;
  const found = [...issues, ...findHiddenIssues(schema, document.value, issues)];
  const wrong = found.flatMap((issue) => describeIssue(schema, issue, document)).map(locate);
  const faults = withoutConsequences(problemFaults(file, document), [...wrong, ...conflicts]);
  if (!result.success || faults.length > 0) return { kind: 'faults', faults: sortFaults(faults) };
  // `wechat` is what the channel's schema gave, and so on: generic types get lost on the way through zod's records.
  const config = buildConfig(result.data, file) as Config<z.output<Channel>, z.output<Component>>;
  const doubts = [...findDoubts(document.value), ...findOddRules(config, definitions)];
  const warnings = [...findLiteralSecrets(schema, document), ...doubts].map(locate);
  return { kind: 'config', config, warnings: sortFaults(warnings) };
}

function findOddRules({ tenants }: Config, { adapters }: Definitions): readonly Finding[] {
  const passive = adapters.filter(({ handsOver }) => handsOver).map(({ name }) => name);
  return tenants.flatMap((tenant) => findRuleDoubts(tenant, (adapter) => passive.includes(adapter)));
}

function readText(path: string): FileContent {
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return { kind: 'unreadable', code: code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'not UTF-8' : code };
  }
}

function locator(file: string, document: ConfigDocument) {
  return ({ path, text }: Finding): Fault => ({
    file,
    line: document.lineOf(path),
    path: formatPath(path),
    text,
  });
}

function problemFaults(file: string, document: ConfigDocument): readonly Fault[] {
  return document.problems.map(({ line, path, text }) => ({ file, line, path: formatPath(path), text }));
}

/** One more fault a place at most: what follows from a variable that is not set, or from a first rule, is no news. */
function withoutConsequences(causes: readonly Fault[], others: readonly Fault[]): readonly Fault[] {
  const seen = new Set(causes.map(({ path }) => path));
  const news = others.filter(({ path }) => !seen.has(path) && seen.add(path));
  return [...causes, ...news];
}

function sortFaults(faults: readonly Fault[]): readonly Fault[] {
  return faults.toSorted((one, other) => one.line - other.line || one.path.localeCompare(other.path));
}

function findLiteralSecrets(schema: z.ZodType, document: ConfigDocument): readonly Finding[] {
  return document.places
    .filter(({ path, origin }) => origin === 'literal' && settingAt(schema, path, document.value)?.secret)
    .map(({ path }) => ({
      path,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what the operator is to write
      text: 'the secret stands in the file; ${NAME} or ${file:PATH} keeps it out',
    }));
}

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import type { ChannelLoaders } from '../ports/channel-definition.ts';
import type { AdapterLoaders } from '../ports/helpdesk.ts';
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
import { type Path, settingAt, valueAt } from './setting.ts';
import { wordIssue } from './wording.ts';

export type LoadResult<Channel = unknown, Component = unknown> =
  | {
      readonly kind: 'config';
      readonly config: Config<Channel, Component>;
      readonly warnings: readonly Fault[];
    }
  /** Every fault of the file at once, in the order of its lines. */
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] };

/** As {@link Definitions}, with adapters that are loaded where the file names them. */
export interface Sources<
  Channel extends SettingsSchema = SettingsSchema,
  Component extends SettingsSchema = SettingsSchema,
> extends Pick<Definitions<Channel, Component>, 'channel' | 'component'> {
  readonly adapters: AdapterLoaders;
  /** Default: none. */
  readonly channels?: ChannelLoaders;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration file, puts in what `${NAME}` (from `env`) and `${file:PATH}` stand for, and checks it whole.
 * Whatever the file says, it never throws; faults and warnings have no secret in them.
 */
export async function loadConfig<Channel extends SettingsSchema, Component extends SettingsSchema>(
  file: string,
  env: Environment,
  sources: Sources<Channel, Component>,
): Promise<LoadResult<z.output<Channel>, z.output<Component>>> {
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
  const document = readDocument(content.text, source);
  const { adapters, channels = {}, ...rest } = sources;
  return checkDocument(file, document, {
    ...rest,
    ...(await loadNamed(document, adapters)),
    ...(await loadChannels(document, channels)),
  });
}

/** The adapters that a file names; all of them where it names one that there is not. */
async function loadNamed(
  { value }: ConfigDocument,
  loaders: AdapterLoaders,
): Promise<Pick<Definitions, 'adapters' | 'adapterNames'>> {
  const adapterNames = Object.keys(loaders);
  const named = new Set(namedAdapters(value));
  const isKnown = named.size > 0 && [...named].every((name) => adapterNames.includes(name));
  const wanted = isKnown ? adapterNames.filter((name) => named.has(name)) : adapterNames;
  const loaded = await Promise.all(wanted.map((name) => loaders[name]?.()));
  return { adapters: loaded.filter((definition) => definition !== undefined), adapterNames };
}

/** The channels that the tenants of a file have. */
async function loadChannels(
  { value }: ConfigDocument,
  loaders: ChannelLoaders,
): Promise<Pick<Definitions, 'channels' | 'channelNames'>> {
  const channelNames = Object.keys(loaders);
  const tenants = valuesOf(value, 'tenants').filter(isRecord);
  const wanted = channelNames.filter((name) => tenants.some((tenant) => Object.hasOwn(tenant, name)));
  const loaded = await Promise.all(wanted.map((name) => loaders[name]?.()));
  return { channels: loaded.filter((definition) => definition !== undefined), channelNames };
}

function namedAdapters(value: unknown): readonly string[] {
  const found = valuesOf(value, 'tenants').flatMap((tenant) => valuesOf(tenant, 'helpdesks'));
  return found.flatMap((helpdesk) => {
    const name: unknown = isRecord(helpdesk) ? helpdesk.adapter : undefined;
    return [typeof name === 'string' ? name : ''];
  });
}

function valuesOf(value: unknown, key: string): readonly unknown[] {
  const held = isRecord(value) ? value[key] : undefined;
  return isRecord(held) ? Object.values(held) : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The same without touching the disk or loading anything: `source` is asked for what references stand for. */
export function readConfig<Channel extends SettingsSchema, Component extends SettingsSchema>(
  input: { readonly file: string; readonly text: string; readonly source: ReferenceSource },
  definitions: Definitions<Channel, Component>,
): LoadResult<z.output<Channel>, z.output<Component>> {
  return checkDocument(input.file, readDocument(input.text, input.source), definitions);
}

function checkDocument<Channel extends SettingsSchema, Component extends SettingsSchema>(
  file: string,
  asWritten: ConfigDocument,
  definitions: Definitions<Channel, Component>,
): LoadResult<z.output<Channel>, z.output<Component>> {
  if (asWritten.broken) return { kind: 'faults', faults: sortFaults(problemFaults(file, asWritten)) };

  const schema = wholeSchema(definitions);
  const document = fitDocument(schema, asWritten);
  const locate = locator(file, document);
  const result = schema.safeParse(document.value, { error: wordIssue });
  const conflicts = findConflicts(document.value, definitions).map(locate);
  const issues = result.success ? [] : result.error.issues;
  const found = [...issues, ...findHiddenIssues(schema, document.value, issues)];
  const wrong = found.flatMap((issue) => describeIssue(schema, issue, document)).map(locate);
  const faults = withoutConsequences(problemFaults(file, document), [...wrong, ...conflicts]);
  if (!result.success || faults.length > 0) return { kind: 'faults', faults: sortFaults(faults) };
  // `wechat` is what the channel's schema gave, and so on: generic types get lost on the way through zod's records.
  const config = buildConfig(result.data, file, definitions) as Config<
    z.output<Channel>,
    z.output<Component>
  >;
  const doubts = [...findDoubts(document.value), ...config.tenants.flatMap(findRuleDoubts)];
  const warnings = [...findLiteralSecrets(schema, document), ...doubts].map(locate);
  return { kind: 'config', config, warnings: sortFaults(warnings) };
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
    .filter(({ path, origin }) => origin === 'literal' && isSecret(schema, path, document.value))
    .map(({ path }) => ({
      path,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what the operator is to write
      text: 'the secret stands in the file; ${NAME} or ${file:PATH} keeps it out',
    }));
}

/** What is marked so, and every URL with a password in it. */
function isSecret(schema: z.ZodType, path: Path, whole: unknown): boolean {
  if (settingAt(schema, path, whole)?.secret) return true;
  const value = valueAt(whole, path);
  return typeof value === 'string' && URL.canParse(value) && new URL(value).password !== '';
}

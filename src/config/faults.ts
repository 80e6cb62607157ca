import type { z } from 'zod';
import type { ConfigDocument } from './document.ts';
import { nearestName } from './nearest.ts';
import { knownNames, type Path, settingAt, valueAt } from './setting.ts';

/** Something to put right, or (as a warning) to think about. `text` says what would be right; it never has a secret in it. */
export interface Fault {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Such as `tenants.shop.wechat.appid`; empty where the whole file is meant. */
  readonly path: string;
  readonly text: string;
}

/** One line a fault, `FILE:LINE: path: what would be right`, without a newline at the end. */
export function formatFaults(faults: readonly Fault[]): string {
  return faults
    .map(({ file, line, path, text }) => `${file}:${line}: ${path === '' ? '' : `${path}: `}${text}`)
    .join('\n');
}

/** A path as people read it: `tenants.shop.wechat.previousTokens[0]`. */
export function formatPath(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      const name = /^[\w-]+$/.test(step) ? step : JSON.stringify(step);
      return index === 0 ? name : `.${name}`;
    })
    .join('');
}

/** A finding that still lacks its file and line. */
export interface Finding {
  readonly path: Path;
  readonly text: string;
}

/** What a schema's issue says to the operator; an issue about unknown names becomes one finding a name. */
export function describeIssue(root: z.ZodType, issue: Issue, document: ConfigDocument): readonly Finding[] {
  const path = plainPath(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = knownNames(settingAt(root, path, document.value), valueAt(document.value, path));
    return issue.keys.map((key) => ({ path: [...path, key], text: describeUnknown(key, known) }));
  }
  // The inner text is the rule for names; the outer one only says that it was broken.
  if (issue.code === 'invalid_union') {
    const inside = issueInside(issue, root, document);
    if (inside) return inside.flatMap((found) => describeIssue(root, found, document));
  }
  if (issue.code === 'invalid_key') return [{ path, text: issue.issues[0]?.message ?? issue.message }];
  return [{ path, text: describeWrong(root, issue, document) }];
}

/** Where a setting is a word or several named settings, and these were given: what is wrong with them. */
function issueInside(
  { path, errors }: Extract<Issue, { code: 'invalid_union' }>,
  root: z.ZodType,
  document: ConfigDocument,
): readonly Issue[] | undefined {
  const place = plainPath(path);
  if (typeof valueAt(document.value, place) !== 'object') return undefined;
  if (knownNames(settingAt(root, place, document.value), valueAt(document.value, place)).length === 0)
    return undefined;
  const inside = errors.find((issues) => issues.every((issue) => issue.path.length > 0));
  return inside?.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
}

export type Issue = z.core.$ZodIssue;

/** Symbols cannot stand in a YAML file. */
export function plainPath(path: readonly PropertyKey[]): Path {
  return path.filter((step) => typeof step !== 'symbol');
}

function describeUnknown(key: string, known: readonly string[]): string {
  const nearest = nearestName(key, known);
  if (nearest !== undefined) return `unknown setting; did you mean ${nearest}?`;
  return known.length > 10 ? 'unknown setting' : `unknown setting; known here: ${known.join(', ')}`;
}

function describeWrong(root: z.ZodType, issue: Issue, document: ConfigDocument): string {
  const path = plainPath(issue.path);
  const { message } = issue;
  const value = valueAt(document.value, path);
  const setting = settingAt(root, path, document.value);
  const help = setting?.meta.description;
  if (value === undefined && issue.code !== 'custom') {
    return help === undefined ? `${message}, got nothing` : `${message} (${help}), got nothing`;
  }
  const isHidden = setting?.secret === true || wasReferred(path, document) || issue.code === 'custom';
  if (isHidden || message.includes(', got ')) return message;
  const quotes = typeof value !== 'string' && message === 'expected a text' ? ' in quotes' : '';
  return `${message}${quotes}, got ${wantsSeveral(issue) ? describeKind(value) : describeValue(value)}`;
}

/** What came by `${…}` may be a secret that was put in the wrong place. */
function wasReferred(path: Path, document: ConfigDocument): boolean {
  const wanted = JSON.stringify(path);
  return document.places.some(
    (place) => place.origin === 'reference' && JSON.stringify(place.path) === wanted,
  );
}

/** A text in the place of settings may be any of them, a secret too, such as `key:value` without the space. */
function wantsSeveral(issue: Issue): boolean {
  return issue.code === 'invalid_type' && ['object', 'record', 'array', 'tuple'].includes(issue.expected);
}

/** Short and harmless values as they are, of others only their kind: a URL may have a password in it. */
function describeValue(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && /^[\w.:/-]{1,32}$/.test(value) ? value : describeKind(value);
}

function describeKind(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return kinds[typeof value] ?? typeof value;
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  object: 'named settings',
};

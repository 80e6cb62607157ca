import { type Field, readFields } from './fields.ts';
import { isTokenShaped } from './signed-token.ts';

/** What a mini-program put into the `session-from` of its button, as far as it can be read. */
export interface SessionFrom {
  /** In the order of the text; values below others by their path (`order.id`). None where it is any other text. */
  readonly fields: readonly (readonly [key: string, value: string])[];
  /** What the merchant's server has signed. */
  readonly token?: string;
  /** The text without the token, which is nobody's to read. */
  readonly rest: string;
}

/** The field of a session-from in which a token stands. */
export const tokenField = 'signed';

/** Longer than WeChat's 1024 characters: what is beyond is not read. */
const mostRead = 4096;
const deepest = 3;

/**
 * Reads a session-from: a JSON object, a query (`vip=3&city=…`, also behind a path), a token alone, or any text. A token is
 * known by its form, so that a field `signed` of the merchant's own stays a field. Never throws.
 */
export function readSessionFrom(whole: string): SessionFrom {
  const text = whole.trim().slice(0, mostRead);
  if (isTokenShaped(text)) return { fields: [], token: text, rest: '' };
  const object = text.startsWith('{') ? readFields(text) : undefined;
  const fields = object ? flatten(object, '', deepest) : readQuery(text);
  const token = fields.find(([key, value]) => key === tokenField && isTokenShaped(value))?.[1];
  if (token === undefined) return { fields, rest: whole };
  const others = fields.filter(([key, value]) => key !== tokenField || value !== token);
  return { fields: others, token, rest: withoutToken(text, token, object !== undefined) };
}

/** The fields of a session-from by their names; none where it is any other text. */
export function readClaims(sessionFrom: string | undefined): ReadonlyMap<string, string> {
  return new Map(readSessionFrom(sessionFrom ?? '').fields);
}

/** The fields of an object from outside as a flat list; a list of values is one text. */
export function flatten(
  object: Readonly<Record<string, Field | undefined>>,
  path = '',
  depth = deepest,
): readonly (readonly [string, string])[] {
  return Object.entries(object).flatMap(([name, value]): readonly (readonly [string, string])[] => {
    const key = `${path}${name}`;
    if (value === undefined || value === '') return [];
    if (typeof value === 'string') return [[key, value]];
    if (!Array.isArray(value)) {
      return depth > 1 ? flatten(value as typeof object, `${key}.`, depth - 1) : []; // neither text nor list
    }
    const words = value.filter((entry) => typeof entry === 'string' && entry !== '');
    return words.length > 0 ? [[key, words.join('、')]] : [];
  });
}

function readQuery(text: string): readonly (readonly [string, string])[] {
  const query = text.slice(text.indexOf('?') + 1);
  return query.includes('=') ? [...new URLSearchParams(query)] : [];
}

/** A token whose characters are written in another way cannot be taken out: then nothing is left. */
function withoutToken(text: string, token: string, isJson: boolean): string {
  const at = text.indexOf(token);
  if (at === -1 || text.includes(token, at + 1)) return '';
  const before = text.slice(0, at);
  const after = text.slice(at + token.length);
  const name = isJson ? /"signed"\s*:\s*"$/ : /signed=$/;
  const rest = joinAround(
    before.replace(name, ''),
    isJson ? after.replace(/^"/, '') : after,
    isJson ? ',' : '&',
  );
  return isJson && /^\{\s*\}$/.test(rest) ? '' : rest.replace(/\?$/, '');
}

/** One of the two separators around what was taken out goes with it. */
function joinAround(before: string, after: string, separator: string): string {
  const [start, end] = [before.trimEnd(), after.trimStart()];
  if (start.endsWith(separator)) return start.slice(0, -1) + after;
  return before + (end.startsWith(separator) ? end.slice(1) : after);
}

/**
 * What a JSON text of Qiyu is read to: texts only (a number stays the digits it was written in, as ids may have 64
 * bits), lists, and objects without a prototype. `null` is an empty text.
 */
export type Field = string | readonly Field[] | Fields;

export interface Fields {
  readonly [name: string]: Field | undefined;
}

/** Reads a JSON object. `undefined` if the text is anything else. Never throws. */
export function readFields(text: string): Fields | undefined {
  if (isTooDeep(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text, keepDigits);
    return isObject(value) ? (value as Fields) : undefined; // the reviver left nothing but texts, lists and objects
  } catch {
    return undefined;
  }
}

/** The text of a field; `undefined` where there is none, or it is no text, or it is empty. */
export function textOf(fields: Fields, name: string): string | undefined {
  const field = fields[name];
  return typeof field === 'string' && field !== '' ? field : undefined;
}

/** The whole number of a field; `undefined` where there is none. */
export function numberOf(fields: Fields, name: string): number | undefined {
  const text = textOf(fields, name);
  const value = text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
  return value;
}

/** The fields below a field; `undefined` where it is no object. */
export function fieldsOf(fields: Fields, name: string): Fields | undefined {
  const field = fields[name];
  return isFields(field) ? field : undefined;
}

/** The objects of a list; empty where there is none. */
export function listOf(fields: Fields, name: string): readonly Fields[] {
  const field = fields[name];
  return Array.isArray(field) ? field.filter(isFields) : [];
}

/** Writes an object in which an id of any length stands as a bare number. */
export function writeJson(value: object): string {
  return JSON.stringify(value);
}

/** A number of any length for {@link writeJson}; `digits` must be digits. */
export function bareNumber(digits: string): object {
  const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => object }; // in Node 24, not yet in the types
  return rawJSON(digits);
}

const maxDepth = 32;

function keepDigits(_name: string, value: unknown, context?: { readonly source?: string }): Field {
  if (typeof value === 'number') return context?.source ?? String(value);
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value;
  if (isObject(value)) return Object.assign(Object.create(null), value);
  return value === null ? '' : String(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFields(field: Field | undefined): field is Fields {
  return isObject(field);
}

/** Counts brackets outside of texts before the parser, whose reviver recurses. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inText) {
      if (character === '\\') at++;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === '{' || character === '[') {
      if (++depth > maxDepth) return true;
    } else if (character === '}' || character === ']') depth--;
  }
  return false;
}

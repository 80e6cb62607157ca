/** JSON as texts only: a number stays the digits it was written in, as ids have 64 bits. `null` is an empty text. */
export type ExactJson = string | readonly ExactJson[] | ExactObject;

/** Without a prototype. */
export interface ExactObject {
  readonly [name: string]: ExactJson | undefined;
}

export type ExactReading =
  | { readonly kind: 'object'; readonly value: ExactObject }
  | { readonly kind: 'failed'; readonly reason: string };

/** Reads a JSON object that came from outside. Never throws. */
export function readExactJson(text: string): ExactReading {
  if (isTooDeep(text)) return { kind: 'failed', reason: 'JSON nested too deep' };
  let value: unknown;
  try {
    value = JSON.parse(text, keepDigits);
  } catch {
    return { kind: 'failed', reason: 'JSON cannot be parsed' };
  }
  if (!isObject(value)) return { kind: 'failed', reason: 'JSON is no object' };
  return { kind: 'object', value: value as ExactObject }; // the reviver left nothing but texts, lists and objects
}

const maxDepth = 32;

function keepDigits(_name: string, value: unknown, context?: { readonly source?: string }): ExactJson {
  if (typeof value === 'number') return context?.source ?? String(value);
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value;
  if (isObject(value)) return Object.assign(Object.create(null), value);
  return value === null ? '' : String(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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

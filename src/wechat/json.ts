import type { Field, Fields, FieldsReading } from './fields.ts';

/** Reads the JSON of a push. Numbers stay the digits they were written in, as ids have 64 bits. Never throws. */
export function readJson(text: string): FieldsReading {
  if (isTooDeep(text)) return { kind: 'failed', reason: 'JSON nested too deep' };
  let value: unknown;
  try {
    value = JSON.parse(text, keepDigits);
  } catch {
    return { kind: 'failed', reason: 'JSON cannot be parsed' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { kind: 'failed', reason: 'JSON is no object' };
  }
  return { kind: 'fields', fields: value as Fields }; // the reviver left nothing but texts, lists and objects
}

const MAX_DEPTH = 32;

function keepDigits(_name: string, value: unknown, context?: { readonly source?: string }): Field {
  if (typeof value === 'number') return context?.source ?? String(value);
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value;
  if (typeof value === 'object' && value !== null) return Object.assign(Object.create(null), value);
  return value === null ? '' : String(value);
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
      if (++depth > MAX_DEPTH) return true;
    } else if (character === '}' || character === ']') depth--;
  }
  return false;
}

import { type ExactJson, type ExactObject, readExactJson } from '../model/exact-json.ts';

/** What a JSON text from outside is read to. */
export type Field = ExactJson;
export type Fields = ExactObject;

/** Reads a JSON object. `undefined` if the text is anything else. Never throws. */
export function readFields(text: string): Fields | undefined {
  const reading = readExactJson(text);
  return reading.kind === 'object' ? reading.value : undefined;
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

function isFields(field: Field | undefined): field is Fields {
  return typeof field === 'object' && !Array.isArray(field);
}

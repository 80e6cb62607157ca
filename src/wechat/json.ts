import type { FieldsReading } from '../formats/text-fields.ts';
import { readExactJson } from '../model/exact-json.ts';

/** Reads the JSON of a push. Numbers stay the digits they were written in, as ids have 64 bits. Never throws. */
export function readJson(text: string): FieldsReading {
  const reading = readExactJson(text);
  return reading.kind === 'object' ? { kind: 'fields', fields: reading.value } : reading;
}

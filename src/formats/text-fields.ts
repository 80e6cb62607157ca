/**
 * What the readers of XML and of plain JSON give: texts only (a 64-bit number stays its digits), objects without a prototype,
 * a repeated name as a list.
 */
export type Field = string | readonly Field[] | Fields;

export interface Fields {
  readonly [name: string]: Field | undefined;
}

export type FieldsReading =
  | { readonly kind: 'fields'; readonly fields: Fields }
  | { readonly kind: 'failed'; readonly reason: string }
  /** A document type or entity declaration: nobody honest sends one. */
  | { readonly kind: 'forbidden'; readonly reason: string };

/** The text of a field; `undefined` where there is none, or it is no text, or it is empty. */
export function textOf(fields: Fields, name: string): string | undefined {
  const field = fields[name];
  return typeof field === 'string' && field !== '' ? field : undefined;
}

/** The fields below a field; `undefined` where it is no object. */
export function fieldsOf(fields: Fields, name: string): Fields | undefined {
  const field = fields[name];
  return field !== undefined && isFields(field) ? field : undefined;
}

export function isFields(field: Field): field is Fields {
  return typeof field === 'object' && !Array.isArray(field);
}

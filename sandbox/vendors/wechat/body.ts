/** A field of a push. Bigints are WeChat's 64-bit ids: bare numbers in JSON, longer than a JavaScript number. */
export type Field = string | number | bigint | readonly Field[] | { readonly [name: string]: Field };

/** A push without what WeChat adds by itself. */
export interface PushMessage {
  readonly FromUserName: string;
  readonly MsgType: string;
  readonly [name: string]: Field;
}

/** The plain body in one of WeChat's two data formats. */
export function writeBody(format: 'xml' | 'json', fields: { readonly [name: string]: Field }): string {
  return format === 'xml' ? `<xml>${writeXmlFields(fields)}</xml>` : writeJson(fields);
}

function writeXmlFields(fields: { readonly [name: string]: Field }): string {
  return Object.entries(fields)
    .map(([name, field]) =>
      isList(field) ? field.map((each) => writeElement(name, each)).join('') : writeElement(name, field),
    )
    .join('\n');
}

function writeElement(name: string, field: Field): string {
  return `<${name}>${writeXmlValue(field)}</${name}>`;
}

function writeXmlValue(field: Field): string {
  if (typeof field === 'string') return `<![CDATA[${field.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
  if (typeof field === 'object') return isList(field) ? '' : writeXmlFields(field); // XML knows no list of lists
  return String(field);
}

function writeJson(field: Field): string {
  if (typeof field === 'string') return JSON.stringify(field);
  if (typeof field !== 'object') return String(field);
  if (isList(field)) return `[${field.map(writeJson).join(',')}]`;
  return `{${Object.entries(field)
    .map(([name, value]) => `${JSON.stringify(name)}:${writeJson(value)}`)
    .join(',')}}`;
}

function isList(field: Field): field is readonly Field[] {
  return Array.isArray(field);
}

/**
 * A value with its texts as the API takes them: JSON writes half a character and a control character as `\u…`, and WeChat
 * refuses a body with that in it (code 40033) or shows it letter by letter. What word processors break lines with becomes
 * a line; the others nobody sees.
 */
export function cleanTexts<Value>(value: Value): Value {
  return cleanAny(value) as Value; // texts stay texts, and all else is as it was
}

function cleanAny(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(cleanAny);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, cleanAny(field)]));
}

function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\v\f\u0085]/g, '\n')
    .replaceAll(/[^\P{Cc}\t\r\n]/gu, '');
}

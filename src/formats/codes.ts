/** Turns codes within a text into what stands for them. Codes may have no end mark, so the longest that fits is meant. */
export function translateCodes(table: readonly (readonly [string, string])[]): (text: string) => string {
  const byCode = new Map(table);
  const codes = [...byCode.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(
    codes.map((code) => code.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'),
    'g',
  );
  return (text) => text.replaceAll(pattern, (code) => byCode.get(code) ?? code);
}

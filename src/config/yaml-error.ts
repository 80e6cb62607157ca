import type { YAMLError } from 'yaml';

/** What would be right where the file is not YAML. The parser's own words may quote the file, and with it a secret. */
export function describeYamlError(code: YAMLError['code']): string {
  return texts[code] ?? `expected YAML (${code})`;
}

const texts: { readonly [Code in YAMLError['code']]?: string } = {
  BAD_ALIAS: 'expected an anchor (&name) before its alias (*name)',
  BAD_DQ_ESCAPE: 'expected a known escape after the backslash; in single quotes it stands for itself',
  BAD_INDENT: 'expected the same indentation as the lines around',
  BAD_SCALAR_START: 'expected quotes around a text that begins with this character',
  BLOCK_AS_IMPLICIT_KEY: 'expected one `name: value` a line; quote a value that has a colon in it',
  DUPLICATE_KEY: 'expected each name once, got it a second time',
  MISSING_CHAR: 'expected a closing quote or bracket, a colon after a name, or a comma between values',
  MULTILINE_IMPLICIT_KEY: 'expected `name: value` in one line',
  MULTIPLE_DOCS: 'expected one document; leave out the `---`',
  NON_STRING_KEY: 'expected a name that is a text',
  TAB_AS_INDENT: 'expected spaces, got a tab',
  TAG_RESOLVE_FAILED: 'expected a value without a tag',
  UNEXPECTED_TOKEN:
    'expected `name: value`, or quotes around the text (within braces also around a reference)',
};

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the configuration
import { describe, expect, test } from 'vitest';
import { faultLines, good, read } from './made-up.ts';

/** What the secret becomes when it stands in the file like this. */
function secretOf(written: string, options?: Parameters<typeof read>[1]): string | undefined {
  const result = read(
    good.replace('${SECRET}', () => written),
    options,
  );
  return result.kind === 'config' ? result.config.tenants[0]?.wechat?.secret : undefined;
}

describe('references', () => {
  test.each<[string, string, string]>([
    ['a variable', '${SECRET}', 'sesame-open'],
    ['within a longer text', 'a-${KEY}-b-${KEY}', 'a-k-2-b-k-2'],
    ['a literal one', '$${SECRET}', '${SECRET}'],
    ['a literal one before a true one', '$${xy}${KEY}', '${xy}k-2'],
    ['a dollar that is none', 'US$5 {each}', 'US$5 {each}'],
    ['in quotes', "'${SECRET}'", 'sesame-open'],
  ])('%s', (_, written, secret) => {
    expect(secretOf(written)).toBe(secret);
  });

  test('a value is not looked at again', () => {
    const variables = { SECRET: '${ACME_KEY}$${', ACME_KEY: 'k' };
    expect(secretOf('${SECRET}', { variables })).toBe('${ACME_KEY}$${');
  });

  test.each([
    ['one\n', 'one-long'],
    ['one\r\n', 'one-long'],
    ['one\n\n', 'one\n-long'],
    ['one', 'one-long'],
    [' one ', ' one -long'],
  ])('of a file %j only the last newline is cut', (content, secret) => {
    expect(secretOf('${file:key.txt}-long', { files: { 'key.txt': content } })).toBe(secret);
  });

  test('a number or a truth may come by a variable; a text stays a text', () => {
    const text = `${good.replace('${SECRET}', '${DIGITS}')}        greets: \${NO}\nlisten: { port: \${PORT} }\n`;
    const variables = { ACME_KEY: 'k', DIGITS: '1234567890', NO: 'false', PORT: '8080' };
    expect(read(text.replace('${PORT}', '"${PORT}"'), { variables })).toMatchObject({
      config: {
        listen: { port: 8080 },
        tenants: [{ wechat: { secret: '1234567890' }, helpdesks: [{ settings: { greets: false } }] }],
      },
    });
  });

  test('a secret that came by a reference gives no warning, a literal one does', () => {
    expect(read(good)).toMatchObject({ kind: 'config', warnings: [] });
    expect(read(good.replace('${SECRET}', () => '$${SECRET}'))).toMatchObject({ warnings: [{ line: 6 }] });
  });
});

describe('references to nothing', () => {
  const place = 'c.yaml:6: tenants.shop.wechat.secret';
  test.each<[string, string, string]>([
    ['a variable that is not set', '${NONE}', 'expected the environment variable NONE to be set'],
    ['a file that is not there', '${file:none.txt}', 'expected a readable file none.txt (ENOENT)'],
    ['not a name', '${a b}', 'expected ${NAME} or ${file:PATH}; write $${ for ${ itself'],
    ['not closed', '${SECRET', 'expected ${NAME} or ${file:PATH}; write $${ for ${ itself'],
    ['no file', '${file:}', 'expected ${NAME} or ${file:PATH}; write $${ for ${ itself'],
  ])('%s', (_, written, text) => {
    expect(faultLines(good.replace('${SECRET}', () => written))).toEqual([`${place}: ${text}`]);
  });

  test('two in one text are two faults', () => {
    expect(faultLines(good.replace('${SECRET}', '${ONE}${TWO}'))).toEqual([
      `${place}: expected the environment variable ONE to be set`,
      `${place}: expected the environment variable TWO to be set`,
    ]);
  });

  test('an empty variable is set, and the setting judges it', () => {
    const variables = { SECRET: '', ACME_KEY: 'k' };
    expect(faultLines(good, { variables })).toEqual([`${place}: expected at least 8 characters`]);
  });
});

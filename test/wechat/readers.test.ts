import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readXml } from '../../src/formats/xml.ts';
import { readJson } from '../../src/wechat/json.ts';

describe('the XML reader', () => {
  test.each([
    ['<xml><A><![CDATA[ a&amp; ]]><![CDATA[b]]></A></xml>', ' a&amp; b'],
    ['<xml><A>\n<![CDATA[x]]>\n</A></xml>', 'x'],
    ['<xml><A> x &amp; &lt;y&gt; &#20320;&#x597d; &nbsp; </A></xml>', 'x & <y> 你好 &nbsp;'],
    ['<?xml version="1.0"?><!-- c --><xml><A><!-- c -->x</A></xml>', 'x'],
    ['<xml><A>0023637352235060881</A></xml>', '0023637352235060881'],
    ['<xml><A>&#xD800;</A></xml>', '\ufffd'],
    ['<xml><A/></xml>', ''],
    ['<xml><A>?b=1&c=2</A></xml>', '?b=1&c=2'],
  ])('reads %s', (text, A) => {
    expect(readXml(text)).toEqual({ kind: 'fields', fields: { A } });
  });

  test('makes a list of a repeated name and an object of what has elements', () => {
    expect(readXml('<xml><L><T>1</T></L><L><T>2</T></L><L>3</L></xml>')).toEqual({
      kind: 'fields',
      fields: { L: [{ T: '1' }, { T: '2' }, '3'] },
    });
  });

  test.each([
    '<!DOCTYPE xml><xml><A>1</A></xml>',
    '<!doctype xml [<!ENTITY a "b">]><xml><A>&a;</A></xml>',
    '<xml><!ENTITY a "b"><A>1</A></xml>',
  ])('forbids %s', (text) => {
    expect(readXml(text).kind).toBe('forbidden');
  });

  test('looks at a million bytes of open comments within a blink', () => {
    const begun = performance.now();
    expect(readXml('<!--'.repeat(250_000)).kind).toBe('failed');
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  test('never expands an entity, even where a declaration hides', () => {
    const hidden = '<a b="<!--"></a><!DOCTYPE xml [<!ENTITY a "expanded">]><xml c="-->"><A>&a;</A></xml>';
    expect(JSON.stringify(readXml(hidden))).not.toContain('expanded');
  });

  test.each([
    '',
    'words',
    '<xml',
    '<xml>words</xml>',
    '<xml><A>1</A>',
    '<xml><A>1</B></xml>',
    '<a><b>1</b></a><c><d>2</d></c>',
    '<xml><A><![CDATA[x</A></xml>',
  ])('has a word for %j', (text) => expect(readXml(text).kind).toBe('failed'));

  test('reads eight levels and no more', () => {
    const nested = (depth: number) => `${'<a>'.repeat(depth)}1${'</a>'.repeat(depth)}`;
    expect([readXml(nested(8)).kind, readXml(nested(9)).kind]).toEqual(['fields', 'failed']);
  });
});

describe('the JSON reader', () => {
  test('keeps numbers as their digits, and other values as texts', () => {
    expect(
      readJson('{"a":1.50,"b":-9223372036854775808,"c":true,"d":null,"e":[12345678901234567890]}'),
    ).toEqual({
      kind: 'fields',
      fields: { a: '1.50', b: '-9223372036854775808', c: 'true', d: '', e: ['12345678901234567890'] },
    });
  });

  test.each([
    '',
    '[]',
    '"a"',
    'null',
    '{"a":}',
    '{'.repeat(200_000),
    `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`,
  ])('has a word for what is no object (%#)', (text) => expect(readJson(text).kind).toBe('failed'));

  test('is not misled by brackets within texts', () => {
    expect(readJson(JSON.stringify({ a: `${'['.repeat(100)}\\"{` })).kind).toBe('fields');
  });
});

describe.each([
  ['XML', readXml],
  ['JSON', readJson],
] as const)('the %s reader', (format, read) => {
  test('never throws', () => {
    const pieces = [
      '<xml>',
      '</xml>',
      '<a',
      '<![CDATA[',
      ']]>',
      '&#',
      '<!',
      '{"a":',
      '}',
      '[',
      '"',
      '\\',
      '1',
      '你',
    ];
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...pieces)).map((list) => list.join('')),
    );
    fc.assert(
      fc.property(text, (input) => {
        expect(['fields', 'failed', 'forbidden']).toContain(read(input).kind);
      }),
    );
  });

  test('gives objects without a prototype, whatever the names', () => {
    for (const name of ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString']) {
      const reading = read(
        format === 'XML' ? `<xml><${name}><p>1</p></${name}></xml>` : `{"${name}":{"p":"1"}}`,
      );
      if (reading.kind === 'fields') expect(Object.getPrototypeOf(reading.fields)).toBeNull();
    }
    expect(Object.hasOwn(Object.prototype, 'p')).toBe(false);
  });

  test('reads every 64-bit number exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (id) => {
        const reading = read(format === 'XML' ? `<xml><A>${id}</A></xml>` : `{"A":${id}}`);
        expect(reading).toEqual({ kind: 'fields', fields: { A: String(id) } });
      }),
    );
  });

  test('gives back any words', () => {
    const words = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\r') && text.isWellFormed());
    fc.assert(
      fc.property(words, (text) => {
        const cdata = `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
        const reading = read(format === 'XML' ? `<xml><A>${cdata}</A></xml>` : JSON.stringify({ A: text }));
        expect(reading).toEqual({ kind: 'fields', fields: { A: text } });
      }),
    );
  });
});

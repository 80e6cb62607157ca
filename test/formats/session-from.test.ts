import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSessionFrom } from '../../src/formats/session-from.ts';
import { signToken } from './sign-token.ts';

const token = signToken('k'.repeat(32), { sub: 'oABC', exp: 1 });

describe('a session-from', () => {
  test.each([
    ['nothing', '', []],
    ['a page', 'pages/order/detail', []],
    [
      'a query',
      'vip=3&city=%E4%B8%8A%E6%B5%B7',
      [
        ['vip', '3'],
        ['city', '上海'],
      ],
    ],
    ['a query behind a page', 'pages/a?id=7', [['id', '7']]],
    [
      'an object',
      '{"vip":3,"name":"李","on":true,"none":null}',
      [
        ['vip', '3'],
        ['name', '李'],
        ['on', 'true'],
      ],
    ],
    ['numbers of 64 bits', '{"id":9223372036854775807}', [['id', '9223372036854775807']]],
    [
      'objects within',
      '{"order":{"id":"A1","shop":{"no":7}}}',
      [
        ['order.id', 'A1'],
        ['order.shop.no', '7'],
      ],
    ],
    ['a list', '{"tags":["新客",5,{"x":1}]}', [['tags', '新客、5']]],
    ['what is too deep', '{"a":{"b":{"c":{"d":1}}},"e":1}', [['e', '1']]],
    ['half an object', '{"vip":3', []],
    ['a field `signed` that is no token', '{"signed":"yes"}', [['signed', 'yes']]],
  ])('is read where it is %s', (_what, text, fields) => {
    expect(readSessionFrom(text)).toEqual({ fields, rest: text });
  });

  test.each([
    ['alone', token, ''],
    ['in an object, first', `{"signed":"${token}", "page":"p"}`, '{ "page":"p"}'],
    ['in an object, last', `{"page":"p" , "signed" : "${token}"}`, '{"page":"p" }'],
    ['in an object, between', `{"page":"p","signed":"${token}","n":1}`, '{"page":"p","n":1}'],
    ['as an object’s only field', `{"signed":"${token}"}`, ''],
    ['in a query, first', `signed=${token}&page=p`, 'page=p'],
    ['in a query, last', `pages/a?page=p&signed=${token}`, 'pages/a?page=p'],
    ['as a query’s only field', `pages/a?signed=${token}`, 'pages/a'],
    ['twice', `{"signed":"${token}","copy":"${token}"}`, ''],
    ['in other characters', `{"signed":"\\u0065${token.slice(1)}"}`, ''],
  ])('gives its token away and keeps the rest: %s', (_where, text, rest) => {
    const reading = readSessionFrom(text);
    expect(reading).toMatchObject({ token, rest });
    expect(reading.fields.map(([key]) => key)).not.toContain('signed');
  });

  test('is read whatever it is, and a token is never in the rest', () => {
    const pieces = fc.constantFrom('{', '}', '"', 'signed', ':', '=', '&', ',', token, ' ', 'x', '\\');
    const made = fc.oneof(
      fc.string(),
      fc.array(pieces).map((list) => list.join('')),
      fc.json(),
    );
    fc.assert(
      fc.property(made, (text) => {
        const { token: found, rest, fields } = readSessionFrom(text);
        expect(found === undefined || !rest.includes(found)).toBe(true);
        for (const pair of fields) expect(pair.map((word) => typeof word)).toEqual(['string', 'string']);
      }),
    );
  });

  test('gives back every flat object of texts', () => {
    const texts = fc.dictionary(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), { maxKeys: 8 });
    fc.assert(
      fc.property(texts, (object) => {
        expect(Object.fromEntries(readSessionFrom(JSON.stringify(object)).fields)).toEqual({ ...object });
      }),
    );
  });
});

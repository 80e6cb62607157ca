import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readExactJson } from '../../src/model/exact-json.ts';

describe('JSON that came from outside', () => {
  test('keeps the digits of its numbers', () => {
    expect(readExactJson('{"id":13123123123123123123,"rate":1.50,"no":null,"is":true}')).toEqual({
      kind: 'object',
      value: { id: '13123123123123123123', rate: '1.50', no: '', is: 'true' },
    });
  });

  test('is read to 32 levels, and brackets in texts are none', () => {
    const nested = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
    expect(readExactJson(nested(32)).kind).toBe('object');
    expect(readExactJson(nested(33))).toEqual({ kind: 'failed', reason: 'JSON nested too deep' });
    expect(readExactJson(JSON.stringify({ text: '[{'.repeat(100) })).kind).toBe('object');
    expect(readExactJson(nested(100_000)).kind).toBe('failed');
  });

  test('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => ['object', 'failed'].includes(readExactJson(text).kind)));
    fc.assert(fc.property(fc.json(), (text) => ['object', 'failed'].includes(readExactJson(text).kind)));
  });
});

import { describe, expect, test } from 'vitest';
import { readFields } from '../../src/formats/fields.ts';

describe('JSON', () => {
  test('keeps the digits of numbers, and has no prototype', () => {
    expect(readFields('{"a":23637352235060881,"b":1.50,"c":null,"d":[1,"x",{"e":true}]}')).toEqual({
      a: '23637352235060881',
      b: '1.50',
      c: '',
      d: ['1', 'x', { e: 'true' }],
    });
    expect(readFields('{"__proto__":{"x":1}}')).not.toHaveProperty('x');
    expect(readFields('{}')?.constructor).toBeUndefined();
  });

  test('nested without end is none', () => {
    expect(readFields('{"a":'.repeat(100_000))).toBeUndefined();
    expect(readFields('{"a":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}')).toBeDefined();
  });
});

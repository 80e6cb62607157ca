import { describe, expect, test } from 'vitest';
import { nameInDisposition } from '../../src/formats/disposition.ts';

describe('the name in a Content-Disposition', () => {
  test.each([
    [undefined, undefined],
    ['inline', undefined],
    ['attachment; filename=a.png', 'a.png'],
    ['attachment; filename="a; \\"b\\".png"; size=3', 'a; "b".png'],
    ['attachment; filename="x.png"; filename*=UTF-8\'\'%E5%9B%BE.png', '图.png'],
    ['attachment; filename="%E5%9B%BE.png"', '图.png'],
    ['attachment; filename="100%.png"', '100%.png'],
    [`attachment; filename="${Buffer.from('图.png').toString('latin1')}"`, '图.png'],
    ['attachment; filename="caf\u00e9.png"', 'café.png'],
    ['attachment; filename=""', undefined],
  ])('%j', (header, name) => {
    expect(nameInDisposition(header) || undefined).toBe(name);
  });
});

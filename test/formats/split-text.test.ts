import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitText } from '../../src/formats/split-text.ts';

describe('a text that is split', () => {
  test('is the text again when joined, in pieces that fit, with every character whole', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 2, max: 9 }),
        (whole, most) => {
          const pieces = splitText(whole, most);
          expect(pieces.join('')).toBe(whole);
          for (const piece of pieces) {
            expect(piece.length).toBeLessThanOrEqual(most);
            expect(piece).not.toBe('');
            expect(piece.isWellFormed()).toBe(true);
          }
        },
      ),
    );
  });

  test('of 4001 units is two', () => {
    expect(splitText('好'.repeat(4001), 4000).map(({ length }) => length)).toEqual([4000, 1]);
    expect(splitText('好'.repeat(4000), 4000)).toHaveLength(1);
    expect(splitText(`${'好'.repeat(3999)}😀`, 4000)).toEqual(['好'.repeat(3999), '😀']);
  });
});

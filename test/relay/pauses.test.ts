import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pauseBeforeNext } from '../../src/relay/pauses.ts';

describe('a pause', () => {
  test.each([
    [0, 1000],
    [1, 1000],
    [2, 4000],
    [3, 15_000],
    [4, 30_000],
    [5, 60_000],
    [6, 60_000],
    [1000, 60_000],
  ])('after %i tries is %i ms, a fifth more or less', (tries, pauseMs) => {
    expect(pauseBeforeNext(tries, 0.5)).toBe(pauseMs);
    expect(pauseBeforeNext(tries, 0)).toBe(pauseMs * 0.8);
    expect(pauseBeforeNext(tries, 1)).toBe(pauseMs * 1.2);
  });

  test('is a whole number between four fifths of a second and 72 seconds', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }), (tries, random) => {
        const pauseMs = pauseBeforeNext(tries, random);
        expect(Number.isInteger(pauseMs)).toBe(true);
        expect(pauseMs).toBeGreaterThanOrEqual(800);
        expect(pauseMs).toBeLessThanOrEqual(72_000);
      }),
    );
  });
});

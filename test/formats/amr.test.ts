import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guessDurationMs, readAmrDurationMs } from '../../src/formats/amr.ts';

describe('an AMR recording', () => {
  const frameSizes = [13, 14, 16, 18, 20, 21, 27, 32, 6];
  const frame = (mode: number) => {
    const bytes = Buffer.alloc(frameSizes[mode] ?? 1);
    bytes[0] = mode << 3;
    return bytes;
  };

  test('has 20 ms a frame, whatever the modes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 1 }), (modes) => {
        const bytes = Buffer.concat([Buffer.from('#!AMR\n'), ...modes.map(frame)]);
        expect(readAmrDurationMs(bytes)).toBe(modes.length * 20);
      }),
    );
  });

  test('is nothing else, and any bytes are read without a throw', () => {
    expect(readAmrDurationMs(Buffer.from('#!AMR\n'))).toBeUndefined();
    expect(readAmrDurationMs(Buffer.from('#!AMR-WB\n12345'))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const read = readAmrDurationMs(bytes);
        expect(read === undefined || read > 0).toBe(true);
      }),
    );
  });

  test('of another kind is guessed, and never 0', () => {
    expect(guessDurationMs(0)).toBe(1000);
    expect(guessDurationMs(6400)).toBe(4000);
  });
});

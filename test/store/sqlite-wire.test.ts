import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BatchWire } from '../../src/store/sqlite/protocol.ts';
import { BatchPacker, packAnswer, unpackAnswer, unpackBatches } from '../../src/store/sqlite/wire.ts';

const value = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.uint8Array({ maxLength: 8 }));
const step = fc.tuple(fc.nat(), fc.array(value, { maxLength: 5 }), fc.integer({ min: -1, max: 3 }));
const batches: fc.Arbitrary<readonly BatchWire[]> = fc.array(fc.array(step, { maxLength: 4 }), {
  maxLength: 5,
});

test('batches come out as they went in, empty ones too', () => {
  fc.assert(
    fc.property(batches, (given) => {
      const packer = new BatchPacker();
      for (const batch of given) packer.add(batch);
      expect(packer.count).toBe(given.length);
      const message = structuredClone(packer.take());
      expect(unpackBatches(message)).toEqual(given);
      expect(packer.count).toBe(0);
    }),
  );
});

test('an answer comes out as it went in, and is a number where no step gave a row', () => {
  const rows = fc.array(fc.array(fc.record({ id: fc.string() }), { maxLength: 2 }), { maxLength: 4 });
  fc.assert(
    fc.property(rows, (given) => {
      const packed = packAnswer({ rows: given });
      expect(typeof packed === 'number').toBe(given.every((each) => each.length === 0));
      expect(unpackAnswer(structuredClone(packed))).toEqual({ rows: given });
    }),
  );
  for (const answer of [{ missed: 2 }, { failed: 'bug', message: 'no such column' }] as const) {
    expect(unpackAnswer(packAnswer(answer))).toEqual(answer);
  }
});

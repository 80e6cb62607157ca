import fc from 'fast-check';
import type { RootOperationNode } from 'kysely';
import { expect, test } from 'vitest';
import { Argument, type Statement, type Step } from '../../src/ports/store.ts';
import type { BatchWire } from '../../src/store/sqlite/protocol.ts';
import {
  BatchPacker,
  type Placed,
  packAnswer,
  unpackAnswer,
  unpackBatches,
} from '../../src/store/sqlite/wire.ts';

const value = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.uint8Array({ maxLength: 8 }));
const step = fc.tuple(fc.nat(), fc.array(value, { maxLength: 5 }), fc.integer({ min: -1, max: 3 }));
const batches: fc.Arbitrary<readonly BatchWire[]> = fc.array(fc.array(step, { maxLength: 4 }), {
  maxLength: 5,
});

/** A step of the statement at this place, with an argument for each value. */
function stepOf([place, values, expected]: BatchWire[number]): Step {
  return {
    statement: { id: `${place} ${values.length}`, node: { kind: 'RawNode' } as RootOperationNode },
    args: Object.fromEntries(values.entries()),
    ...(expected >= 0 && { expect: expected }),
  };
}

function compile({ id }: Statement): Placed {
  const [place = 0, values] = id.split(' ').map(Number);
  const places = Array.from({ length: values ?? 0 }, (_, index) => new Argument(String(index)));
  return { sql: id, place, places };
}

test('batches come out as they went in, empty ones too', () => {
  fc.assert(
    fc.property(batches, (given) => {
      const packer = new BatchPacker();
      for (const batch of given) packer.add(batch.map(stepOf), compile);
      expect(packer.count).toBe(given.length);
      const message = structuredClone(packer.take());
      expect(unpackBatches(message)).toEqual(given);
      expect(packer.count).toBe(0);
    }),
  );
});

test('a batch that cannot be packed leaves nothing of itself', () => {
  fc.assert(
    fc.property(batches, fc.array(step, { maxLength: 4 }), (given, refused) => {
      const packer = new BatchPacker();
      const lacking = { ...stepOf([1, ['here'], -1]), args: {} };
      for (const batch of given) {
        packer.add(batch.map(stepOf), compile);
        expect(() => packer.add([...refused.map(stepOf), lacking], compile)).toThrow(/argument 0 of 1 1/);
      }
      expect(packer.count).toBe(given.length);
      expect(unpackBatches(packer.take())).toEqual(given);
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

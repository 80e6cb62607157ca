import type { SqlValue } from '../../ports/store.ts';
import type { BatchAnswer, BatchWire } from './protocol.ts';

/**
 * Batches on their way to another thread, without a list inside a list: each costs as much to copy as what a step says
 * itself, at both ends.
 */
export interface PackedBatches {
  /** Of each batch how many steps it has, then of each step its statement, how many values it has, and what it expects. */
  readonly shape: readonly number[];
  /** Of all steps, in order. */
  readonly values: readonly SqlValue[];
}

/** Gathers batches, one after the other. */
export class BatchPacker {
  #shape: number[] = [];
  #values: SqlValue[] = [];
  #count = 0;

  /** So many batches were gathered. */
  get count(): number {
    return this.#count;
  }

  add(batch: BatchWire): void {
    this.#count += 1;
    this.#shape.push(batch.length);
    for (const [statement, values, expect] of batch) {
      this.#shape.push(statement, values.length, expect);
      for (const value of values) this.#values.push(value);
    }
  }

  /** What was gathered, and begins anew. */
  take(): PackedBatches {
    const packed = { shape: this.#shape, values: this.#values };
    this.#shape = [];
    this.#values = [];
    this.#count = 0;
    return packed;
  }
}

export function unpackBatches({ shape, values }: PackedBatches): readonly BatchWire[] {
  const batches: BatchWire[] = [];
  let place = 0;
  let used = 0;
  const next = () => shape[place++] ?? 0;
  while (place < shape.length) {
    batches.push(
      Array.from({ length: next() }, () => {
        const statement = next();
        const from = used;
        used += next();
        return [statement, values.slice(from, used), next()] as const;
      }),
    );
  }
  return batches;
}

/** An answer on its way back. A number: so many steps stand, and gave no row, as most do. */
export type PackedAnswer = BatchAnswer | number;

export function packAnswer(answer: BatchAnswer): PackedAnswer {
  const isBare = 'rows' in answer && answer.rows.every((rows) => rows.length === 0);
  return isBare ? answer.rows.length : answer;
}

export function unpackAnswer(answer: PackedAnswer): BatchAnswer {
  return typeof answer === 'number' ? { rows: Array.from({ length: answer }, () => []) } : answer;
}

import type { SqlValue, Statement, Step } from '../../ports/store.ts';
import { addValues, type Compiled } from '../compiled.ts';
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

/** A statement, and its place among those that the worker has prepared. */
export interface Placed extends Compiled {
  readonly place: number;
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

  /** Throws, and adds nothing, where a step's argument is missing or would not be kept as it is. */
  add(steps: readonly Step[], compile: (statement: Statement) => Placed): void {
    const before = { shape: this.#shape.length, values: this.#values.length };
    try {
      this.#shape.push(steps.length);
      for (const step of steps) this.#addStep(step, compile(step.statement));
      this.#count += 1;
    } catch (error) {
      this.#shape.length = before.shape;
      this.#values.length = before.values;
      throw error;
    }
  }

  #addStep(step: Step, compiled: Placed): void {
    addValues(this.#values, compiled, step);
    this.#shape.push(compiled.place, compiled.places.length, step.expect ?? -1);
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

const noRows: readonly unknown[] = [];

export function unpackAnswer(answer: PackedAnswer): BatchAnswer {
  return typeof answer === 'number' ? { rows: new Array(answer).fill(noRows) } : answer;
}

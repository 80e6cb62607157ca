import type { RootOperationNode } from 'kysely';

/**
 * One query, built once by Kysely without an engine. An engine compiles it for its own dialect and prepares it once;
 * after that a batch carries its `id` and values only.
 */
export interface Statement<Row = unknown> {
  readonly id: string;
  readonly node: RootOperationNode;
  /** Only a type: what a row of the answer looks like. */
  readonly row?: Row;
}

export type SqlValue = string | number | null;

/** A statement with its arguments, and how many rows it must touch (or return) for its batch to stand. */
export interface Step<Row = unknown> {
  readonly statement: Statement<Row>;
  readonly args: Readonly<Record<string, SqlValue>>;
  readonly expect?: number;
}

/** The place of an argument in a statement. */
export class Argument {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** The rows each step gave; a step that returns none gives an empty list. */
export type BatchResult<Steps extends readonly Step[]> = {
  [Index in keyof Steps]: Steps[Index] extends Step<infer Row> ? readonly Row[] : never;
};

/**
 * What an engine must be. A batch is all or nothing: a step that touches another number of rows than it expects undoes
 * its batch (rejects with `StepMissed`), and no other. A batch that resolves is durable. Where the engine cannot take
 * anything, the promise rejects with the code `storeUnavailable`.
 */
export interface Store {
  batch<const Steps extends readonly Step[]>(steps: Steps): Promise<BatchResult<Steps>>;
  /** Nothing is taken any more; what was taken is finished. */
  close(): Promise<void>;
}

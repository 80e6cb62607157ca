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

/** Bytes are kept as they are: `blob` or `bytea`. */
export type SqlValue = string | number | null | Uint8Array;

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

/** Where a store is. */
export type StorePlace =
  | { readonly kind: 'sqlite'; readonly path: string }
  /** The URL may have a password in it. `connections`: so many at most. */
  | { readonly kind: 'postgres'; readonly url: string; readonly connections: number };

/**
 * What an engine must be. A batch is all or nothing: a step that touches another number of rows than it expects undoes
 * its batch (rejects with `StepMissed`), and no other. A batch that resolves is durable. Where the engine cannot take
 * anything, the promise rejects with the code `storeUnavailable`: what it was given may have been written all the same
 * if the engine broke at that moment, so whoever tries again proves what he builds on.
 *
 * Batches that name the same thing run one after another, those of one process in the order in which they were given,
 * as if there were no others. What a batch names are its arguments called `conversation`, `id`, `message` and `outside`,
 * the lane of a turn, and the name of a permit or fact. So whatever looks at several rows of a conversation names it.
 */
export interface Store {
  batch<const Steps extends readonly Step[]>(steps: Steps): Promise<BatchResult<Steps>>;
  /** Nothing is taken any more; what was taken is finished. */
  close(): Promise<void>;
}

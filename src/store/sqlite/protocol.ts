import type { SqlValue } from '../../ports/store.ts';
import type { CompiledMigration } from '../migrations/compile.ts';
import type { PackedAnswer, PackedBatches } from './wire.ts';

/** What the worker is started with. */
export interface WorkerStart {
  readonly path: string;
  readonly migrations: readonly CompiledMigration[];
}

/** A batch as the worker runs it: place of the prepared statement, values, expected rows or -1. */
export type BatchWire = readonly (readonly [
  statement: number,
  values: readonly SqlValue[],
  expect: number,
])[];

/** One message to the worker holds batches of one round of the main thread's event loop, in their order. */
export interface ToWorker {
  /** Statements that the worker has not seen: their places and SQL. */
  readonly prepare: readonly (readonly [statement: number, sql: string])[];
  readonly batches: PackedBatches;
  /** Another message of the same round follows: they are to be run, and committed with what is in that. */
  readonly more: boolean;
  readonly close: boolean;
}

/**
 * What became of one batch: rows by step; the step that missed; or that it failed, `bug`: by what it asked for, else
 * because the store cannot take it.
 */
export type BatchAnswer =
  | { readonly rows: readonly (readonly unknown[])[] }
  | { readonly missed: number }
  | { readonly failed: 'bug' | 'storeUnavailable'; readonly message: string };

/**
 * `answers` is one commit, in the order of its batches; with it end so many messages, of those without `more`. `tookMs` is
 * what the thread needed, without its waits for more. `logKept`: the log could not be moved into the file and goes on growing.
 * After `failed` the thread ends by itself.
 */
export type FromWorker =
  | { readonly kind: 'open' }
  | { readonly kind: 'logKept'; readonly message: string }
  | { readonly kind: 'failed'; readonly code: 'storeLocked' | 'storeUnavailable'; readonly message: string }
  | {
      readonly kind: 'answers';
      readonly answers: readonly PackedAnswer[];
      readonly messages: number;
      readonly tookMs: number;
    };

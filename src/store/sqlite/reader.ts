import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { BridgeError } from '../../ports/errors.ts';
import type { Step } from '../../ports/store.ts';
import { type Compiled, valuesOf } from '../compiled.ts';
import { compileStatement } from './compile.ts';

/** A second connection that only reads: for exports and the console, which must not hold up the writer. */
export interface StoreReader {
  /**
   * The rows of one query, as they were after the last commit before it. Runs in the caller's thread: ask for pages, and
   * let others have their turn between them.
   */
  read<Row>(step: Step<Row>): readonly Row[];
  close(): void;
}

/** While the log is recovered or reset, a read waits at most so long. */
const busyTimeoutMs = 1000;

/** Reads the same statements from a store in a file, whether a process has it open or not. */
export function openSqliteReader(path: string): StoreReader {
  const db = openReadOnly(path);
  const prepared = new Map<string, Compiled & { readonly run: StatementSync }>();

  const prepare = (step: Step) => {
    const { statement } = step;
    const known = prepared.get(statement.id);
    if (known) return known;
    const compiled = compileStatement(statement);
    const ready = { ...compiled, run: db.prepare(compiled.sql) };
    prepared.set(statement.id, ready);
    return ready;
  };

  return {
    read<Row>(step: Step<Row>) {
      try {
        const { run, ...compiled } = prepare(step);
        // The statement says what its rows look like; a plain object each, as the engine gives.
        return run.all(...valuesOf(compiled, step)).map((row) => ({ ...row }) as Row);
      } catch (cause) {
        if (cause instanceof BridgeError) throw cause;
        throw new BridgeError('storeUnavailable', `expected to read ${step.statement.id}`, { cause });
      }
    },
    close: () => db.close(),
  };
}

function openReadOnly(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
  } catch (cause) {
    throw new BridgeError('storeUnavailable', `expected to open ${path} for reading`, { cause });
  }
}

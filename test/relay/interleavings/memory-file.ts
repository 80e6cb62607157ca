import { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import { BridgeError, StepMissed } from '../../../src/ports/errors.ts';
import type { Step, Store } from '../../../src/ports/store.ts';
import { type Compiled, valuesOf } from '../../../src/store/compiled.ts';
import { compileMigrations } from '../../../src/store/migrations/compile.ts';
import { GroupCommit, type Prepared, prepare } from '../../../src/store/sqlite/commit.ts';
import { compileStatement } from '../../../src/store/sqlite/compile.ts';
import { migrate } from '../../../src/store/sqlite/migrate.ts';
import { queries } from '../../../src/store/statement.ts';
import type { MessageTable } from '../../../src/store/tables.ts';

/** A real SQLite in memory that outlives the stores opened on it, as a file does. */
export interface MemoryFile {
  /** The engine's own statements and commits, without its thread: each batch takes one round of the event loop. */
  open(): Store;
  /** Every message, by conversation and place, without a round. */
  messages(): readonly MessageTable[];
  /** As a new file, but with its statements prepared: that takes longer than most tests. */
  wipe(): void;
  close(): void;
}

export function createMemoryFile(): MemoryFile {
  const db = new DatabaseSync(':memory:');
  migrate(db, compileMigrations('sqlite', queries as unknown as Kysely<unknown>));
  const known = new Map<string, Compiled & { readonly index: number }>();
  const prepared: Prepared[] = [];
  const group = new GroupCommit(db, prepared);
  const compile = (step: Step) => {
    const { statement } = step;
    const before = known.get(statement.id);
    if (before) return before;
    const compiled = { ...compileStatement(statement), index: prepared.length };
    known.set(statement.id, compiled);
    prepared.push(prepare(db, compiled.sql));
    return compiled;
  };
  const commit = (steps: readonly Step[]): readonly (readonly unknown[])[] => {
    const wire = steps.map((step) => {
      const compiled = compile(step);
      return [compiled.index, valuesOf(compiled, step), step.expect ?? -1] as const;
    });
    group.run([wire]);
    const [answer] = group.commit();
    if (answer && 'rows' in answer) return answer.rows;
    if (answer && 'missed' in answer) throw new StepMissed(answer.missed);
    throw new BridgeError(answer?.failed ?? 'bug', answer?.message ?? 'expected an answer');
  };
  const all = db.prepare('select * from message order by conversation, seq, id');
  const tables = db.prepare("select name from sqlite_schema where type = 'table' and name <> 'migration'");
  const wipes = tables.all().map(({ name }) => db.prepare(`delete from ${name}`));
  let read: readonly MessageTable[] | undefined;
  return {
    open() {
      let isClosed = false;
      const batch = async (steps: readonly Step[]) => {
        await new Promise((resolve) => setImmediate(resolve));
        if (isClosed) throw new BridgeError('storeUnavailable', 'the store is closed');
        read = undefined;
        return commit(steps);
      };
      return {
        batch: batch as Store['batch'], // rows are typed by the statements
        async close() {
          isClosed = true;
        },
      };
    },
    messages() {
      read ??= all.all() as unknown as readonly MessageTable[]; // the table's own columns
      return read;
    },
    wipe() {
      read = undefined;
      for (const wipe of wipes) wipe.run();
    },
    close: () => db.close(),
  };
}

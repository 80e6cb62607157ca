import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { BridgeError, StepMissed } from '../../ports/errors.ts';
import { Argument, type SqlValue, type Statement, type Step, type Store } from '../../ports/store.ts';
import { migrations } from '../migrations/index.ts';
import type { BatchAnswer, BatchWire, FromWorker, ToWorker, WorkerStart } from './protocol.ts';

/**
 * Opens the store in a file (made with its folder where it is missing). Fails with `storeLocked` when another process
 * has it open. `onFailure` is told when the thread dies: nothing can be written any more.
 */
export async function openSqlite(path: string, onFailure: (cause: unknown) => void): Promise<Store> {
  mkdirSync(dirname(path), { recursive: true });
  const start: WorkerStart = { path, migrations: compileMigrations() };
  const worker = new Worker(workerUrl, { workerData: start, name: 'store' });
  const engine = new SqliteEngine(worker, onFailure);
  try {
    await engine.opened;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return engine;
}

const workerUrl = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

interface Waiting {
  readonly resolve: (rows: never) => void;
  readonly reject: (error: BridgeError) => void;
}

interface Compiled {
  readonly place: number;
  readonly order: readonly (Argument | SqlValue)[];
}

class SqliteEngine implements Store {
  readonly opened: Promise<void>;
  readonly #worker: Worker;
  readonly #compiled = new Map<string, Compiled>();
  readonly #compiler = new SqliteQueryCompiler();
  /** In the order in which the worker answers. */
  readonly #waiting: Waiting[] = [];
  #answered = 0;
  #prepare: (readonly [number, string])[] = [];
  #batches: BatchWire[] = [];
  #closed: Promise<void> | undefined;
  #failed: BridgeError | undefined;
  #onClosed: () => void = () => {};

  constructor(worker: Worker, onFailure: (cause: unknown) => void) {
    this.#worker = worker;
    this.opened = new Promise((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'open') resolve();
        else if (message.kind === 'answers') this.#settle(message.answers);
        else if (message.kind === 'closed') this.#onClosed();
        else reject(new BridgeError(message.code, message.message));
      });
      worker.on('error', (cause) => {
        reject(new BridgeError('storeUnavailable', 'the thread of the store ended', { cause }));
        this.#fail(cause);
        onFailure(cause);
      });
    });
  }

  batch<const Steps extends readonly Step[]>(steps: Steps): Promise<never> {
    if (this.#failed) return Promise.reject(this.#failed);
    if (this.#closed) return Promise.reject(new BridgeError('storeUnavailable', 'the store is closed'));
    const wire = steps.map((step) => this.#encode(step));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#batches.push(wire);
      // One message to the worker for all that comes in this round of the event loop.
      if (this.#batches.length === 1) setImmediate(() => this.#post());
    });
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#onClosed = resolve;
      if (this.#failed) resolve();
      this.#post(true);
    });
    return this.#closed;
  }

  #encode({ statement, args, expect }: Step): BatchWire[number] {
    const { place, order } = this.#compile(statement);
    const values = order.map((value) => (value instanceof Argument ? pick(args, value.name) : value));
    return [place, values, expect ?? -1];
  }

  #compile(statement: Statement): Compiled {
    const known = this.#compiled.get(statement.id);
    if (known) return known;
    const query = this.#compiler.compileQuery(statement.node, { queryId: statement.id });
    // What `statement()` put in: arguments, and constants of the SQL's own kinds.
    const order = query.parameters as readonly (Argument | SqlValue)[];
    const compiled = { place: this.#compiled.size, order };
    this.#compiled.set(statement.id, compiled);
    this.#prepare.push([compiled.place, query.sql]);
    return compiled;
  }

  #post(close = false): void {
    const message: ToWorker = { prepare: this.#prepare, batches: this.#batches, close };
    this.#prepare = [];
    this.#batches = [];
    this.#worker.postMessage(message);
  }

  #settle(answers: readonly BatchAnswer[]): void {
    for (const answer of answers) {
      const waiting = this.#waiting[this.#answered++];
      if ('rows' in answer) waiting?.resolve(answer.rows as never);
      else if ('missed' in answer) waiting?.reject(new StepMissed(answer.missed));
      else waiting?.reject(new BridgeError('storeUnavailable', answer.failed));
    }
    // Cut the answered ones off now and then; shifting one by one would cost with thousands in flight.
    if (this.#answered > 1024 || this.#answered === this.#waiting.length) {
      this.#waiting.splice(0, this.#answered);
      this.#answered = 0;
    }
  }

  #fail(cause: unknown): void {
    this.#failed = new BridgeError('storeUnavailable', 'the thread of the store ended', { cause });
    for (const waiting of this.#waiting.splice(0).slice(this.#answered)) waiting.reject(this.#failed);
    this.#answered = 0;
    this.#onClosed();
  }
}

function pick(args: Step['args'], name: string): SqlValue {
  const value = args[name];
  if (value === undefined) throw new BridgeError('bug', `expected the argument ${name}, got nothing`);
  return value;
}

function compileMigrations(): WorkerStart['migrations'] {
  const db = new Kysely<unknown>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (kysely) => new SqliteIntrospector(kysely),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  return migrations.map(({ name, up }) => ({
    name,
    sql: up(db, 'sqlite').map((query) => query.compile().sql),
  }));
}

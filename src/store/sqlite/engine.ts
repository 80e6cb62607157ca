import { closeSync, mkdirSync, openSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Kysely } from 'kysely';
import { BridgeError, StepMissed } from '../../ports/errors.ts';
import type { Statement, Step, Store } from '../../ports/store.ts';
import { compileMigrations } from '../migrations/compile.ts';
import { queries } from '../statement.ts';
import { compileStatement } from './compile.ts';
import type { FromWorker, ToWorker, WorkerStart } from './protocol.ts';
import { BatchPacker, type Placed, unpackAnswer } from './wire.ts';

/** One commit: how many batches went into it, and how long it took in the thread. */
export interface Commit {
  readonly batches: number;
  readonly tookMs: number;
}

/** Who is told what an open store goes through. */
export interface Observers {
  /** The disk did not take what is in the log: all is there still, but the log grows. It is tried again. */
  readonly onLogKept?: (message: string) => void;
  readonly onCommit?: (commit: Commit) => void;
}

/**
 * Opens the store in a file (made with its folder where it is missing). Fails with `storeLocked` when another process
 * has it open, with `storeUnavailable` when it can't be used. `onFailure` is told once when the thread dies later:
 * nothing can be written any more.
 */
export async function openSqlite(
  path: string,
  onFailure: (cause: unknown) => void,
  observers: Observers = {},
): Promise<Store> {
  makeFile(path);
  const db = queries as unknown as Kysely<unknown>; // migrations know tables by their names only
  const start: WorkerStart = { path, migrations: compileMigrations('sqlite', db) };
  const worker = new Worker(workerUrl, {
    workerData: start,
    name: 'store',
    env: workerEnvironment(),
    resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
  });
  const engine = new SqliteEngine(worker, { ...observers, onFailure });
  await engine.opened;
  return engine;
}

/** The thread reads its modules from the same compile cache: without it each start would hold the compiler too. */
function workerEnvironment(): NodeJS.ProcessEnv {
  const cache = getCompileCacheDir();
  return cache === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: cache };
}

/**
 * Commits that the worker was asked for and has not answered: while it is at one the next lies ready, and what comes
 * meanwhile goes into the one behind. Waking another thread costs as much as planning a batch.
 */
const mostAsked = 2;
/**
 * So many batches do not wait for the rest of their round, which may be as long as a commit: the worker runs them
 * meanwhile, and commits them with what follows.
 */
const piece = 20;
/** With so many it commits, whatever follows. Fewer, and pages that pushes share are written more often; more, and it stands idle. */
const enough = 40;
/** While the worker is at a commit so few wait for its end, as one of their own would cost what theirs does. */
const few = 12;

/** What the thread makes lives as long as one commit. */
const youngMegabytes = 4;

const workerUrl = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

interface AllObservers extends Observers {
  readonly onFailure: (cause: unknown) => void;
}

interface Waiting {
  readonly resolve: (rows: never) => void;
  readonly reject: (error: BridgeError) => void;
}

type Answers = Extract<FromWorker, { kind: 'answers' }>;

class SqliteEngine implements Store {
  readonly opened: Promise<void>;
  readonly #worker: Worker;
  readonly #observers: AllObservers;
  readonly #compiled = new Map<string, Placed>();
  /** In the order in which the worker answers. */
  readonly #waiting: Waiting[] = [];
  #prepare: (readonly [number, string])[] = [];
  readonly #batches = new BatchPacker();
  /** Batches that the worker runs, and does not commit yet. */
  #running = 0;
  /** See {@link mostAsked}. */
  #asked = 0;
  #isRoundOpen = false;
  readonly #ended = Promise.withResolvers<void>();
  #isOpen = false;
  #isClosing = false;
  /** Why nothing can be taken any more. */
  #failure: BridgeError | undefined;

  constructor(worker: Worker, observers: AllObservers) {
    this.#worker = worker;
    this.#observers = observers;
    const opened = Promise.withResolvers<void>();
    this.opened = opened.promise;
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'answers') return this.#settle(message);
      if (message.kind === 'failed') return this.#fail(new BridgeError(message.code, message.message));
      if (message.kind === 'logKept') return this.#observers.onLogKept?.(message.message);
      this.#isOpen = true;
      opened.resolve();
    });
    worker.on('error', (cause) => this.#fail(endedError(cause)));
    // Every way the thread can end comes by here, after its last message.
    worker.on('exit', () => {
      if (!this.#isClosing || this.#waiting.length > 0) this.#fail(endedError());
      opened.reject(this.#failure);
      this.#ended.resolve();
    });
  }

  batch<const Steps extends readonly Step[]>(steps: Steps): Promise<never> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#isClosing) return Promise.reject(new BridgeError('storeUnavailable', 'the store is closed'));
    return new Promise((resolve, reject) => {
      this.#batches.add(steps, (statement) => this.#compile(statement));
      this.#waiting.push({ resolve, reject });
      if (!this.#isRoundOpen) this.#openRound();
      if (this.#batches.count >= piece) this.#post();
    });
  }

  close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      this.#post(true);
    }
    return this.#ended.promise;
  }

  #compile(statement: Statement): Placed {
    const known = this.#compiled.get(statement.id);
    if (known) return known;
    const compiled = { ...compileStatement(statement), place: this.#compiled.size };
    this.#compiled.set(statement.id, compiled);
    this.#prepare.push([compiled.place, compiled.sql]);
    return compiled;
  }

  /** A round lasts from its first batch until the event loop has seen to all that was ready. */
  #openRound(): void {
    this.#isRoundOpen = true;
    setImmediate(() => {
      this.#isRoundOpen = false;
      const isAlone = this.#asked > 0 && this.#running === 0 && this.#batches.count < few;
      if (!isAlone) this.#post();
    });
  }

  /**
   * What is gathered goes to the worker, once it has room: as a piece while more may come in this round, else with the word
   * to commit.
   */
  #post(close = false): void {
    if (!close && this.#asked >= mostAsked) return;
    const { count } = this.#batches;
    const more = !close && this.#isRoundOpen && this.#running + count < enough;
    if (count === 0 && !close && (more || this.#running === 0)) return;
    const message: ToWorker = { prepare: this.#prepare, batches: this.#batches.take(), more, close };
    this.#prepare = [];
    this.#running = more ? this.#running + count : 0;
    if (!more) this.#asked += 1;
    this.#worker.postMessage(message);
  }

  #settle({ answers, messages, tookMs }: Answers): void {
    this.#asked -= messages;
    this.#post();
    // Once a commit: to shift them one by one would cost with thousands in flight.
    const answered = this.#waiting.splice(0, answers.length);
    for (const [place, packed] of answers.entries()) {
      const answer = unpackAnswer(packed);
      const waiting = answered[place];
      if ('rows' in answer) waiting?.resolve(answer.rows as never);
      else if ('missed' in answer) waiting?.reject(new StepMissed(answer.missed));
      else waiting?.reject(new BridgeError(answer.failed, answer.message));
    }
    if (answers.length > 0) this.#observers.onCommit?.({ batches: answers.length, tookMs });
  }

  #fail(failure: BridgeError): void {
    if (this.#failure) return;
    this.#failure = failure;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(failure);
    if (this.#isOpen) this.#observers.onFailure(failure.cause ?? failure);
  }
}

function endedError(cause?: unknown): BridgeError {
  return new BridgeError('storeUnavailable', 'the thread of the store ended', { cause });
}

function makeFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    // Visitors' words are in it: for the owner's eyes only, and so are the files that SQLite puts beside it.
    closeSync(openSync(path, 'a', 0o600));
  } catch (cause) {
    throw new BridgeError('storeUnavailable', `expected to make ${path} and its folder`, { cause });
  }
}

import { Worker } from 'node:worker_threads';
import type { WriteAheadLog } from './write-ahead-log.ts';

/** What the thread that moves the log is started with. */
export interface CheckpointerStart {
  readonly path: string;
}

export type ToCheckpointer = 'move' | 'close';

/** Pages of the log (98 MB) before they are moved into the file. The longer it is, the more commits share a page. */
export const checkpointPages = 24_000;

type Log = Pick<WriteAheadLog, 'look' | 'move'>;

interface CheckpointOptions {
  /** The file did not take the log. Nothing is lost: it stays in the log, which grows, and it is tried again. */
  readonly onRefused: (error: unknown) => void;
  readonly pages?: number;
}

const checkpointerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './checkpointer.ts' : './checkpointer.js',
  import.meta.url,
);

/**
 * Has a long log moved into the file while commits go on. A log begins anew only when all of it is in the file, so what is
 * committed during the last pass of the other thread is moved here, between two commits: a few milliseconds in place of the
 * tens that all wait where SQLite does it within a commit.
 */
export class Checkpoints {
  readonly #log: Log;
  readonly #path: string;
  readonly #onRefused: (error: unknown) => void;
  readonly #pages: number;
  /** Most bridges are never so busy that they need the thread, so it is started when it is. */
  #thread: Worker | undefined;
  #state: 'waiting' | 'moving' | 'moved' = 'waiting';
  #last = 0;
  #next: number;

  constructor(log: Log, path: string, { onRefused, pages = checkpointPages }: CheckpointOptions) {
    this.#log = log;
    this.#path = path;
    this.#onRefused = onRefused;
    this.#pages = pages;
    this.#next = pages;
  }

  /** To be called between two commits. */
  meet(): void {
    if (this.#state === 'moved') this.#moveRest();
    if (this.#state !== 'waiting') return;
    const { log } = this.#log.look();
    if (log < 0) return; // another program is at it
    if (log < this.#last) this.#next = this.#pages; // it began anew
    this.#last = log;
    if (log >= this.#next) this.#begin();
  }

  /** Ends the thread, so that this connection is the last one. */
  async close(): Promise<void> {
    const thread = this.#thread;
    if (thread === undefined) return;
    const ended = new Promise((resolve) => thread.once('exit', resolve));
    this.#tell(thread, 'close');
    await ended;
  }

  #begin(): void {
    this.#state = 'moving';
    this.#thread ??= this.#start();
    this.#tell(this.#thread, 'move');
  }

  #tell(thread: Worker, word: ToCheckpointer): void {
    thread.postMessage(word);
  }

  #start(): Worker {
    const start: CheckpointerStart = { path: this.#path };
    const thread = new Worker(checkpointerUrl, { workerData: start, name: 'checkpoint' });
    thread.on('message', () => {
      this.#state = 'moved';
    });
    // SQLite moves the log by itself meanwhile, and another thread tries anew.
    thread.on('error', this.#onRefused);
    thread.on('exit', () => {
      this.#thread = undefined;
      this.#wait();
    });
    return thread;
  }

  #moveRest(): void {
    try {
      this.#log.move();
    } catch (error) {
      this.#onRefused(error);
    }
    this.#wait();
  }

  /** Where a reader keeps the log from beginning anew it is moved on as it grows. */
  #wait(): void {
    this.#state = 'waiting';
    this.#next = Math.max(this.#log.look().log, this.#last) + Math.ceil(this.#pages / 8);
  }
}

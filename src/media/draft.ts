import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { MediaSink } from '../ports/channel.ts';
import { BridgeError } from '../ports/errors.ts';

/** Where a medium grows: begun (anew, for each try of another address), taken piece by piece, then kept or discarded. */
export interface MediaDraft extends MediaSink, AsyncDisposable {
  readonly bytes: number;
  /** More came than `maxBytes`. */
  readonly isOver: boolean;
  /** The disk did not take it, with what it said: `ENOSPC` where it is full. */
  readonly fault: string | undefined;
  /** Lower-case hex. To be asked once, at the end. */
  md5(): string;
  /** Resolves when it stands in its place and would survive a power cut. What was there is replaced. */
  keep(): Promise<void>;
}

/** Held in memory of each draft: enough for its type, and for the size of a photograph behind its camera's notes. */
const headBytes = 256 * 1024;

export interface DraftPlaces {
  /** Where it is written; its folder is there. */
  readonly draft: string;
  /** Where it is moved to. */
  readonly kept: string;
}

export class FileDraft implements MediaDraft {
  readonly maxBytes: number;
  readonly #places: DraftPlaces;
  #file: FileHandle | undefined;
  #opening: Promise<unknown> = Promise.resolve();
  #hash: Hash = createHash('md5');
  #head: Uint8Array[] = [];
  #bytes = 0;
  #isOver = false;
  #isClosed = false;
  #fault: string | undefined;

  constructor(places: DraftPlaces, maxBytes: number) {
    this.#places = places;
    this.maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get fault(): string | undefined {
    return this.#fault;
  }

  head(): Buffer {
    return Buffer.concat(this.#head).subarray(0, headBytes);
  }

  md5(): string {
    return this.#hash.digest('hex');
  }

  async begin(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    this.#hash = createHash('md5');
    this.#head = [];
    this.#bytes = 0;
    this.#isOver = false;
    await this.#onDisk(async () => {
      this.#opening = open(this.#places.draft, 'w', 0o600).then((file) => {
        this.#file = file;
      });
      await this.#opening;
    });
  }

  async take(piece: Uint8Array): Promise<void> {
    const file = this.#file;
    if (file === undefined) throw new BridgeError('bug', 'expected a draft to be begun');
    if (this.#bytes + piece.length > this.maxBytes) {
      this.#isOver = true;
      throw new BridgeError('callFailed', `expected at most ${this.maxBytes} bytes`);
    }
    await this.#onDisk(() => file.writeFile(piece));
    this.#hash.update(piece);
    if (this.#bytes < headBytes) this.#head.push(piece);
    this.#bytes += piece.length;
  }

  async keep(): Promise<void> {
    const { draft, kept } = this.#places;
    await this.#onDisk(async () => {
      await this.#file?.sync();
      await this.#file?.close();
      const shard = dirname(kept);
      const isNew = (await mkdir(shard, { recursive: true, mode: 0o700 })) !== undefined;
      if (isNew) await syncFolder(dirname(shard));
      await rename(draft, kept);
      this.#isClosed = true;
      await syncFolder(shard);
    });
  }

  /** Nothing is taken any more, from whoever still tries; what was not kept is removed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#opening.catch(() => undefined); // whoever began it is told
    await this.#file?.close().catch(() => undefined); // a full disk may say so here once more
    await rm(this.#places.draft, { force: true });
  }

  /** A fetch that outlives its time is still writing: by then the next try may have the file. */
  async #onDisk(work: () => Promise<unknown>): Promise<void> {
    if (this.#isClosed)
      throw new BridgeError('callFailed', 'expected a draft in use, got one that was given up');
    try {
      await work();
    } catch (error) {
      this.#fault ??= error instanceof Error && 'code' in error ? String(error.code) : 'failed';
      throw error;
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // Windows opens no folders, and writes renames through
  await using handle = await open(folder, 'r');
  await handle.sync();
}

import { createHash, type Hash } from 'node:crypto';
import type { MediaSink } from '../ports/channel.ts';
import { BridgeError } from '../ports/errors.ts';

/** Where a medium grows: begun (anew, for each try of another address), taken piece by piece, then kept or discarded. */
export interface MediaDraft extends MediaSink, AsyncDisposable {
  readonly bytes: number;
  /** More came than `maxBytes`. */
  readonly isOver: boolean;
  /** It could not be written, with what the disk said (`ENOSPC` where it is full), or `storeUnavailable`. */
  readonly fault: string | undefined;
  /** Lower-case hex. To be asked once, at the end. */
  md5(): string;
  /** Resolves when it stands in its place and would survive a power cut. What was there is replaced. */
  keep(): Promise<void>;
}

/** What a draft is written to. One call at a time; but `discard` may come while a `begin` or `write` is under way. */
export interface DraftPlace {
  /** Begins anew: what was written goes. */
  begin(): Promise<void>;
  write(piece: Uint8Array): Promise<void>;
  /** What was written becomes the file. */
  keep(): Promise<void>;
  /** What was written goes, as far as that can be done now. */
  discard(): Promise<void>;
}

/** Held in memory of each draft: enough for its type, and for the size of a photograph behind its camera's notes. */
const headBytes = 256 * 1024;

export class Draft implements MediaDraft {
  readonly maxBytes: number;
  readonly #place: DraftPlace;
  #hash: Hash = createHash('md5');
  #head: Uint8Array[] = [];
  #bytes = 0;
  #isBegun = false;
  #isOver = false;
  #isClosed = false;
  #fault: string | undefined;

  constructor(place: DraftPlace, maxBytes: number) {
    this.#place = place;
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
    this.#hash = createHash('md5');
    this.#head = [];
    this.#bytes = 0;
    this.#isBegun = false;
    this.#isOver = false;
    await this.#atPlace((place) => place.begin());
    this.#isBegun = true;
  }

  async take(piece: Uint8Array): Promise<void> {
    if (!this.#isBegun) throw new BridgeError('bug', 'expected a draft to be begun');
    if (this.#bytes + piece.length > this.maxBytes) {
      this.#isOver = true;
      throw new BridgeError('callFailed', `expected at most ${this.maxBytes} bytes`);
    }
    await this.#atPlace((place) => place.write(piece));
    this.#hash.update(piece);
    if (this.#bytes < headBytes) this.#head.push(piece);
    this.#bytes += piece.length;
  }

  async keep(): Promise<void> {
    await this.#atPlace((place) => place.keep());
    this.#isClosed = true;
  }

  /** Nothing is taken any more, from whoever still tries; what was not kept is removed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#place.discard();
  }

  /** A fetch that outlives its time is still writing: by then the next try may have the file. */
  async #atPlace(work: (place: DraftPlace) => Promise<void>): Promise<void> {
    if (this.#isClosed)
      throw new BridgeError('callFailed', 'expected a draft in use, got one that was given up');
    try {
      await work(this.#place);
    } catch (error) {
      this.#fault ??= error instanceof Error && 'code' in error ? String(error.code) : 'failed';
      throw error;
    }
  }
}

import { Readable } from 'node:stream';
import { BridgeError } from '../ports/errors.ts';
import type { Store } from '../ports/store.ts';
import {
  filesAfter,
  forgetFile,
  forgetPiecesFrom,
  putFile,
  putPiece,
  readFile,
  readPiece,
} from '../store/media-files.ts';
import type { MediaFileTable } from '../store/media-tables.ts';
import { Draft, type DraftPlace } from './draft.ts';
import { proveFileName } from './file-ids.ts';
import type { FilePart, MediaFiles } from './files.ts';

export interface StoreFilesOptions {
  /** A piece is one statement, and held in memory for each draft and each reader. */
  readonly pieceBytes?: number;
}

/** Names of one bite. */
const most = 200;

/** Files that are kept in the store itself, in pieces: every process that has the store has them. */
export function createStoreFiles(
  store: Store,
  { pieceBytes = 256 * 1024 }: StoreFilesOptions = {},
): MediaFiles {
  const placeOf = (name: string) => {
    proveFileName(name);
    return new StorePlace({ store, name, pieceBytes });
  };
  return {
    draft: (name, maxBytes) => new Draft(placeOf(name), maxBytes),
    async write(name, bytes) {
      // No draft: what is discarded might be another process' file.
      const place = placeOf(name);
      await place.write(bytes);
      await place.keep();
    },
    async read(name) {
      const file = await find(store, name);
      const pieces: Uint8Array[] = [];
      for await (const piece of piecesOf(store, file, { start: 0, end: file.bytes - 1 })) pieces.push(piece);
      return Buffer.concat(pieces);
    },
    async stream(name, part) {
      const file = await find(store, name);
      return Readable.from(piecesOf(store, file, part), { objectMode: false });
    },
    async sizeOf(name) {
      const [[file]] = await store.batch([readFile({ file: name })]);
      return file && Number(file.bytes);
    },
    async remove(name) {
      proveFileName(name);
      await store.batch([forgetFile({ file: name }), forgetPiecesFrom({ file: name, place: 0 })]);
    },
    async *list() {
      for (let after = ''; ; ) {
        const [bite] = await store.batch([filesAfter({ after, most })]);
        yield bite.map(({ file }) => file);
        const last = bite.at(-1);
        if (bite.length < most || !last) return;
        after = last.file;
      }
    },
  };
}

async function find(store: Store, name: string): Promise<MediaFileTable> {
  proveFileName(name);
  const [[file]] = await store.batch([readFile({ file: name })]);
  return file ?? absent();
}

async function* piecesOf(
  store: Store,
  { name, piece_bytes: size }: MediaFileTable,
  { start, end }: FilePart,
): AsyncGenerator<Uint8Array> {
  for (let place = Math.floor(start / size); place * size <= end; place += 1) {
    const [[piece]] = await store.batch([readPiece({ file: name, place })]);
    const { content } = piece ?? absent();
    const from = place * size;
    yield content.subarray(Math.max(0, start - from), end + 1 - from);
  }
}

/** It was there a moment ago, or its row says that it is. */
function absent(): never {
  throw new BridgeError('callFailed', 'expected a file that is kept, got none');
}

/** A draft whose pieces stand in the store from the first, and make a file once the last is there. */
class StorePlace implements DraftPlace {
  readonly #of: { readonly store: Store; readonly name: string; readonly pieceBytes: number };
  /** Of the piece that is not full yet. */
  #waiting: Uint8Array[] = [];
  #size = 0;
  #pieces = 0;
  #bytes = 0;
  #hasWritten = false;

  constructor(of: { readonly store: Store; readonly name: string; readonly pieceBytes: number }) {
    this.#of = of;
  }

  /** What was written stays until other pieces take their places, or `keep` removes them. */
  async begin(): Promise<void> {
    this.#waiting = [];
    this.#size = 0;
    this.#pieces = 0;
    this.#bytes = 0;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0; ) {
      const taken = rest.subarray(0, this.#of.pieceBytes - this.#size);
      this.#waiting.push(taken);
      this.#size += taken.length;
      rest = rest.subarray(taken.length);
      if (this.#size === this.#of.pieceBytes) await this.#put();
    }
  }

  async keep(): Promise<void> {
    if (this.#size > 0) await this.#put();
    const { store, name: file, pieceBytes } = this.#of;
    await store.batch([
      putFile({ file, bytes: this.#bytes, pieceBytes }),
      forgetPiecesFrom({ file, place: this.#pieces }),
    ]);
  }

  async discard(): Promise<void> {
    const { store, name: file } = this.#of;
    if (!this.#hasWritten) return;
    const steps = [forgetFile({ file }), forgetPiecesFrom({ file, place: 0 })];
    await store.batch(steps).catch(() => undefined); // the next cleaning finds them
  }

  async #put(): Promise<void> {
    const content = Buffer.concat(this.#waiting);
    const place = this.#pieces;
    this.#waiting = [];
    this.#size = 0;
    this.#pieces += 1;
    this.#bytes += content.length;
    this.#hasWritten = true;
    await this.#of.store.batch([putPiece({ file: this.#of.name, place, content })]);
  }
}

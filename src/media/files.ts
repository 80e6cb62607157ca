import type { Readable } from 'node:stream';
import type { MediaDraft } from './draft.ts';

/** The kept files of media, each under a name that `file-ids.ts` makes. A file that is there is whole. */
export interface MediaFiles {
  /** A file that is to come; nobody sees it before it is kept. Discard it in any case. One at a time for a name. */
  draft(name: string, maxBytes: number): MediaDraft;
  /** Keeps bytes that are there already, always the same under a name: whoever else does it at the same time is no harm. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  read(name: string): Promise<Buffer>;
  /** A part of a file, from `start` to `end` (inclusive), piece by piece. Read it to its end or destroy it. */
  stream(name: string, part: FilePart): Promise<Readable>;
  /** `undefined`: there is no such file. */
  sizeOf(name: string): Promise<number | undefined>;
  /** A file that is not there is no fault. */
  remove(name: string): Promise<void>;
  /** The names of all files, some at a time; a draft that never became one may be among them. */
  list(): AsyncIterable<readonly string[]>;
}

export interface FilePart {
  readonly start: number;
  readonly end: number;
}

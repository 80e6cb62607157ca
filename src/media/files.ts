import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { BridgeError } from '../ports/errors.ts';
import { FileDraft, type MediaDraft } from './draft.ts';

/** The kept files of media, one for each id. A file that is there is whole. */
export interface MediaFiles {
  /** A file that is to come; nobody sees it before it is kept. Discard it in any case. */
  draft(id: string, maxBytes: number): MediaDraft;
  /** Keeps bytes that are there already. */
  write(id: string, bytes: Uint8Array): Promise<void>;
  read(id: string): Promise<Buffer>;
  /** A part of a file, from `start` to `end` (inclusive), piece by piece. Read it to its end or destroy it. */
  stream(id: string, part: FilePart): Promise<Readable>;
  /** `undefined`: there is no such file. */
  sizeOf(id: string): Promise<number | undefined>;
  /** A file that is not there is no fault. */
  remove(id: string): Promise<void>;
  /** The ids of all files, a folder at a time. */
  list(): AsyncIterable<readonly string[]>;
}

export interface FilePart {
  readonly start: number;
  readonly end: number;
}

/**
 * Opens a folder of kept files (made where it is missing, for the owner's eyes only) and throws away what a crash left
 * half written. One process at a time.
 */
export async function openMediaFiles(folder: string): Promise<MediaFiles> {
  const incoming = join(folder, 'incoming');
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  const draft: MediaFiles['draft'] = (id, maxBytes) =>
    new FileDraft({ draft: join(incoming, id), kept: pathOf(folder, id) }, maxBytes);
  return {
    draft,
    async write(id, bytes) {
      await using file = draft(id, bytes.length);
      await file.begin();
      await file.take(bytes);
      await file.keep();
    },
    read: (id) => readFile(pathOf(folder, id)),
    async stream(id, part) {
      // Opened first: a file that is gone is known before anything is answered.
      const file = await open(pathOf(folder, id), 'r');
      return file.createReadStream({ ...part, autoClose: true });
    },
    async sizeOf(id) {
      try {
        return (await stat(pathOf(folder, id))).size;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    remove: (id) => rm(pathOf(folder, id), { force: true }),
    async *list() {
      const shards = (await readdir(folder)).filter((name) => /^[0-9a-f]{2}$/.test(name));
      for (const shard of shards) {
        yield (await readdir(join(folder, shard))).filter((name) => plainName.test(name));
      }
    },
  };
}

const plainName = /^[\w-]{1,100}$/;

/** Ids are the bridge's own; one that could lead out of the folder is its mistake. */
function pathOf(folder: string, id: string): string {
  if (!plainName.test(id)) throw new BridgeError('bug', 'expected the id of a medium to be a plain name');
  return join(folder, createHash('sha256').update(id).digest('hex').slice(0, 2), id);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

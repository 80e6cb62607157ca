import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BridgeError } from '../ports/errors.ts';

/** The kept files of media, one for each id. A file that is there is whole. */
export interface MediaFiles {
  /** Resolves when the bytes would survive a power cut. What was there is replaced. */
  write(id: string, bytes: Uint8Array): Promise<void>;
  read(id: string): Promise<Buffer>;
  /** `undefined`: there is no such file. */
  sizeOf(id: string): Promise<number | undefined>;
  /** A file that is not there is no fault. */
  remove(id: string): Promise<void>;
  /** The ids of all files, a folder at a time. */
  list(): AsyncIterable<readonly string[]>;
}

/**
 * Opens a folder of kept files (made where it is missing, for the owner's eyes only) and throws away what a crash left
 * half written. One process at a time.
 */
export async function openMediaFiles(folder: string): Promise<MediaFiles> {
  const incoming = join(folder, 'incoming');
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  return {
    write: (id, bytes) => writeWhole(folder, id, bytes),
    read: (id) => readFile(pathOf(folder, id)),
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

// Written beside and renamed: a reader never sees a part of it, and neither does a start after a crash.
async function writeWhole(folder: string, id: string, bytes: Uint8Array): Promise<void> {
  const path = pathOf(folder, id);
  const draft = join(folder, 'incoming', id);
  try {
    await using file = await open(draft, 'w', 0o600);
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  const shard = join(path, '..');
  if ((await mkdir(shard, { recursive: true, mode: 0o700 })) !== undefined) await syncFolder(folder);
  await rename(draft, path);
  await syncFolder(shard);
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // Windows opens no folders, and writes renames through
  await using handle = await open(folder, 'r');
  await handle.sync();
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

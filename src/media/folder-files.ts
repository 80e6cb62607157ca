import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DiskPlace } from './disk-place.ts';
import { Draft } from './draft.ts';
import { isFileName, proveFileName } from './file-ids.ts';
import type { MediaFiles } from './files.ts';

export interface FolderOptions {
  /** Other processes have it too, each its own drafts. Default: only this one has it. */
  readonly isShared?: boolean;
}

/** A draft that nobody has written to for so long is nobody's any more, whatever the clocks of machines are. */
const abandonedMs = 86_400_000;

/**
 * Opens a folder of kept files (made where it is missing, for the owner's eyes only) and throws away what a crash left
 * half written.
 */
export async function openFolderFiles(
  folder: string,
  { isShared = false }: FolderOptions = {},
): Promise<MediaFiles> {
  const incoming = join(folder, 'incoming');
  if (isShared) await removeAbandoned(incoming);
  else await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  const draft: MediaFiles['draft'] = (name, maxBytes) => {
    // Two processes may write the same text at the same time.
    const own = isShared ? `${name}~${randomUUID()}` : name;
    return new Draft(new DiskPlace({ draft: join(incoming, own), kept: pathOf(folder, name) }), maxBytes);
  };
  return {
    draft,
    async write(name, bytes) {
      await using file = draft(name, bytes.length);
      await file.begin();
      await file.take(bytes);
      await file.keep();
    },
    read: (name) => readFile(pathOf(folder, name)),
    async stream(name, part) {
      // Opened first: a file that is gone is known before anything is answered.
      const file = await open(pathOf(folder, name), 'r');
      return file.createReadStream({ ...part, autoClose: true });
    },
    sizeOf: async (name) => (await statOf(pathOf(folder, name)))?.size,
    remove: (name) => rm(pathOf(folder, name), { force: true }),
    async *list() {
      const shards = (await readdir(folder)).filter((name) => /^[0-9a-f]{2}$/.test(name));
      for (const shard of shards) {
        yield (await readdir(join(folder, shard))).filter(isFileName);
      }
    },
  };
}

async function removeAbandoned(incoming: string): Promise<void> {
  const names = await readdir(incoming).catch(() => []); // made in a moment
  for (const name of names) {
    const path = join(incoming, name);
    const written = (await statOf(path))?.mtimeMs ?? Number.POSITIVE_INFINITY;
    if (written < Date.now() - abandonedMs) await rm(path, { force: true });
  }
}

/** `undefined`: there is no such file. */
async function statOf(
  path: string,
): Promise<{ readonly size: number; readonly mtimeMs: number } | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function pathOf(folder: string, name: string): string {
  proveFileName(name);
  return join(folder, createHash('sha256').update(name).digest('hex').slice(0, 2), name);
}

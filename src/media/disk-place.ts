import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DraftPlace } from './draft.ts';

export interface DiskPaths {
  /** Where it is written; its folder is there. */
  readonly draft: string;
  /** Where it is moved to. */
  readonly kept: string;
}

/** A draft that becomes a file on a disk: written beside the others, and moved among them once it is whole. */
export class DiskPlace implements DraftPlace {
  readonly #paths: DiskPaths;
  #file: FileHandle | undefined;
  #opening: Promise<unknown> = Promise.resolve();

  constructor(paths: DiskPaths) {
    this.#paths = paths;
  }

  async begin(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    this.#opening = open(this.#paths.draft, 'w', 0o600).then((file) => {
      this.#file = file;
    });
    await this.#opening;
  }

  async write(piece: Uint8Array): Promise<void> {
    await this.#file?.writeFile(piece);
  }

  async keep(): Promise<void> {
    const { draft, kept } = this.#paths;
    await this.#file?.sync();
    await this.#file?.close();
    this.#file = undefined;
    const shard = dirname(kept);
    const isNew = (await mkdir(shard, { recursive: true, mode: 0o700 })) !== undefined;
    if (isNew) await syncFolder(dirname(shard));
    await rename(draft, kept);
    await syncFolder(shard);
  }

  async discard(): Promise<void> {
    await this.#opening.catch(() => undefined); // whoever began it is told
    await this.#file?.close().catch(() => undefined); // a full disk may say so here once more
    await rm(this.#paths.draft, { force: true });
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // Windows opens no folders, and writes renames through
  await using handle = await open(folder, 'r');
  await handle.sync();
}

import type { Store } from '../ports/store.ts';
import { forgetStale, mediaAfter, readFileOwner } from '../store/media.ts';
import type { MediaTable } from '../store/media-tables.ts';
import { ownerOf } from './file-ids.ts';
import type { MediaFiles } from './files.ts';

export interface CleaningOptions {
  readonly store: Store;
  readonly files: MediaFiles;
  /** Media that were wanted before (milliseconds since 1970) may go. */
  readonly before: number;
  /** The URLs that live now keep theirs. */
  readonly now: number;
  readonly stopping: AbortSignal;
}

/** Rows or files of one bite. */
const most = 200;

/**
 * Removes stale media. Rows go before files: whoever asks for one meanwhile keeps it, and a crash between leaves a file
 * without a row, which is an orphan.
 */
export async function removeStale({ store, files, before, now, stopping }: CleaningOptions): Promise<number> {
  const forget = ({ id }: { readonly id: string }) => forgetStale({ id, before, now });
  let removed = 0;
  for (let after = ''; !stopping.aborted; ) {
    const [bite] = await store.batch([mediaAfter({ after, before, now, most })]);
    const stale = bite.filter((medium) => medium.stale === 1);
    const gone = stale.length > 0 ? await store.batch(stale.map(forget)) : [];
    const names = gone.flatMap((rows) => rows.map(({ file }) => file));
    for (const name of names) await files.remove(name);
    removed += names.length;
    const last = bite.at(-1);
    if (bite.length < most || !last) break;
    after = last.id;
  }
  return removed;
}

/**
 * Removes files whose rows were taken away without them, as when a visitor is erased, and those of attempts that came
 * too late. A row always stands before its file, and names it after; while its medium is to be fetched none goes.
 */
export async function removeOrphans({
  store,
  files,
  stopping,
}: Omit<CleaningOptions, 'before' | 'now'>): Promise<number> {
  let removed = 0;
  for await (const names of files.list()) {
    for (let start = 0; start < names.length && !stopping.aborted; start += most) {
      const some = names.slice(start, start + most);
      const found = await store.batch(some.map((name) => readFileOwner({ id: ownerOf(name) })));
      const orphans = some.filter((name, index) => isOrphan(name, found[index]?.[0]));
      for (const name of orphans) await files.remove(name);
      removed += orphans.length;
    }
  }
  return removed;
}

function isOrphan(name: string, owner: Pick<MediaTable, 'state' | 'file'> | undefined): boolean {
  if (owner?.state === 'wanted') return false;
  return owner?.state !== 'kept' || (owner.file ?? ownerOf(name)) !== name;
}

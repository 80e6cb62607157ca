import type { Store } from '../ports/store.ts';
import { forgetMedium, hasMedium, mediaAfter } from '../store/media.ts';
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
 * Removes stale media. Files go before rows: a crash between leaves a row without a file, which reads as nothing and is
 * stale again next time.
 */
export async function removeStale({ store, files, before, now, stopping }: CleaningOptions): Promise<number> {
  let removed = 0;
  for (let after = ''; !stopping.aborted; ) {
    const [bite] = await store.batch([mediaAfter({ after, before, now, most })]);
    const stale = bite.filter((medium) => medium.stale === 1);
    for (const { id } of stale) await files.remove(id);
    if (stale.length > 0) await store.batch(stale.map(({ id }) => forgetMedium({ id })));
    removed += stale.length;
    const last = bite.at(-1);
    if (bite.length < most || !last) break;
    after = last.id;
  }
  return removed;
}

/** Removes files whose rows were taken away without them, as when a visitor is erased. A row always stands before its file. */
export async function removeOrphans({
  store,
  files,
  stopping,
}: Omit<CleaningOptions, 'before' | 'now'>): Promise<number> {
  let removed = 0;
  for await (const ids of files.list()) {
    for (let start = 0; start < ids.length && !stopping.aborted; start += most) {
      const some = ids.slice(start, start + most);
      const found = await store.batch(some.map((id) => hasMedium({ id })));
      const orphans = some.filter((_, index) => found[index]?.length === 0);
      for (const id of orphans) await files.remove(id);
      removed += orphans.length;
    }
  }
  return removed;
}

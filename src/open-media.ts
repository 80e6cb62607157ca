import type { Config } from './config/config.ts';
import { createSharedClaims, type MediaClaims, ownClaims } from './media/claims.ts';
import type { MediaFiles } from './media/files.ts';
import { openFolderFiles } from './media/folder-files.ts';
import { proveShared } from './media/shared-folder.ts';
import { createStoreFiles } from './media/store-files.ts';
import type { Clock } from './ports/clock.ts';
import type { Log } from './ports/log.ts';
import type { Store } from './ports/store.ts';

/**
 * Where media are kept and who fetches them: with SQLite this process, in its folder; with PostgreSQL whichever instance
 * takes one first, in the database or in the folder that they share. Rejects with `configInvalid` where that is not one.
 */
export async function openMedia(
  { store: place, media: { folder } }: Pick<Config, 'store' | 'media'>,
  lent: { readonly store: Store; readonly clock: Clock; readonly log: Log },
): Promise<{ readonly files: MediaFiles; readonly claims: MediaClaims }> {
  const isShared = place.kind === 'postgres';
  const claims = isShared ? createSharedClaims(lent) : ownClaims;
  if (folder === undefined) return { files: createStoreFiles(lent.store), claims };
  if (isShared) await proveShared(lent.store, folder);
  return { files: await openFolderFiles(folder, { isShared }), claims };
}

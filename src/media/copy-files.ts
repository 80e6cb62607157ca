import { createHash } from 'node:crypto';
import { BridgeError } from '../ports/errors.ts';
import type { Store } from '../ports/store.ts';
import { type KeptCopy, keptAfter } from '../store/media.ts';
import type { MediaFiles } from './files.ts';

/** Rows of one bite. */
const most = 200;

export interface CopiedFiles {
  readonly copied: number;
  /** Missing or damaged where they came from: nobody could have read them there either. */
  readonly lost: number;
}

/**
 * Copies the files of all kept media of a store from one place to another, and reads each there again. Rejects where one
 * is not what was written; what is at its place already is replaced.
 */
export async function copyFiles(of: {
  readonly store: Store;
  readonly from: MediaFiles;
  readonly to: MediaFiles;
}): Promise<CopiedFiles> {
  let [copied, lost] = [0, 0];
  for (let after = ''; ; ) {
    const [bite] = await of.store.batch([keptAfter({ after, most })]);
    for (const medium of bite) {
      if (await copyFile(medium, of)) copied += 1;
      else lost += 1;
    }
    const last = bite.at(-1);
    if (bite.length < most || !last) return { copied, lost };
    after = last.id;
  }
}

async function copyFile(
  { file, bytes, md5 }: KeptCopy,
  { from, to }: { readonly from: MediaFiles; readonly to: MediaFiles },
): Promise<boolean> {
  if ((await from.sizeOf(file)) !== bytes) return false;
  const all = { start: 0, end: bytes - 1 };
  await using draft = to.draft(file, bytes);
  await draft.begin();
  for await (const piece of await from.stream(file, all)) await draft.take(piece);
  if (draft.md5() !== md5) return false;
  await draft.keep();
  const hash = createHash('md5');
  for await (const piece of await to.stream(file, all)) hash.update(piece);
  if (hash.digest('hex') === md5) return true;
  throw new BridgeError(
    'storeUnavailable',
    `expected the copy of the file ${file} to be the same, it is not`,
  );
}

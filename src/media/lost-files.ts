import type { Store } from '../ports/store.ts';
import { holdForMedium, keptInUse, wantAgain } from '../store/media.ts';
import { NEVER } from '../store/tables.ts';
import type { MediaFiles } from './files.ts';

/** Rows of one bite. */
const most = 200;

/**
 * Finds media whose files are gone or cut (a folder that was not restored with its store) while their messages still
 * wait, and asks for them again; the messages wait for them as they did at first. To be called before any turn begins.
 */
export async function wantLostFiles(of: {
  readonly store: Store;
  readonly files: MediaFiles;
  readonly now: number;
}): Promise<number> {
  const { store, files, now } = of;
  let lost = 0;
  for (let after = ''; ; ) {
    const [bite] = await store.batch([keptInUse({ after, most })]);
    const sizes = await Promise.all(bite.map(({ file }) => files.sizeOf(file)));
    const missing = bite.filter(({ bytes }, index) => sizes[index] !== bytes);
    // Another process may ask for the same at the same time, or have it again by now.
    const steps = missing.flatMap(({ id, file, message }) => [
      wantAgain({ id, file, now }),
      holdForMedium({ id: message, never: NEVER }),
    ]);
    if (steps.length > 0) await store.batch(steps);
    lost += missing.length;
    const last = bite.at(-1);
    if (bite.length < most || !last) return lost;
    after = last.id;
  }
}

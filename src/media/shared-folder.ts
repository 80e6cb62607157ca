import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BridgeError } from '../ports/errors.ts';
import type { Store } from '../ports/store.ts';
import { createFact, MEDIA_FOLDER, readFact } from '../store/facts.ts';

/** Says in the folder whose it is. */
export const markName = '.kefu-bridge';

/**
 * Proves that a folder is the one that all instances of a store have, by a mark in it: a network disk that is not there
 * is an empty folder. The first instance makes the mark. Rejects with `configInvalid`.
 */
export async function proveShared(store: Store, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, markName);
  const [[known]] = await store.batch([readFact({ name: MEDIA_FOLDER })]);
  const found = (await readMark(path)) ?? (known ? undefined : await makeMark(path));
  if (found !== undefined) {
    const marked = { name: MEDIA_FOLDER, value: found };
    const [, [settled]] = await store.batch([createFact(marked), readFact(marked)]);
    if (settled?.value === found) return;
  }
  const wanted = known === undefined ? 'the same on every instance' : `with ${known.value} in ${markName}`;
  throw new BridgeError(
    'configInvalid',
    `${folder}: expected the folder that all instances share, ${wanted}, got another`,
  );
}

/** What stands there afterwards: another instance may be quicker. */
async function makeMark(path: string): Promise<string | undefined> {
  await writeFile(path, randomUUID(), { flag: 'wx', mode: 0o600 }).catch(() => undefined); // read below, if it is there
  return readMark(path);
}

async function readMark(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim() || undefined;
}

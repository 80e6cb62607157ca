import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFolderFiles } from '../../src/media/folder-files.ts';
import { createStoreFiles } from '../../src/media/store-files.ts';
import { openStore } from '../../src/store/engines/open.ts';
import { type FilesPlace, mediaFilesContract } from '../contract/media-files.ts';

const makeHome = () => mkdtemp(join(tmpdir(), 'files-'));

async function folderPlace(isShared: boolean): Promise<FilesPlace> {
  const home = await makeHome();
  const open = () => openFolderFiles(home, { isShared });
  return {
    files: await open(),
    ...(isShared && { another: await open() }),
    remove: () => rm(home, { recursive: true }),
  };
}

mediaFilesContract('a folder', () => folderPlace(false));
mediaFilesContract('a folder that is shared', () => folderPlace(true));
mediaFilesContract('a store in a file', async () => {
  const home = await makeHome();
  const store = await openStore({ kind: 'sqlite', path: join(home, 'bridge.db') }, () => {});
  return {
    files: createStoreFiles(store, { pieceBytes: 7 }),
    async remove() {
      await store.close();
      await rm(home, { recursive: true });
    },
  };
});

let home = '';
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => rm(home, { recursive: true }));

test('a shared folder is opened without taking what another process is writing, but for what is days old', async () => {
  const files = await openFolderFiles(home, { isShared: true });
  await using draft = files.draft('x_1.1', 100);
  await draft.begin();
  await draft.take(Buffer.from('half'));
  const left = join(home, 'incoming', 'x_2.1~left');
  await writeFile(left, 'half');
  const daysAgo = Date.now() / 1000 - 3 * 86_400;
  await utimes(left, daysAgo, daysAgo);
  await openFolderFiles(home, { isShared: true });
  expect(await readdir(join(home, 'incoming'))).toEqual([expect.stringMatching(/^x_1\.1~/)]);
  await draft.keep();
  expect((await files.read('x_1.1')).toString()).toBe('half');
});

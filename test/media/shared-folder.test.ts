import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { markName, proveShared } from '../../src/media/shared-folder.ts';
import type { Store } from '../../src/ports/store.ts';
import { openStore } from '../../src/store/engines/open.ts';

let home = '';
let store: Store;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'shared-'));
  store = await openStore({ kind: 'sqlite', path: join(home, 'bridge.db') }, () => {});
});
afterEach(async () => {
  await store.close();
  await rm(home, { recursive: true });
});

const refused = { code: 'configInvalid', message: expect.stringContaining('expected the folder that all') };

describe('a folder that all instances share', () => {
  test('is known again, by however many start at once', async () => {
    const folder = join(home, 'disk');
    await Promise.all([1, 2, 3].map(() => proveShared(store, folder)));
    await expect(proveShared(store, folder)).resolves.toBeUndefined();
  });

  test('is refused where another is mounted in its place, or none', async () => {
    const folder = join(home, 'disk');
    await proveShared(store, folder);
    await expect(proveShared(store, join(home, 'empty'))).rejects.toMatchObject(refused);
    await writeFile(join(folder, markName), 'of another bridge');
    await expect(proveShared(store, folder)).rejects.toMatchObject(refused);
  });

  test('is taken anew with the mark that the refusal names', async () => {
    const folder = join(home, 'disk');
    await proveShared(store, folder);
    const mark = await readFile(join(folder, markName), 'utf8');
    const other = join(home, 'other');
    await expect(proveShared(store, other)).rejects.toThrow(mark);
    await writeFile(join(other, markName), `${mark}\n`);
    await expect(proveShared(store, other)).resolves.toBeUndefined();
  });
});

import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MediaFiles } from '../../src/media/files.ts';
import { openFolderFiles } from '../../src/media/folder-files.ts';
import { createStoreFiles } from '../../src/media/store-files.ts';
import { migrateStore } from '../../src/migrate-store.ts';
import type { StorePlace } from '../../src/ports/store.ts';
import { openStore } from '../../src/store/engines/open.ts';
import { wantMedium } from '../../src/store/media.ts';
import { keepMedium } from '../../src/store/media-downloads.ts';
import { NOW } from '../media/scene.ts';
import { makePostgresPlace, type PostgresPlace } from './place.ts';

let home = '';
let place: PostgresPlace;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'migrate-media-'));
  place = await makePostgresPlace();
});
afterEach(async () => {
  await place.remove();
  await rm(home, { recursive: true });
});

/** More than one piece of a store's files. */
const large = Buffer.alloc(600_000, 'picture ');
const contents: Readonly<Record<string, Buffer>> = { x_1: large, x_2: Buffer.from('small'), x_3: large };

/** A store in a file with three kept media, in the folder beside it. */
async function fill(): Promise<MediaFiles> {
  const store = await openStore({ kind: 'sqlite', path: join(home, 'bridge.db') }, () => {});
  const files = await openFolderFiles(join(home, 'media'));
  const now = NOW;
  for (const [id, bytes] of Object.entries(contents)) {
    const [of, size] = [
      { tenant: 'shop', conversation: 'c_1', message: 'm_1' },
      { width: 1, height: 1 },
    ];
    const md5 = createHash('md5').update(bytes).digest('hex');
    const kept = { id, claim: 0, file: id, type: 'image/png', bytes: bytes.length, md5, name: 'a.png' };
    await store.batch([wantMedium({ id, ...of, source: '{}', name: null, now })]);
    await store.batch([keepMedium({ ...kept, ...size }, 1)]);
    await files.write(id, bytes);
  }
  await store.close();
  return files;
}

async function migrate(from: string, to: string, folders: { fromMedia?: string; toMedia?: string } = {}) {
  const lines: string[] = [];
  const print = (line: string) => lines.push(line);
  return { status: await migrateStore({ from, to, ...folders, env: {}, folder: home, print }), lines };
}

async function withFilesIn(
  where: StorePlace,
  folder: string | undefined,
  run: (files: MediaFiles) => Promise<void>,
): Promise<void> {
  const store = await openStore(where, () => {});
  await run(folder === undefined ? createStoreFiles(store) : await openFolderFiles(join(home, folder)));
  await store.close();
}

async function expectAll(files: MediaFiles): Promise<void> {
  for (const [id, bytes] of Object.entries(contents)) {
    expect((await files.read(id)).equals(bytes), id).toBe(true);
  }
}

const inPostgres = () => ({ kind: 'postgres', url: place.url, connections: 2 }) as const;

describe('media of a store that is copied', () => {
  test('come into the database and back into a folder, and are what they were', async () => {
    await fill();
    const there = await migrate('sqlite:bridge.db', place.url);
    expect(there).toMatchObject({ status: 0, lines: expect.arrayContaining(['files of media: 3']) });
    expect(there.lines.at(-1)).toBe('Before the bridge starts, set it as store, and no media.folder.');
    await withFilesIn(inPostgres(), undefined, expectAll);

    const back = await migrate(place.url, 'sqlite:back/bridge.db');
    expect(back).toMatchObject({ status: 0, lines: expect.arrayContaining(['files of media: 3']) });
    expect(back.lines.at(-1)).toContain(`media.folder to ${join(home, 'back', 'media')}`);
    await withFilesIn({ kind: 'sqlite', path: join(home, 'back', 'bridge.db') }, 'back/media', expectAll);
  });

  test('come from and to the folders that are named', async () => {
    await fill();
    expect(await migrate('sqlite:bridge.db', place.url, { toMedia: 'disk' })).toMatchObject({
      status: 0,
      lines: expect.arrayContaining([
        `Before the bridge starts, set it as store, and media.folder to ${join(home, 'disk')} with media.shared.`,
      ]),
    });
    await withFilesIn(inPostgres(), 'disk', expectAll);
  });

  test('that are missing or damaged are counted, and the rest is copied', async () => {
    const files = await fill();
    await files.remove('x_1');
    await files.write('x_3', Buffer.from(large).fill('q', 10, 11));
    const { status, lines } = await migrate('sqlite:bridge.db', place.url);
    expect(status).toBe(0);
    expect(lines).toContain('files of media: 1, 2 were missing or damaged');
    await withFilesIn(inPostgres(), undefined, async (there) => {
      expect(await there.sizeOf('x_1')).toBeUndefined();
      expect(await there.sizeOf('x_3')).toBeUndefined();
      expect((await there.read('x_2')).toString()).toBe('small');
    });
  });

  test('are looked for before anything is copied', async () => {
    await fill();
    const refused = await migrate('sqlite:bridge.db', place.url, { fromMedia: 'nowhere' });
    expect(refused).toEqual({
      status: 2,
      lines: [`${join(home, 'nowhere')}: expected the folder of the media (--from-media), got nothing`],
    });
    expect(await migrate('sqlite:bridge.db', place.url)).toMatchObject({ status: 0 });
  });
});

describe('media of a store that stays', () => {
  test('move from a folder into the database', async () => {
    await fill();
    await migrate('sqlite:bridge.db', place.url, { toMedia: 'disk' });
    const moved = await migrate(place.url, place.url, { fromMedia: 'disk' });
    expect(moved).toMatchObject({ status: 0, lines: expect.arrayContaining(['files of media: 3']) });
    await withFilesIn(inPostgres(), undefined, expectAll);
  });

  test('do not move to where they are', async () => {
    await fill();
    expect(await migrate('sqlite:bridge.db', 'sqlite:bridge.db')).toEqual({
      status: 2,
      lines: ['expected another store, or another place of media'],
    });
  });
});

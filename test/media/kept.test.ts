import { createHash } from 'node:crypto';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { readMedium } from '../../src/store/media.ts';
import { statement } from '../../src/store/statement.ts';
import { PNG } from './png.ts';
import { arrive, isAnythingDue, KEEP_MS, mediumRow, NOW, openScene, PICTURE } from './scene.ts';

const finish = statement<{ id: string; now: number }>(
  'test.finish',
  (arg) =>
    sql`update message set state = 'done', due = null, finished_at = ${arg('now')} where id = ${arg('id')}`,
);

describe('a kept medium', () => {
  test('is read as it was fetched, with what its bytes tell', async () => {
    const scene = await openScene({ a: [{ ...PICTURE, name: '../../截图.JPEG' }] });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.settle();
    const kept = await scene.keeper.read('x_1');
    expect(kept).toMatchObject({
      type: 'image/png',
      bytes: PNG.length,
      name: '截图.png',
      md5: createHash('md5').update(PNG).digest('hex'),
      width: 3,
      height: 2,
    });
    expect(await kept?.read()).toEqual(PNG);
  });

  test('is a voice by its first bytes; what bytes do not tell is believed, if it is a type', async () => {
    const scene = await openScene({
      amr: [{ kind: 'bytes', body: Buffer.from('#!AMR\n0123'), type: 'text/plain' }],
      text: [{ kind: 'bytes', body: Buffer.from('hello'), type: 'text/plain' }],
      odd: [{ kind: 'bytes', body: Buffer.from('hello'), type: 'text/html\r\nx: y' }],
      broken: [{ kind: 'bytes', body: PNG.subarray(0, 9), type: 'image/png' }],
    });
    await arrive(scene, { message: 'm_1', media: { x_1: 'amr', x_2: 'text', x_3: 'odd', x_4: 'broken' } });
    scene.keeper.wake();
    await scene.clock.settle();
    expect(await scene.keeper.read('x_1')).toMatchObject({ type: 'audio/amr', name: 'audio.amr' });
    expect(await scene.keeper.read('x_2')).toMatchObject({ type: 'text/plain', name: 'file.txt' });
    expect(await scene.keeper.read('x_3')).toMatchObject({
      type: 'application/octet-stream',
      name: 'file.bin',
    });
    expect(await scene.keeper.read('x_4')).not.toHaveProperty('width');
  });

  test('has the name its sender gave it before the one of the server', async () => {
    const scene = await openScene({ a: [{ ...PICTURE, name: 'server.png' }] });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' }, name: 'mine.png' });
    scene.keeper.wake();
    await scene.clock.settle();
    expect(await scene.keeper.find('x_1')).toEqual({ id: 'x_1', name: 'mine.png', expiresAt: NOW + KEEP_MS });
  });

  test('is nobody else’s to read on the disk', async () => {
    const scene = await openScene({});
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.settle();
    expect((await stat(scene.folder)).mode & 0o077).toBe(0);
  });

  test('whose file is lost or cut reads as none', async () => {
    const scene = await openScene({});
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.settle();
    await scene.files.write('x_1', PNG.subarray(0, 5));
    expect(await scene.keeper.read('x_1')).toBeUndefined();
    await scene.files.remove('x_1');
    expect(await scene.keeper.read('x_1')).toBeUndefined();
  });

  test('stays while its URL lives or its message is not finished, and is removed then', async () => {
    const scene = await openScene({});
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    await arrive(scene, { message: 'm_2', media: { x_2: 'b' } });
    scene.keeper.wake();
    await scene.clock.settle();
    await scene.store.batch([finish({ id: 'm_1', now: NOW })]);

    await scene.clock.advance(KEEP_MS);
    await scene.keeper.clean();
    expect(await scene.keeper.read('x_1')).toBeDefined();
    await scene.clock.advance(1);
    await scene.keeper.clean();
    expect(await mediumRow(scene, 'x_1')).toBeUndefined();
    expect(await scene.files.sizeOf('x_1')).toBeUndefined();
    expect(await scene.keeper.read('x_2')).toBeDefined();
  });
});

describe('the URL of a medium', () => {
  /** A kept medium whose message is finished. */
  async function openKept() {
    const scene = await openScene({});
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.settle();
    await scene.store.batch([finish({ id: 'm_1', now: NOW })]);
    return scene;
  }

  test('is the same however often it is given out, also under other settings', async () => {
    const scene = await openKept();
    await scene.clock.advance(1000);
    const first = await scene.keeper.find('x_1');
    expect(first).toMatchObject({ expiresAt: NOW + 1000 + KEEP_MS });
    await scene.clock.advance(1000);
    expect(await scene.keeper.find('x_1')).toEqual(first);
    await scene.restart({ keepMs: 1000 });
    expect(await scene.keeper.find('x_1')).toEqual(first);
  });

  test('keeps the medium for as long as it lives, and is made anew after that', async () => {
    const scene = await openKept();
    await scene.clock.advance(KEEP_MS - 1);
    await scene.keeper.find('x_1');
    await scene.clock.advance(KEEP_MS - 1);
    await scene.keeper.clean();
    expect(await scene.keeper.open('x_1')).toBeDefined();
    await scene.clock.advance(1);
    expect(await scene.keeper.find('x_1')).toMatchObject({ expiresAt: NOW + 3 * KEEP_MS - 1 });
    await scene.clock.advance(KEEP_MS);
    await scene.keeper.clean();
    expect(await mediumRow(scene, 'x_1')).toBeUndefined();
    expect(await scene.keeper.find('x_1')).toBeUndefined();
  });
});

test('cleaning goes through more media than one bite', async () => {
  const scene = await openScene({});
  const ids = Array.from({ length: 450 }, (_, n) => `x_${n}`);
  await arrive(scene, {
    message: 'm_2',
    finished: true,
    media: Object.fromEntries(ids.map((id) => [id, 'a'])),
  });
  await scene.clock.advance(KEEP_MS + 1);
  await arrive(scene, { message: 'm_3', media: { x_new: 'a' } });
  await scene.keeper.clean();
  expect(scene.lines).toEqual([{ event: 'media.cleaned', fields: { stale: 450, orphans: 0 } }]);
  expect(await mediumRow(scene, 'x_new')).toMatchObject({ state: 'wanted' });
});

test('a stop waits for cleaning, which ends early', async () => {
  const scene = await openScene({});
  await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
  const cleaning = scene.keeper.clean();
  await scene.keeper.stop();
  expect(scene.lines).toMatchObject([{ event: 'media.cleaned' }]);
  await cleaning;
});

describe('what a crash leaves', () => {
  test('half written is thrown away at the next start', async () => {
    const scene = await openScene({});
    await writeFile(join(scene.folder, 'incoming', 'x_1'), 'half');
    await scene.restart();
    expect(await readdir(join(scene.folder, 'incoming'))).toEqual([]);
  });

  test('as a row without its whole file is fetched again, and its message waits for it', async () => {
    const scene = await openScene({ a: [PICTURE] });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a', x_2: 'b' } });
    await arrive(scene, { message: 'm_2', media: { x_3: 'c' } });
    await arrive(scene, { message: 'm_3', finished: true, media: { x_4: 'd' } });
    scene.keeper.wake();
    await scene.clock.settle();
    await scene.files.remove('x_1');
    await scene.files.write('x_3', PNG.subarray(0, 5));
    await scene.files.remove('x_4');
    await scene.restart();
    scene.released.length = 0;
    await scene.keeper.recover();
    expect(await isAnythingDue(scene)).toBe(false);
    expect(scene.lines).toContainEqual({ event: 'media.lost', fields: { lost: 2 } });
    scene.keeper.wake();
    await scene.clock.settle();
    expect(scene.released.map(({ id }) => id).sort()).toEqual(['m_1', 'm_2']);
    expect(scene.calls.map(({ source }) => source).sort()).toEqual(['a', 'a', 'b', 'c', 'c', 'd']);
    expect(await (await scene.keeper.read('x_3'))?.read()).toEqual(PNG);
  });

  test('as a file without a row is swept away, and a file with a row is not', async () => {
    const scene = await openScene({});
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.settle();
    await scene.files.write('x_2', PNG);
    await scene.keeper.clean();
    expect(await scene.files.sizeOf('x_2')).toBeUndefined();
    expect(await scene.keeper.read('x_1')).toBeDefined();
  });

  test('as a row without a file is removed when it is stale', async () => {
    const scene = await openScene({});
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.settle();
    await scene.store.batch([finish({ id: 'm_1', now: NOW })]);
    await scene.files.remove('x_1');
    await scene.clock.advance(KEEP_MS + 1);
    await scene.keeper.clean();
    expect(await scene.store.batch([readMedium({ id: 'x_1' })])).toEqual([[]]);
  });
});

test('an id that could lead out of the folder is never made a path', async () => {
  const { files } = await openScene({});
  for (const id of ['../x', 'a/b', '..', '', 'x'.repeat(101)]) {
    await expect(async () => files.write(id, PNG)).rejects.toMatchObject({ code: 'bug' });
    await expect(async () => files.read(id)).rejects.toMatchObject({ code: 'bug' });
    await expect(async () => files.remove(id)).rejects.toMatchObject({ code: 'bug' });
  }
});

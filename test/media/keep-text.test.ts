import { expect, test } from 'vitest';
import { createTextKeeper } from '../../src/media/keep-text.ts';
import { arrive, KEEP_MS, NOW, openScene } from './scene.ts';

const owner = { tenant: 'shop', conversation: 'c_shop', message: 'm_1' };

test('a text that is kept is a medium of its message, and the same one when it is kept again', async () => {
  const scene = await openScene({});
  await arrive(scene, { message: 'm_1', finished: true });
  const keepText = createTextKeeper(scene);
  const id = await keepText('很长的话', owner);
  await scene.clock.advance(5000);
  expect(await keepText('很长的话', owner)).toBe(id);
  expect(await keepText('别的话', owner)).not.toBe(id);
  const kept = await scene.keeper.read(id);
  expect(kept).toMatchObject({ type: 'text/plain', bytes: 12 });
  expect((await kept?.read())?.toString()).toBe('很长的话');
  const expiresAt = NOW + 5000 + KEEP_MS; // since its link was first asked for
  expect(await scene.keeper.find(id)).toEqual({ id, name: 'message.txt', expiresAt });
});

test('a text that is kept goes when its link has expired', async () => {
  const scene = await openScene({});
  await arrive(scene, { message: 'm_1', finished: true });
  const id = await createTextKeeper(scene)('很长的话', owner);
  await scene.keeper.clean();
  expect(await scene.keeper.read(id)).toBeDefined();
  await scene.clock.advance(KEEP_MS + 1);
  await scene.keeper.clean();
  expect(await scene.files.sizeOf(id)).toBeUndefined();
});

test('a text whose file a crash prevented is written when it is kept again', async () => {
  const scene = await openScene({});
  await arrive(scene, { message: 'm_1' });
  const keepText = createTextKeeper(scene);
  const id = await keepText('很长的话', owner);
  await scene.files.remove(id);
  expect(await scene.keeper.read(id)).toBeUndefined();
  await keepText('很长的话', owner);
  expect(await scene.keeper.read(id)).toBeDefined();
});

import { expect, test } from 'vitest';
import { createMediaIds } from '../../src/media/media-ids.ts';
import { forgetOldMediaIds } from '../../src/store/media-ids.ts';
import { NOW, openScene } from './scene.ts';

const picture = { use: 'image', digest: 'abc' };

test('an id of an upload is found by content and use, for its account, until its time is over or a restart after', async () => {
  const scene = await openScene({});
  const ids = () => createMediaIds(scene.store, 'wx1', () => scene.clock.now());
  await ids().keep(picture, { id: 'up-1', goodUntil: NOW + 1000 });
  await scene.restart();
  expect(await ids().find(picture)).toBe('up-1');
  expect(await ids().find({ ...picture, use: 'card' })).toBeUndefined();
  expect(await ids().find({ ...picture, digest: 'abd' })).toBeUndefined();
  expect(await createMediaIds(scene.store, 'wx2', () => NOW).find(picture)).toBeUndefined();
  await scene.clock.advance(1000);
  expect(await ids().find(picture)).toBeUndefined();
});

test('an id that is no good is forgotten, but not one that has taken its place', async () => {
  const scene = await openScene({});
  const ids = createMediaIds(scene.store, 'wx1', () => NOW);
  await ids.keep(picture, { id: 'up-1', goodUntil: NOW + 1000 });
  await ids.keep(picture, { id: 'up-2', goodUntil: NOW + 1000 });
  await ids.forget(picture, 'up-1');
  expect(await ids.find(picture)).toBe('up-2');
  await ids.forget(picture, 'up-2');
  expect(await ids.find(picture)).toBeUndefined();
});

test('ids whose time is over go with the upkeep, and no others', async () => {
  const scene = await openScene({});
  const early = createMediaIds(scene.store, 'wx1', () => 0);
  await early.keep(picture, { id: 'up-1', goodUntil: NOW });
  await early.keep({ ...picture, use: 'card' }, { id: 'up-2', goodUntil: NOW + 1 });
  await scene.store.batch([forgetOldMediaIds({ now: NOW })]);
  expect(await early.find(picture)).toBeUndefined();
  expect(await early.find({ ...picture, use: 'card' })).toBe('up-2');
});

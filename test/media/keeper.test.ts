import { readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { MediaFetch, MediaSink } from '../../src/ports/channel.ts';
import { arrive, bring, isAnythingDue, mediumRow, NOW, openScene, PICTURE } from './scene.ts';

const BUSY: MediaFetch = { kind: 'later', code: 'http 503' };
const GONE: MediaFetch = { kind: 'gone', code: '40007' };
describe('a message', () => {
  test('waits for its medium and goes when it is kept', async () => {
    const scene = await openScene({ a: [BUSY, PICTURE] });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.settle();
    expect(await isAnythingDue(scene)).toBe(false);
    expect(scene.released).toEqual([]);

    await scene.clock.advance(1000);
    expect(await isAnythingDue(scene)).toBe(true);
    expect(scene.released).toEqual([
      {
        id: 'm_1',
        tenant: 'shop',
        conversation: 'c_shop',
        helpdesk: 'shop/main',
        lane: 'forward',
        due: NOW + 1000,
      },
    ]);
  });

  test('goes on without a medium that is gone', async () => {
    const scene = await openScene({ a: [GONE] });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.settle();
    expect(scene.released).toMatchObject([{ id: 'm_1' }]);
    expect(await mediumRow(scene, 'x_1')).toMatchObject({ state: 'gone', code: '40007', due: null });
    expect(await scene.keeper.read('x_1')).toBeUndefined();
  });

  test('goes on without a medium that is too large', async () => {
    const scene = await openScene({ a: [{ kind: 'bytes', body: Buffer.alloc(1025), type: 'image/png' }] });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.settle();
    expect(scene.released).toMatchObject([{ id: 'm_1' }]);
    expect(await mediumRow(scene, 'x_1')).toMatchObject({ state: 'gone', code: 'tooLarge' });
  });

  test('waits for the last of its media', async () => {
    const scene = await openScene({ a: [PICTURE], b: [BUSY, GONE] });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a', x_2: 'b' } });
    scene.keeper.wake();
    await scene.clock.settle();
    expect(await mediumRow(scene, 'x_1')).toMatchObject({ state: 'kept' });
    expect(scene.released).toEqual([]);
    await scene.clock.advance(1000);
    expect(scene.released).toMatchObject([{ id: 'm_1' }]);
  });

  test('whose medium is there before its turn still waits for what stands before it', async () => {
    const scene = await openScene({ a: [BUSY, PICTURE], b: [PICTURE] });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    await arrive(scene, { message: 'm_2', media: { x_2: 'b' } });
    scene.keeper.wake();
    await scene.clock.settle();
    expect(scene.released).toMatchObject([{ id: 'm_2', due: null }]);
    expect(await isAnythingDue(scene)).toBe(false);
  });

  test('of an agent has its medium fetched as a reply, in the lane of replies', async () => {
    const scene = await openScene({});
    await arrive(scene, { message: 'm_1' });
    await arrive(scene, { message: 'm_2', direction: 'reply', media: { x_1: 'https://desk.example/a' } });
    scene.keeper.wake();
    await scene.clock.settle();
    expect(scene.calls).toEqual([{ source: 'https://desk.example/a', at: 0, direction: 'reply' }]);
    expect(scene.released).toMatchObject([{ id: 'm_2', lane: 'reply' }]);
  });
});

describe('a medium that cannot be fetched now', () => {
  test('is tried again with growing pauses, and given up in the end', async () => {
    const scene = await openScene({ a: [BUSY] }, { giveUpAfterMs: 60_000 });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.advance(59_999);
    expect(scene.calls.map(({ at }) => at)).toEqual([0, 1000, 5000, 20_000, 50_000]);
    expect(scene.released).toEqual([]);

    await scene.clock.advance(1);
    expect(scene.calls.at(-1)?.at).toBe(60_000);
    expect(scene.released).toMatchObject([{ id: 'm_1' }]);
    expect(await mediumRow(scene, 'x_1')).toMatchObject({ state: 'gone', code: 'http 503', attempts: 5 });
    await scene.clock.advance(3_600_000);
    expect(scene.calls).toHaveLength(6);
  });

  test('is tried again when the other side says, but not after its time', async () => {
    const scene = await openScene({
      a: [
        { ...BUSY, afterMs: 7000 },
        { ...BUSY, afterMs: 9_000_000 },
      ],
    });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.advance(3_600_000);
    expect(scene.calls.map(({ at }) => at)).toEqual([0, 7000, 600_000]);
  });

  test('waits for an account that is stopped, for longer than for itself, and has another try then', async () => {
    const stopped: MediaFetch = { kind: 'later', code: '40164', afterMs: 3_600_000, because: 'account' };
    const scene = await openScene({ a: [stopped, stopped, BUSY, PICTURE] });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.advance(3_600_000);
    expect(await mediumRow(scene, 'x_1')).toMatchObject({ state: 'wanted', code: 'account 40164' });
    expect(scene.released).toEqual([]);
    await scene.clock.advance(7_200_000);
    expect(await mediumRow(scene, 'x_1')).toMatchObject({ state: 'kept' });
    expect(scene.released).toMatchObject([{ id: 'm_1' }]);
  });

  test('is given up after three days of an account that stays stopped', async () => {
    const stopped: MediaFetch = { kind: 'later', code: '50004', afterMs: 36_000_000, because: 'account' };
    const scene = await openScene({ a: [stopped] });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.advance(3 * 86_400_000 - 1);
    expect(scene.released).toEqual([]);
    await scene.clock.advance(1);
    expect(await mediumRow(scene, 'x_1')).toMatchObject({ state: 'gone' });
    expect(scene.released).toMatchObject([{ id: 'm_1' }]);
  });

  test('is tried again after a fetch that hangs or breaks', async () => {
    const scene = await openScene({ a: ['hangs', 'breaks', PICTURE] }, { attemptTimeoutMs: 30_000 });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.advance(60_000);
    expect(scene.calls.map(({ at }) => at)).toEqual([0, 31_000, 35_000]);
    expect(scene.released).toMatchObject([{ id: 'm_1' }]);
    expect(JSON.stringify(scene.lines)).not.toContain('secret');
  });

  test('gets one try even if the bridge was away for longer than it may wait', async () => {
    const scene = await openScene({ a: [PICTURE] });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    await scene.clock.advance(3_600_000);
    scene.keeper.wake();
    await scene.clock.settle();
    expect(await mediumRow(scene, 'x_1')).toMatchObject({ state: 'kept' });
  });
});

describe('a medium that the disk does not take', () => {
  /** A disk that is full until the test makes room. */
  async function openFull() {
    const disk = { isFull: true };
    const scene = await openScene(
      {},
      {
        giveUpAfterMs: 60_000,
        fetchFor: () => async (_from, into) => {
          // What is written through this link finds no space.
          if (disk.isFull) await symlink('/dev/full', join(scene.folder, 'incoming', 'x_1'));
          tries += 1;
          return bring(PICTURE, into);
        },
      },
    );
    let tries = 0;
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.settle();
    return { ...scene, disk, triesOf: () => tries };
  }

  test('keeps its message waiting for as long as the disk is full, and loses nothing', async () => {
    const scene = await openFull();
    await scene.clock.advance(1_200_000);
    expect(await mediumRow(scene, 'x_1')).toMatchObject({ state: 'wanted', code: 'disk' });
    expect(scene.released).toEqual([]);
    expect(scene.triesOf()).toBeGreaterThan(15);

    scene.disk.isFull = false;
    await scene.clock.advance(60_000);
    expect(scene.released).toMatchObject([{ id: 'm_1' }]);
    expect(await (await scene.keeper.read('x_1'))?.read()).toEqual(PICTURE.body);
  });

  test('raises an alarm, and not with every try', async () => {
    const scene = await openFull();
    const alarms = () => scene.lines.filter(({ event }) => event === 'alarm.raised');
    const alarm = 'the disk is full; messages with media wait until it takes them';
    expect(alarms()).toEqual([{ event: 'alarm.raised', fields: { tenant: 'shop', alarm } }]);
    await scene.clock.advance(660_000);
    expect(scene.triesOf()).toBeGreaterThan(8);
    expect(alarms()).toHaveLength(2);
  });

  test('for another reason waits too', async () => {
    const scene = await openScene({});
    await rm(join(scene.folder, 'incoming'), { recursive: true });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.settle();
    expect(await mediumRow(scene, 'x_1')).toMatchObject({ state: 'wanted', code: 'disk', attempts: 1 });
    expect(scene.lines).toContainEqual(
      expect.objectContaining({
        fields: { tenant: 'shop', alarm: expect.stringContaining('the disk takes no media (ENOENT)') },
      }),
    );
  });
});

describe('a fetch that outlives its time', () => {
  test('cannot touch what the next try fetches', async () => {
    const sinks: MediaSink[] = [];
    const scene = await openScene(
      {},
      {
        attemptTimeoutMs: 1000,
        fetchFor: () => async (_from, into) => {
          sinks.push(into);
          if (sinks.length > 1) return bring(PICTURE, into);
          await into.begin();
          await into.take(Buffer.from('half'));
          return new Promise(() => {});
        },
      },
    );
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.advance(1000);
    expect(await readdir(join(scene.folder, 'incoming'))).toEqual([]);
    await expect(sinks[0]?.take(Buffer.from('more'))).rejects.toThrow();
    await expect(sinks[0]?.begin()).rejects.toThrow();
    await scene.clock.advance(1000);
    expect(await (await scene.keeper.read('x_1'))?.read()).toEqual(PICTURE.body);
  });

  test('leaves no half file, whatever cut it short', async () => {
    const scene = await openScene({
      a: [{ kind: 'bytes', body: Buffer.alloc(1025), type: 'image/png' }],
      b: ['breaks'],
      c: [{ kind: 'bytes', body: Buffer.alloc(0), type: 'image/png' }],
    });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a', x_2: 'b', x_3: 'c' } });
    scene.keeper.wake();
    await scene.clock.settle();
    expect(await readdir(join(scene.folder, 'incoming'))).toEqual([]);
    expect(await mediumRow(scene, 'x_1')).toMatchObject({ state: 'gone', code: 'tooLarge' });
    expect(await mediumRow(scene, 'x_3')).toMatchObject({ state: 'gone', code: 'empty' });
  });
});

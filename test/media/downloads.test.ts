import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { FetchMedium, MediaFetch } from '../../src/ports/channel.ts';
import { PNG } from './png.ts';
import { arrive, bring, mediumRow, NOW, openScene, PICTURE } from './scene.ts';

const BUSY: MediaFetch = { kind: 'later', code: 'http 503' };

describe('downloads', () => {
  test('run four at a time for a tenant', async () => {
    const scene = await openScene({ a: ['hangs'] });
    for (let n = 0; n < 6; n += 1) await arrive(scene, { message: `m_${n}`, media: { [`x_${n}`]: 'a' } });
    scene.keeper.wake();
    await scene.clock.settle();
    expect(scene.calls).toHaveLength(4);
  });

  test('of a tenant that all hang do not stop those of another', async () => {
    const scene = await openScene({ slow: ['hangs'], quick: [PICTURE] });
    for (let n = 0; n < 40; n += 1) await arrive(scene, { message: `m_${n}`, media: { [`x_${n}`]: 'slow' } });
    scene.keeper.wake();
    await scene.clock.settle();
    await scene.clock.advance(1);
    await arrive(scene, { message: 'm_other', tenant: 'other', media: { x_other: 'quick' } });
    scene.keeper.wake();
    await scene.clock.settle();
    expect(scene.released).toMatchObject([{ id: 'm_other', tenant: 'other' }]);
  });

  test('of a backlog longer than one look are all done, each once', async () => {
    const scene = await openScene({});
    for (let n = 0; n < 80; n += 1)
      await arrive(scene, { message: `m_${n}`, media: { [`x_${n}`]: `a${n}` } });
    scene.keeper.wake();
    await scene.clock.settle();
    expect(scene.released).toHaveLength(80);
    expect(new Set(scene.calls.map(({ source }) => source)).size).toBe(80);
    expect(scene.calls).toHaveLength(80);
  });

  test('of what is kept are never done again', async () => {
    const scene = await openScene({});
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.settle();
    for (let n = 0; n < 5; n += 1) scene.keeper.wake();
    await scene.clock.advance(600_000);
    await scene.restart();
    scene.keeper.wake();
    await scene.clock.advance(600_000);
    expect(scene.calls).toHaveLength(1);
  });

  test('go on after a restart, with what was cut short and what was postponed', async () => {
    const scene = await openScene({ a: ['hangs', PICTURE], b: [BUSY, PICTURE] });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a', x_2: 'b' } });
    scene.keeper.wake();
    await scene.clock.settle();
    await scene.restart();
    expect(await mediumRow(scene, 'x_1')).toMatchObject({ state: 'wanted', attempts: 0, due: NOW });
    scene.keeper.wake();
    await scene.clock.advance(1000);
    // Two that are due at once are fetched side by side.
    const calls = scene.calls.map(({ source, at }) => `${source} ${at}`);
    expect(calls.toSorted()).toEqual(['a 0', 'a 0', 'b 0', 'b 1000']);
    expect(scene.released).toMatchObject([{ id: 'm_1' }]);
  });

  test('leave no timer behind when they are stopped', async () => {
    const scene = await openScene({ a: ['hangs'], b: [BUSY] });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a', x_2: 'b' } });
    scene.keeper.wake();
    await scene.clock.settle();
    expect(scene.clock.timers().length).toBeGreaterThan(0);
    await scene.keeper.stop();
    expect(scene.clock.timers()).toEqual([]);
    scene.keeper.wake();
    await scene.clock.advance(60_000);
    expect(scene.calls).toHaveLength(2);
  });

  test('rest while the store is away, and go on when it is back', async () => {
    const scene = await openScene({});
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.outage.isDown = true;
    scene.keeper.wake();
    await scene.clock.settle();
    for (let n = 0; n < 9; n += 1) scene.keeper.wake();
    await scene.clock.advance(2500);
    expect(scene.lines.map(({ event }) => event)).toEqual(Array(3).fill('media.sweepFailed'));
    scene.outage.isDown = false;
    await scene.clock.advance(500);
    expect(scene.released).toMatchObject([{ id: 'm_1' }]);
  });

  test('rest no longer where the clock is set back meanwhile', async () => {
    const scene = await openScene({});
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.outage.isDown = true;
    scene.keeper.wake();
    await scene.clock.settle();
    scene.clock.setOn(-1000);
    scene.keeper.wake();
    await scene.clock.advance(999);
    expect(scene.lines.map(({ event }) => event)).toEqual(['media.sweepFailed']);
    scene.outage.isDown = false;
    await scene.clock.advance(1);
    expect(scene.released).toMatchObject([{ id: 'm_1' }]);
  });

  test('are done again where they could not be written down', async () => {
    let fetched = 0;
    const takeStoreAway: FetchMedium = async (_from, into) => {
      fetched += 1;
      scene.outage.isDown = fetched === 1;
      return bring(PICTURE, into);
    };
    const scene = await openScene({}, { fetchFor: () => takeStoreAway });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.keeper.wake();
    await scene.clock.settle();
    expect(scene.lines.map(({ event }) => event)).toEqual(['media.runFailed']);
    scene.outage.isDown = false;
    await scene.clock.advance(1000);
    expect(await scene.keeper.read('x_1')).toBeDefined();
    expect(scene.released).toMatchObject([{ id: 'm_1' }]);
  });

  test('hold no medium in memory once it is kept', async () => {
    const bodies: WeakRef<Buffer>[] = [];
    const scene = await openScene(
      {},
      {
        fetchFor: () => async (_from, into) => {
          const body = Buffer.concat([PNG]);
          bodies.push(new WeakRef(body));
          return bring({ ...PICTURE, body }, into);
        },
      },
    );
    for (let n = 0; n < 40; n += 1)
      await arrive(scene, { message: `m_${n}`, media: { [`x_${n}`]: `a${n}` } });
    scene.keeper.wake();
    await scene.clock.settle();
    expect(bodies).toHaveLength(40);
    await collectGarbage();
    // The last may still stand on somebody's stack.
    expect(bodies.filter((body) => body.deref()).length).toBeLessThan(5);
  });
});

/** What nobody holds is gone afterwards. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let rounds = 0; rounds < 5; rounds += 1) {
    await new Promise((done) => setImmediate(done));
    collect();
  }
}

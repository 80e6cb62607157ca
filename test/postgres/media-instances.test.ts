import { describe, expect, onTestFinished, test } from 'vitest';
import { createSharedClaims } from '../../src/media/claims.ts';
import { createTextKeeper } from '../../src/media/keep-text.ts';
import { createMediaKeeper } from '../../src/media/keeper.ts';
import { createStoreFiles } from '../../src/media/store-files.ts';
import type { FetchMedium, MediaFetch } from '../../src/ports/channel.ts';
import { BridgeError } from '../../src/ports/errors.ts';
import type { Store } from '../../src/ports/store.ts';
import type { ReleasedMessage } from '../../src/store/media.ts';
import { openPostgres } from '../../src/store/postgres/engine.ts';
import { createTestClock, type TestClock } from '../clock.ts';
import { listAll } from '../contract/media-files.ts';
import { PNG } from '../media/png.ts';
import { arrive, bring, collect, KEEP_MS, mediumRow, NOW, PICTURE } from '../media/scene.ts';
import { borrowPostgresPlace, type PostgresPlace } from './place.ts';

type Fetching = (source: string, ...given: Parameters<FetchMedium>) => Promise<MediaFetch>;

/** One of several processes that share a database, each with a clock that the test moves. */
async function openInstance(place: PostgresPlace, clock: TestClock) {
  const engine = await openPostgres({
    url: place.url,
    connections: 4,
    alone: false,
    onFailure: () => {},
  });
  const state = { isCut: false, fetch: ((_, ...[, into]) => bring(PICTURE, into)) as Fetching };
  let running = Promise.withResolvers<void>();
  running.resolve();
  const calls: string[] = [];
  const released: ReleasedMessage[] = [];
  const lines: { event: string; fields: Record<string, unknown> }[] = [];
  const log = collect(lines);
  const watched = clock.watchStore(engine);
  const store: Store = {
    async batch(steps) {
      await running.promise; // a process that stands still hears of nothing
      if (state.isCut) throw new BridgeError('storeUnavailable', 'the test took it away');
      return watched.batch(steps);
    },
    close: () => engine.close(),
  };
  const files = createStoreFiles(store, { pieceBytes: 20 });
  const keeper = createMediaKeeper({
    store,
    files,
    clock,
    log,
    claims: createSharedClaims({ store, clock, log }),
    maxBytes: 1024,
    keepMs: KEEP_MS,
    pauseBeforeNext: () => 1000,
    fetchFor:
      () =>
      async (...given) => {
        calls.push(given[0].channelId ?? '');
        return state.fetch(given[0].channelId ?? '', ...given);
      },
    onReleased: (message) => released.push(message),
  });
  const freeze = () => {
    running = Promise.withResolvers();
  };
  return { store, files, keeper, state, calls, released, lines, freeze, thaw: () => running.resolve() };
}

type Instance = Awaited<ReturnType<typeof openInstance>>;

async function openInstances() {
  const place = await borrowPostgresPlace();
  const clock = createTestClock(NOW);
  const [one, other] = [await openInstance(place, clock), await openInstance(place, clock)];
  onTestFinished(async () => {
    for (const { thaw } of [one, other]) thaw();
    await Promise.all([one.keeper.stop(), other.keeper.stop()]);
    await Promise.all([one.store.close(), other.store.close()]);
    await place.remove();
  });
  const wakeAll = async () => {
    one.keeper.wake();
    other.keeper.wake();
    await clock.settle();
  };
  /** The lease of whoever has something in hand is over, as after ten seconds of silence. */
  const endLeases = () => place.query('update media set held_until = 1 where held_until is not null');
  return { place, clock, one, other, wakeAll, endLeases, store: one.store };
}

/** A fetch that goes on when the test says. */
function holdFetch(instance: Instance): { goOn(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  instance.state.fetch = async (_, ...[, into]) => {
    await promise;
    return bring(PICTURE, into);
  };
  return { goOn: () => resolve() };
}

describe('a medium that several instances could fetch', () => {
  test('is fetched once, and its message goes on once', async () => {
    const scene = await openInstances();
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    await scene.wakeAll();
    await scene.clock.advance(5000);
    const { one, other } = scene;
    expect([...one.calls, ...other.calls]).toEqual(['a']);
    expect([...one.released, ...other.released]).toMatchObject([{ id: 'm_1', due: NOW }]);
  });

  test('is read and given out by each, under one URL', async () => {
    const scene = await openInstances();
    const { one, other } = scene;
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    one.keeper.wake();
    await scene.clock.settle();
    expect(await (await other.keeper.read('x_1'))?.read()).toEqual(PNG);
    const opened = await other.keeper.open('x_1');
    const part = await opened?.stream({ start: 15, end: 44 });
    expect(Buffer.concat((await part?.toArray()) ?? [])).toEqual(PNG.subarray(15, 45));
    const found = await Promise.all([one, other].map(({ keeper }) => keeper.find('x_1')));
    expect(found[0]).toMatchObject({ id: 'x_1' });
    expect(found[0]).toEqual(found[1]);
  });

  test('of a backlog is fetched by one of them each, once', async () => {
    const scene = await openInstances();
    for (let n = 0; n < 60; n += 1) {
      await arrive(scene, { message: `m_${n}`, media: { [`x_${n}`]: `a${n}` } });
    }
    await scene.wakeAll();
    await scene.clock.advance(5000);
    const calls = [...scene.one.calls, ...scene.other.calls];
    expect(calls).toHaveLength(60);
    expect(new Set(calls).size).toBe(60);
    expect([...scene.one.released, ...scene.other.released]).toHaveLength(60);
  });

  test('of a message that has two, one each, lets it go once, when both are there', async () => {
    const scene = await openInstances();
    const { one, other, clock } = scene;
    const holds = [one, other].map(holdFetch);
    const media: Record<string, string> = {};
    // Four at a time an instance: each has four of them in hand.
    for (let n = 0; n < 8; n += 1) media[`x_${n}`] = `a${n}`;
    await arrive(scene, { message: 'm_1', media });
    one.keeper.wake();
    await clock.settle();
    other.keeper.wake();
    await clock.settle();
    expect([one.calls.length, other.calls.length]).toEqual([4, 4]);
    for (const { goOn } of holds) goOn();
    await clock.settle();
    expect([...one.released, ...other.released]).toMatchObject([{ id: 'm_1' }]);
  });

  test('and that cannot be had now is tried again by either, when it is due', async () => {
    const scene = await openInstances();
    const { one, other, clock } = scene;
    one.state.fetch = async () => ({ kind: 'later', code: 'http 503' });
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    one.keeper.wake();
    await clock.settle();
    expect(await mediumRow(scene, 'x_1')).toMatchObject({ due: NOW + 1000, held_by: null });
    one.freeze();
    other.keeper.wake();
    await clock.advance(1000);
    expect(other.released).toMatchObject([{ id: 'm_1' }]);
  });
});

describe('a medium that an instance has in hand', () => {
  async function openHeld() {
    const scene = await openInstances();
    const hold = holdFetch(scene.one);
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    scene.one.keeper.wake();
    await scene.clock.settle();
    scene.other.keeper.wake();
    await scene.clock.settle();
    return { ...scene, hold };
  }

  test('stays its own as long as it renews its lease', async () => {
    const { place, clock, one, other, hold } = await openHeld();
    await place.query('update media set held_until = held_until - 9000');
    const held = async () => (await place.query('select held_until from media'))[0]?.held_until;
    const before = Number(await held());
    await clock.advance(4000);
    expect(Number(await held())).toBeGreaterThanOrEqual(before + 9000);
    hold.goOn();
    await clock.settle();
    expect(one.released).toMatchObject([{ id: 'm_1' }]);
    expect(other.calls).toEqual([]);
  });

  test('is taken up by another when it dies, and what it brings when it wakes changes nothing', async () => {
    const { clock, one, other, hold, endLeases, store } = await openHeld();
    one.freeze();
    await clock.advance(5000);
    expect(other.calls).toEqual([]);
    await endLeases();
    const body = Buffer.concat([PNG, Buffer.from('as it is now')]);
    other.state.fetch = (_, ...[, into]) => bring({ ...PICTURE, body }, into);
    await clock.advance(1000);
    expect(other.released).toMatchObject([{ id: 'm_1' }]);

    one.thaw();
    hold.goOn();
    await clock.settle();
    expect(one.released).toEqual([]);
    expect(one.lines).toContainEqual({ event: 'medium.passedOn', fields: { medium: 'x_1', claim: 1 } });
    expect(await (await one.keeper.read('x_1'))?.read()).toEqual(body);
    expect(await listAll(one.files)).toEqual(['x_1.2']);
    expect(await mediumRow({ store }, 'x_1')).toMatchObject({ state: 'kept', claim: 2, held_by: null });
  });

  test('and that wakes in time with a lease that is over keeps what nobody else has taken', async () => {
    const { clock, one, hold, endLeases } = await openHeld();
    await endLeases();
    hold.goOn();
    await clock.settle();
    expect(one.released).toMatchObject([{ id: 'm_1' }]);
  });

  test('is another’s at once when it stops', async () => {
    const { clock, one, other } = await openHeld();
    await one.keeper.stop();
    await clock.advance(1000);
    expect(other.released).toMatchObject([{ id: 'm_1' }]);
  });

  test('is its own again after a failure of the database', async () => {
    const scene = await openInstances();
    const { one, other, clock } = scene;
    one.state.fetch = async (_, ...[, into]) => {
      const fetched = await bring(PICTURE, into);
      one.state.isCut = true; // what was fetched cannot be written down
      return fetched;
    };
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    one.keeper.wake();
    await clock.settle();
    one.state.isCut = false;
    one.state.fetch = (_, ...[, into]) => bring(PICTURE, into);
    expect(one.lines.map(({ event }) => event)).toEqual(['medium.keepFailed', 'media.runFailed']);
    await clock.advance(1000);
    expect(one.released).toMatchObject([{ id: 'm_1' }]);
    expect([one.calls.length, other.calls.length]).toEqual([2, 0]);
  });
});

describe('instances that do the same at the same time', () => {
  test('remove what is stale once, and nothing else', async () => {
    const scene = await openInstances();
    const { one, other, clock } = scene;
    const stale = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`x_${n}`, 'a']));
    await arrive(scene, { message: 'm_1', media: stale });
    await scene.wakeAll();
    await clock.advance(2000);
    await scene.place.query(`update message set finished_at = ${NOW}; update media set wanted_at = 0`);
    await arrive(scene, { message: 'm_2', media: { y_1: 'b' } });
    await clock.advance(2000);
    await Promise.all([one.keeper.clean(), other.keeper.clean()]);
    const cleaned = [...one.lines, ...other.lines].filter(({ event }) => event === 'media.cleaned');
    expect(cleaned.reduce((sum, { fields }) => sum + Number(fields.stale), 0)).toBe(30);
    expect(await listAll(one.files)).toHaveLength(1);
    expect(await (await other.keeper.read('y_1'))?.read()).toEqual(PNG);
  });

  test('clean nothing that is being fetched, and what a dead one left half written', async () => {
    const scene = await openInstances();
    const { one, other, clock } = scene;
    await arrive(scene, { message: 'm_1', media: { x_1: 'a' } });
    const { promise, resolve } = Promise.withResolvers<void>();
    one.state.fetch = async (_, ...[, into]) => {
      await into.begin();
      await into.take(PNG.subarray(0, 30));
      await promise;
      await into.take(PNG.subarray(30));
      return { kind: 'taken', type: 'image/png' };
    };
    one.keeper.wake();
    await clock.settle();
    await other.files.draft('x_left.1', 100).begin();
    await scene.place.query(`insert into media_piece values ('x_left.1', 0, 'half')`);
    await other.keeper.clean();
    expect(await listAll(one.files)).toEqual(['x_1.1']);
    resolve();
    await clock.settle();
    expect(await (await other.keeper.read('x_1'))?.read()).toEqual(PNG);
  });

  test('ask once for what has lost its file', async () => {
    const scene = await openInstances();
    const { one, other, clock } = scene;
    await arrive(scene, { message: 'm_1', media: { x_1: 'a', x_2: 'b' } });
    one.keeper.wake();
    await clock.settle();
    await one.files.remove('x_1.1');
    await Promise.all([one.keeper.recover(), other.keeper.recover()]);
    await scene.wakeAll();
    await clock.advance(2000);
    expect([...one.calls, ...other.calls].sort()).toEqual(['a', 'a', 'b']);
    expect(await (await other.keeper.read('x_1'))?.read()).toEqual(PNG);
  });

  test('keep the same text once', async () => {
    const scene = await openInstances();
    const { one, other, clock } = scene;
    await arrive(scene, { message: 'm_1' });
    const owner = { tenant: 'shop', conversation: 'c_shop', message: 'm_1' };
    const text = '很长的话'.repeat(20);
    const ids = await Promise.all(
      [one, other].map(({ store, files }) => createTextKeeper({ store, files, clock })(text, owner)),
    );
    expect(new Set(ids).size).toBe(1);
    expect((await (await other.keeper.read(ids[0] ?? ''))?.read())?.toString()).toBe(text);
  });
});

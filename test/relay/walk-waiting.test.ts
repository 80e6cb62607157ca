import { expect, test } from 'vitest';
import { BridgeError } from '../../src/ports/errors.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Step, Store } from '../../src/ports/store.ts';
import { type WaitingPage, walkWaiting } from '../../src/relay/walk-waiting.ts';
import { createTestClock } from '../clock.ts';

const pageSize = 200;

/** A walk over so many conversations; `fails` says at which of its reads the store does. */
function openWalk(conversations: number, fails: readonly number[] = []) {
  const ids = Array.from({ length: conversations }, (_, index) => `c_${String(index).padStart(6, '0')}`);
  const clock = createTestClock(0);
  const stopping = new AbortController();
  const pages: WaitingPage[] = [];
  const failures: unknown[] = [];
  const noop = () => {};
  const log: Log = {
    debug: noop,
    info: noop,
    warn: noop,
    error: (event) => failures.push(event),
    with: () => log,
  };
  let reads = 0;
  const read = async ([{ args }]: readonly [Step]) => {
    if (fails.includes(reads++)) throw new BridgeError('storeUnavailable', 'the test took it away');
    const page = ids.filter((id) => id > String(args.after)).slice(0, Number(args.most));
    return [[{ last: page.at(-1) ?? null, conversations: page.length }]];
  };
  const store = { batch: read, async close() {} } as unknown as Store; // all that a walk asks of it
  return { clock, log, store, ids, pages, failures, stopping };
}

function walk(
  { clock, log, store, pages, stopping }: ReturnType<typeof openWalk>,
  meet: (page: WaitingPage) => Promise<void> = async () => {},
): Promise<void> {
  return walkWaiting({ clock, log, store, stopping: stopping.signal }, async (page) => {
    await meet(page);
    pages.push(page);
  });
}

test.each([0, 1, pageSize - 1, pageSize, pageSize + 1, 2 * pageSize])(
  'a walk over %i conversations meets each of them once',
  async (conversations) => {
    const scene = openWalk(conversations);
    await walk(scene);
    const met = scene.pages.flatMap(({ after, last }) => scene.ids.filter((id) => id > after && id <= last));
    expect(met).toEqual(scene.ids);
  },
);

test('a page at which the store fails comes again a second later, and those before it do not', async () => {
  const scene = openWalk(pageSize + 1, [1, 2]);
  const walking = walk(scene);
  await scene.clock.advance(1999);
  expect(scene.pages).toHaveLength(1);
  await scene.clock.advance(1);
  await walking;
  expect(scene.pages).toHaveLength(2);
  expect(scene.failures).toEqual(['sweep.failed', 'sweep.failed']);
});

test('a walk ends with the bridge, which tells of no failure then', async () => {
  const scene = openWalk(pageSize * 9);
  await walk(scene, async () => {
    if (scene.pages.length < 2) return;
    scene.stopping.abort();
    throw new BridgeError('storeUnavailable', 'the store is closed');
  });
  expect(scene.pages).toHaveLength(2);
  expect({ failures: scene.failures, timers: scene.clock.timers() }).toEqual({ failures: [], timers: [] });
});

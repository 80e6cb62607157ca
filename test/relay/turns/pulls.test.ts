import { afterEach, describe, expect, test } from 'vitest';
import type { PullFrom, PullPage, VendorEvent } from '../../../src/ports/helpdesk.ts';
import { aroundBatches } from './batches.ts';
import { agentSays, conversation, openWorld, start, textOf, visitor, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const sent = () => world.told.sends.map(textOf);

describe('a bell', () => {
  function pages(...given: readonly PullPage[]) {
    const asked: PullFrom[] = [];
    const left = [...given];
    const pull = async (from: PullFrom): Promise<PullPage> => {
      asked.push(from);
      return left.shift() ?? { outcome: 'page', cursor: from.cursor, more: false };
    };
    return { asked, pull };
  }

  test('is answered by fetching pages from the cursor until there are no more', async () => {
    const { asked, pull } = pages(
      { outcome: 'page', cursor: '1', more: true, events: [agentSays('one')] },
      { outcome: 'page', cursor: '2', more: true },
      { outcome: 'page', cursor: '3', more: false, events: [agentSays('two')] },
    );
    world = await openWorld({ adapter: { pull } });
    await world.push('hello');
    await world.bell({ topic: 'inbox', note: 'token-1' });
    expect(asked.map(({ cursor, note }) => [cursor, note])).toEqual([
      [null, 'token-1'],
      ['1', 'token-1'],
      ['2', 'token-1'],
    ]);
    expect(sent()).toEqual(['one', 'two']);
    expect(await world.pulls()).toMatchObject([{ cursor: '3', due: null }]);
  });

  test('of one visitor rings for his conversation', async () => {
    const { asked, pull } = pages();
    world = await openWorld({ adapter: { pull } });
    await world.push('hello');
    await world.bell({ topic: 'stream', visitor });
    expect(asked).toMatchObject([{ topic: 'stream', conversation: { id: conversation } }]);
  });

  test('that rings while a page is fetched is answered by another', async () => {
    const gate = Promise.withResolvers<PullPage>();
    let calls = 0;
    const pull = async (): Promise<PullPage> => {
      calls += 1;
      return calls === 1 ? gate.promise : { outcome: 'page', cursor: '2', more: false };
    };
    world = await openWorld({ adapter: { pull } });
    await world.bell({ topic: 'inbox' });
    await world.clock.advance(1000);
    await world.bell({ topic: 'inbox' });
    gate.resolve({ outcome: 'page', cursor: '1', more: false });
    await world.clock.settle();
    await world.clock.advance(0);
    expect(calls).toBe(2);
    expect(await world.pulls()).toMatchObject([{ cursor: '2', due: null }]);
  });

  test('is answered later where the vendor cannot now, and the cursor stays', async () => {
    const { asked, pull } = pages({ outcome: 'later', code: 'busy', afterMs: 5000 });
    world = await openWorld({ adapter: { pull } });
    await world.bell({ topic: 'inbox' });
    await world.clock.advance(5000);
    expect(asked.map(({ cursor }) => cursor)).toEqual([null, null]);
  });

  test('is answered later by what the failure leaves to count by', async () => {
    const { asked, pull } = pages({ outcome: 'later', code: 'busy', afterMs: 5000, cursor: 'failed 1' });
    world = await openWorld({ adapter: { pull } });
    await world.bell({ topic: 'inbox' });
    await world.clock.advance(5000);
    expect(asked.map(({ cursor }) => cursor)).toEqual([null, 'failed 1']);
  });

  test('is not needed where an outcome asks to watch a topic', async () => {
    const { asked, pull } = pages();
    world = await openWorld({ adapter: { pull } });
    world.onForward(() => ({ outcome: 'accepted', watch: [{ topic: 'stream', afterMs: 3000 }] }));
    await world.push('hello');
    await world.clock.advance(3000);
    expect(asked).toMatchObject([{ topic: 'stream', conversation: { visitor } }]);
  });
});

describe('a page', () => {
  const note = (number: number, ...more: readonly string[]): VendorEvent => ({
    kind: 'noted',
    keys: [`n${number}`, ...more],
    visitor: null,
    at: start,
  });
  async function openPages(...pages: readonly (readonly VendorEvent[])[]) {
    const left = [...pages];
    world = await openWorld({
      adapter: {
        fold: (memory) => (typeof memory === 'number' ? memory : 0) + 1,
        pull: async () => ({ outcome: 'page', cursor: 'c', more: false, events: left.shift() ?? [] }),
      },
    });
  }
  const remembered = async () => (await world.memories()).map(({ value }) => JSON.parse(value));

  test('of a thousand repeats is kept by a few batches', async () => {
    const events = Array.from({ length: 1000 }, (_, number) => note(number));
    await openPages(events, [...events, note(1000)]);
    await world.bell({ topic: 'inbox' });
    let batches = 0;
    aroundBatches(world.bridge.store, async (_statements, run) => {
      batches += 1;
      return run();
    });
    await world.bell({ topic: 'inbox' });
    expect(await remembered()).toEqual([1001]);
    expect(batches).toBeLessThan(30);
  });

  test('that has an event twice takes the second for the repeat it is', async () => {
    await openPages([note(1, 'a'), note(2), note(3, 'a'), note(2), note(4)]);
    await world.bell({ topic: 'inbox' });
    expect(await remembered()).toEqual([3]);
  });

  test('makes all keys of a repeat known', async () => {
    await openPages([note(1, 'a')], [note(2, 'a', 'b'), note(3, 'b', 'c')], [note(4, 'b')], [note(5, 'c')]);
    for (let bells = 0; bells < 4; bells += 1) await world.bell({ topic: 'inbox' });
    expect(await remembered()).toEqual([1]);
  });
});

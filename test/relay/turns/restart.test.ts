import { afterEach, describe, expect, test } from 'vitest';
import { BridgeError } from '../../../src/ports/errors.ts';
import { recover } from '../../../src/relay/restart.ts';
import { takeUpWaiting } from '../../../src/relay/take-up-waiting.ts';
import { queries, statement } from '../../../src/store/statement.ts';
import { NEVER } from '../../../src/store/tables.ts';
import { aroundBatches } from './batches.ts';
import { agentSays, openWorld, start, textOf, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const forwarded = () => world.told.forwards.map(textOf);
const sent = () => world.told.sends.map(textOf);
const never = new Promise<never>(() => {});
/** Nothing would wake what waits. */
const forgetDues = statement<Record<string, never>>('test.forgetDues', () =>
  queries.updateTable('message').set({ due: null }).where('finished_at', 'is', null),
);
/** A statement that looks at what waits in many conversations. */
const looksAtAll = (id: string) => /^restart\.(open|promote)/.test(id) && id !== 'restart.openSchedules';

describe('a restart', () => {
  test('repeats what was in flight, in its place', async () => {
    world = await openWorld();
    world.onForward(() => never);
    await world.push('a');
    await world.push('b');
    world.onForward(() => ({ outcome: 'accepted' }));
    await world.restart();
    expect(forwarded()).toEqual(['a', 'a', 'b']);
  });

  test('does not use up the one repeat that a send has', async () => {
    world = await openWorld();
    world.onSend(() => never);
    await world.push('hello');
    await world.callback(agentSays('1'));
    let calls = 0;
    world.onSend(() => {
      calls += 1;
      return calls === 1 ? { outcome: 'unknown', code: 'cut' } : { outcome: 'accepted' };
    });
    await world.restart();
    await world.clock.advance(15_000);
    expect(sent()).toEqual(['1', '1', '1']);
    expect((await world.messages()).at(-1)?.state).toBe('sent');
  });

  test('gives a message up that five processes died of', async () => {
    world = await openWorld({ notices: { undelivered: '' } });
    world.onForward((message) => (textOf(message) === 'deadly' ? never : { outcome: 'accepted' }));
    await world.push('deadly');
    await world.push('b');
    for (let starts = 0; starts < 6; starts += 1) await world.restart();
    expect(forwarded().filter((text) => text === 'deadly')).toHaveLength(6);
    expect(forwarded().at(-1)).toBe('b');
    expect((await world.messages()).map(({ state }) => state)).toEqual(['dead', 'forwarded']);
  });

  test('forgets no wait: what was to be tried later is tried at its time', async () => {
    world = await openWorld();
    world.onForward(() => ({ outcome: 'later', code: 'down', because: 'vendor', afterMs: 600_000 }));
    await world.push('a');
    await world.restart();
    world.onForward(() => ({ outcome: 'accepted' }));
    await world.clock.advance(599_000);
    expect(forwarded()).toEqual(['a']);
    await world.clock.advance(1000);
    expect(forwarded()).toEqual(['a', 'a']);
  });

  test('still recognises what came before it', async () => {
    world = await openWorld();
    await world.push('a', { key: 'same' });
    await world.callback(agentSays('1'));
    await world.restart();
    await world.push('a', { key: 'same' });
    await world.callback(agentSays('1'));
    expect({ forwarded: forwarded(), sent: sent() }).toEqual({ forwarded: ['a'], sent: ['1'] });
  });

  test('makes the first of a lane due that nothing would wake', async () => {
    world = await openWorld();
    world.onForward(() => ({ outcome: 'later', code: 'down', because: 'vendor' }));
    await world.push('a');
    await world.push('b');
    await world.bridge.store.batch([forgetDues({})]);
    world.onForward(() => ({ outcome: 'accepted' }));
    await world.restart();
    expect(forwarded()).toEqual(['a', 'a', 'b']);
  });

  test('begins nothing before it is told that the bridge listens', async () => {
    world = await openWorld();
    world.onForward(() => ({ outcome: 'later', code: 'down', because: 'vendor' }));
    await world.push('a');
    await world.bridge.store.batch([forgetDues({})]);
    const left = await recover(world.bridge);
    await world.clock.advance(60_000);
    expect(forwarded()).toEqual(['a']);
    await takeUpWaiting(world.bridge, left);
    await world.clock.advance(0);
    expect(forwarded()).toEqual(['a', 'a']);
  });

  test('is over before it has looked at all that waits', async () => {
    world = await openWorld();
    world.onForward(() => ({ outcome: 'later', code: 'down', because: 'vendor' }));
    await world.push('a');
    const look = Promise.withResolvers<void>();
    let looks = 0;
    aroundBatches(world.bridge.store, async (statements, run) => {
      if (statements.some(looksAtAll)) {
        looks += 1;
        await look.promise;
      }
      return run();
    });
    const left = await recover(world.bridge);
    void takeUpWaiting(world.bridge, left);
    world.onForward(() => ({ outcome: 'accepted' }));
    await world.push('b', { from: 'oVisitor2' });
    expect({ forwarded: forwarded(), looks }).toEqual({ forwarded: ['a', 'b'], looks: 1 });
    look.resolve();
  });

  test('looks again at what waits where the store failed meanwhile', async () => {
    world = await openWorld();
    world.onForward(() => ({ outcome: 'later', code: 'down', because: 'vendor' }));
    await world.push('a');
    await world.bridge.store.batch([forgetDues({})]);
    let failures = 2;
    aroundBatches(world.bridge.store, async (statements, run) => {
      if (!statements.some(looksAtAll) || failures-- <= 0) return run();
      throw new BridgeError('storeUnavailable', 'the test took it away');
    });
    world.onForward(() => ({ outcome: 'accepted' }));
    await world.begin();
    expect(forwarded()).toEqual(['a']);
    await world.clock.advance(2000);
    expect(forwarded()).toEqual(['a', 'a']);
  });

  test('without a tenant leaves its rows aside and says so; with it again they go on', async () => {
    world = await openWorld();
    world.onForward(() => ({ outcome: 'later', code: 'down', because: 'vendor' }));
    await world.push('a');
    await world.restart({ tenants: ['other'] });
    await world.clock.advance(120_000);
    expect(world.told.lines.join('\n')).toContain('start.orphaned {"helpdesk":"shop/main","waiting":1}');
    expect((await world.messages()).map(({ due }) => due)).toEqual([NEVER]);
    expect(forwarded()).toEqual(['a']);
    world.onForward(() => ({ outcome: 'accepted' }));
    await world.restart({ tenants: ['shop'] });
    expect(forwarded()).toEqual(['a', 'a']);
    expect(world.clock.now()).toBe(start + 120_000);
  });
});

describe('a store that cannot take what a turn leaves', () => {
  test('has the message tried again, and the lane goes on', async () => {
    world = await openWorld();
    world.failNextSettlement();
    await world.push('a');
    expect(forwarded()).toEqual(['a']);
    await world.clock.advance(1000);
    await world.push('b');
    expect(forwarded()).toEqual(['a', 'a', 'b']);
    expect(world.told.attempts.at(-2)?.lost?.code).toBe('restart');
  });

  test('has the reply tried again', async () => {
    world = await openWorld();
    await world.push('hello');
    world.failNextSettlement();
    await world.callback(agentSays('1'));
    await world.clock.advance(1000);
    expect(sent()).toEqual(['1', '1']);
    expect((await world.messages()).at(-1)?.state).toBe('sent');
  });

  test('has what went in one send tried again in one, whatever fails between', async () => {
    world = await openWorld();
    await world.push('hello');
    const first = Promise.withResolvers<void>();
    world.onSend(async () => {
      await first.promise;
      return { outcome: 'accepted' };
    });
    for (const text of ['1', '2', '3']) await world.callback(agentSays(text));
    world.onSend(() => {
      world.failNextSettlement();
      world.onSend(() => ({ outcome: 'accepted' }));
      return { outcome: 'accepted' };
    });
    // It comes back for one row of the send, and is away again for the other.
    let takenUp = 0;
    aroundBatches(world.bridge.store, async (statements, run) => {
      if (statements.includes('restart.settle')) takenUp += 1;
      if (takenUp === 2) throw new BridgeError('storeUnavailable', 'the test took it away');
      return run();
    });
    first.resolve();
    await world.clock.advance(60_000);
    expect(sent()).toEqual(['1', '2\n3', '2\n3']);
  });

  test('has the message tried again though a wake is due before it', async () => {
    world = await openWorld({ adapter: { wake: async () => ({ outcome: 'accepted' }) } });
    world.onForward(() => ({ outcome: 'accepted', wakes: [{ name: 'poll', afterMs: 1000 }] }));
    await world.push('sets a poll');
    world.onForward(() => ({ outcome: 'accepted' }));
    world.failNextSettlement();
    await world.push('a');
    // A sweep that walks along many due messages comes to the wakes only after the turn has met this one.
    const met = Promise.withResolvers<void>();
    aroundBatches(world.bridge.store, async (statements, run) => {
      if (statements[0] === 'lane.due') await met.promise;
      const rows = await run();
      if (statements.includes('wake.meet')) met.resolve();
      return rows;
    });
    await world.clock.advance(3_600_000);
    expect((await world.messages()).map(({ state }) => state)).toEqual(['forwarded', 'forwarded']);
  });
});

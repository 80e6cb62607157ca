import { afterEach, describe, expect, test } from 'vitest';
import { forgetOld } from '../../../src/relay/upkeep.ts';
import { readRoute } from '../../../src/store/routes.ts';
import { agentSays, conversation, openWorld, textOf, visitor, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const dayMs = 86_400_000;

async function forgetAll() {
  await world.clock.advance(100 * dayMs);
  await forgetOld(world.bridge, { historyTtlMs: 90 * dayMs, rawTtlMs: dayMs });
}

describe('a visitor whose conversation was forgotten', () => {
  test('is bound again when he comes back', async () => {
    world = await openWorld();
    await world.push('hello');
    await forgetAll();
    await world.push('I am back');
    await world.callback(agentSays('welcome back'));
    expect(world.told.sends.map(textOf)).toEqual(['welcome back']);
  });

  test('leaves no lane behind, those of his topics included', async () => {
    world = await openWorld({
      adapter: { pull: async () => ({ outcome: 'page', cursor: '1', more: false }) },
    });
    await world.push('hello');
    await world.callback(agentSays('hello'));
    await world.bell({ topic: 'stream', visitor });
    expect(await world.laneNames()).toHaveLength(3);
    await forgetAll();
    expect(await world.laneNames()).toEqual([]);
  });

  test('is not handed over where another helpdesk is there, though he was once', async () => {
    world = await openWorld({ ownAgents: {} });
    await world.push('official');
    await forgetAll();
    const [routes] = await world.bridge.store.batch([readRoute({ conversation })]);
    expect(routes).toEqual([]);
  });
});

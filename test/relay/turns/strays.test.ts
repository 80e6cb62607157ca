import { afterEach, describe, expect, test } from 'vitest';
import { bind } from '../../../src/store/bindings.ts';
import { aroundBatches, failBatches } from './batches.ts';
import { agentSays, conversation, openWorld, textOf, visitor, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const sent = () => world.told.sends.map(textOf);
const isLookUp = ([first]: readonly string[]) => first === 'binding.find';

describe('a callback for a visitor whom nobody knows', () => {
  test('is kept, and becomes replies in order of arrival once he is bound', async () => {
    world = await openWorld();
    world.onForward(() => ({ outcome: 'accepted', bind: ['client-7'] }));
    await world.callback(agentSays('1', { visitor: 'client-7' }));
    await world.callback(agentSays('2', { visitor: 'client-7' }));
    expect(await world.messages()).toMatchObject([{ action: 'stray' }, { action: 'stray' }]);
    await world.push('hello');
    await world.callback(agentSays('3', { visitor: 'client-7' }));
    expect(sent()).toEqual(['1\n2', '3']);
  });

  test('is found by the id that the bridge chose itself, with his first message', async () => {
    world = await openWorld();
    await world.callback(agentSays('early'));
    await world.push('hello');
    expect(sent()).toEqual(['early']);
  });

  test('is not adopted twice, nor by somebody else', async () => {
    world = await openWorld();
    world.onForward(() => ({ outcome: 'accepted', bind: ['client-7'] }));
    await world.callback(agentSays('1', { visitor: 'client-7' }));
    await Promise.all([world.push('a'), world.push('b', { from: 'oVisitor2' })]);
    expect(sent()).toEqual(['1']);
  });

  test('goes before what comes while he is being bound', async () => {
    world = await openWorld();
    await world.callback(agentSays('1'));
    let second: Promise<void> | undefined;
    aroundBatches(world.bridge.store, async (statements, run) => {
      const rows = await run();
      if (statements.includes('allowance.actAndGrant')) second ??= world.callback(agentSays('2'));
      return rows;
    });
    await world.push('hello');
    await second;
    expect(sent()).toEqual(['1', '2']);
  });

  test('is adopted though the process dies while he is being bound', async () => {
    world = await openWorld();
    await world.callback(agentSays('early'));
    failBatches(world.bridge.store, (statements) => statements.includes('binding.straysOf'));
    await world.push('hello', { key: 'same' }).catch(() => undefined);
    await world.restart();
    await world.push('hello', { key: 'same' }); // it had no answer, so it comes again
    await world.clock.advance(86_400_000);
    expect(sent()).toEqual(['early']);
  });

  /** An outcome binds the visitor between the look for him and the stray, and the store is away afterwards. */
  async function bindInBetween() {
    world = await openWorld();
    await world.push('hello');
    let looks = 0;
    return aroundBatches(world.bridge.store, async (statements, run) => {
      if (!isLookUp(statements)) return run();
      looks += 1;
      if (looks > 1) throw new Error('the test took it away');
      const rows = await run();
      await world.bridge.store.batch([bind({ helpdesk: 'shop/main', outside: 'client-7', conversation })]);
      return rows;
    });
  }

  test('is adopted by the next start where it was kept while he was being bound', async () => {
    await bindInBetween();
    await world.callback(agentSays('early', { visitor: 'client-7' }));
    expect(sent()).toEqual([]);
    await world.restart();
    expect(sent()).toEqual(['early']);
  });

  test('is kept once where the store fails in the adoption behind it', async () => {
    const giveBack = await bindInBetween();
    // Without keys a second one could not be told from the first.
    await world.callback(agentSays('early', { visitor: 'client-7', keys: [] }));
    giveBack();
    expect(world.told.lines.join('\n')).toContain('strays.left');
    expect((await world.messages()).filter(({ action }) => action === 'stray')).toHaveLength(1);
  });

  test('under an id of somebody else ends in no endless loop', async () => {
    world = await openWorld();
    await world.push('hello');
    world.onForward(() => ({ outcome: 'accepted', bind: ['client-7'] }));
    await world.push('binds');
    await world.callback(agentSays('1', { visitor: 'client-7' }));
    let looks = 0;
    aroundBatches(world.bridge.store, async (statements, run) => {
      if (statements.includes('binding.straysOf')) looks += 1;
      if (looks > 100) throw new Error('endless');
      return run();
    });
    await world.push('binds the same', { from: 'oVisitor2' });
    expect(looks).toBeLessThan(20);
    expect(sent()).toEqual(['1']);
  });
});

describe('a bell for a visitor whom nobody knows', () => {
  test('rings once he is bound, with its note', async () => {
    const asked: unknown[] = [];
    world = await openWorld({
      adapter: {
        pull: async ({ topic, note, conversation: of }) => {
          asked.push([topic, note, of?.visitor]);
          return { outcome: 'page', cursor: '1', more: false };
        },
      },
    });
    await world.bell({ topic: 'stream', visitor, note: 'token-1' });
    expect(asked).toEqual([]);
    await world.push('hello');
    await world.clock.advance(86_400_000);
    expect(asked).toEqual([['stream', 'token-1', visitor]]);
  });

  test('is nothing that the adapter remembers', async () => {
    world = await openWorld({
      adapter: { pull: async () => ({ outcome: 'page', cursor: '1', more: false }) },
    });
    await world.bell({ topic: 'stream', visitor });
    await world.push('hello');
    expect(world.told.attempts[0]?.memory.conversation).toBeUndefined();
  });
});

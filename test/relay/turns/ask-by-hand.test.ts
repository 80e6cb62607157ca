import { afterEach, describe, expect, test } from 'vitest';
import type { ActionContext } from '../../../src/ports/helpdesk.ts';
import { askByHand } from '../../../src/relay/ask-by-hand.ts';
import { conversation, openWorld, textOf, visitor, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const asked = { tenant: 'shop', helpdesk: 'main', visitor };

async function open() {
  const contexts: ActionContext[] = [];
  world = await openWorld({
    adapter: {
      askForAgent: async (context) => {
        contexts.push(context);
        return { outcome: 'accepted', say: [{ kind: 'text', text: 'card' }] };
      },
    },
  });
  return contexts;
}

describe('an agent who is asked for by hand', () => {
  test('is asked of the helpdesk for that visitor, who gets what it says', async () => {
    const contexts = await open();
    await world.push('hello');
    expect(await askByHand(world.bridge, asked)).toBe('asked');
    await world.clock.settle();
    expect(contexts).toMatchObject([{ conversation: { id: conversation }, isByHand: true }]);
    expect(world.told.sends.map(textOf)).toEqual(['card']);
  });

  test('is told from one whom the visitor’s words ask for', async () => {
    const contexts: ActionContext[] = [];
    world = await openWorld({
      handoverWords: ['agent'],
      adapter: {
        askForAgent: async (context) => {
          contexts.push(context);
          return { outcome: 'accepted' };
        },
      },
    });
    await world.push('agent');
    expect(contexts.map(({ isByHand }) => isByHand)).toEqual([undefined]);
  });

  test('is not asked for a visitor of whom nothing was seen, or of another helpdesk', async () => {
    const contexts = await open();
    expect(await askByHand(world.bridge, asked)).toBe('unknown');
    await world.push('hello');
    for (const wrong of [{ visitor: 'oNobody' }, { helpdesk: 'other' }, { tenant: 'other' }])
      expect(await askByHand(world.bridge, { ...asked, ...wrong })).toBe('unknown');
    await world.clock.settle();
    expect(contexts).toEqual([]);
  });

  test('cannot be had of a helpdesk that has no way to be asked', async () => {
    world = await openWorld();
    await world.push('hello');
    expect(await askByHand(world.bridge, asked)).toBe('cannot');
  });
});

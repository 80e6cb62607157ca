import { afterEach, describe, expect, expectTypeOf, test } from 'vitest';
import type { Delivery, HelpdeskAdapter, WakeDelivery } from '../../../src/ports/helpdesk.ts';
import { openWorld, start, textOf, visitor, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

describe('a wake', () => {
  test('comes at its time, with what is remembered, and can be set again', async () => {
    const woken: unknown[] = [];
    world = await openWorld({
      adapter: {
        wake: async (name, { conversation: of }) => {
          woken.push([name, of?.visitor, world.clock.now() - start]);
          const isFirst = woken.length === 1;
          return { outcome: 'accepted', wakes: [{ name: 'poll', afterMs: isFirst ? 20_000 : null }] };
        },
      },
    });
    world.onForward(() => ({ outcome: 'accepted', wakes: [{ name: 'poll', afterMs: 5000 }] }));
    await world.push('hello');
    await world.clock.advance(100_000);
    expect(woken).toEqual([
      ['poll', visitor, 5000],
      ['poll', visitor, 25_000],
    ]);
    expect(await world.wakes()).toEqual([]);
  });

  test('that fails comes again after a pause', async () => {
    let calls = 0;
    world = await openWorld({
      adapter: {
        wake: async () => {
          calls += 1;
          return calls < 3 ? { outcome: 'later', code: 'down', because: 'vendor' } : { outcome: 'accepted' };
        },
      },
    });
    world.onForward(() => ({ outcome: 'accepted', wakes: [{ name: 'poll', afterMs: 1000 }] }));
    await world.push('hello');
    await world.clock.advance(10_000);
    expect(calls).toBe(3);
  });

  test('`start` comes to every helpdesk when the bridge starts, without a conversation', async () => {
    const woken: unknown[] = [];
    world = await openWorld({
      adapter: {
        wake: async (name, context) => {
          woken.push([name, context.conversation]);
          return { outcome: 'accepted' };
        },
      },
    });
    await world.begin();
    expect(woken).toEqual([['start', undefined]]);
  });

  test('of the helpdesk comes with a callback, once what it brought is remembered', async () => {
    const found: unknown[] = [];
    world = await openWorld({
      adapter: {
        fold: (_memory, event) => event.extra ?? null,
        wake: async (name, { conversation, memory }) => {
          found.push([name, conversation, memory.helpdesk]);
          return { outcome: 'accepted' };
        },
      },
    });
    await world.callbackThatWakes('inbox', {
      kind: 'noted',
      visitor: null,
      keys: ['1'],
      at: start,
      extra: 'hello',
    });
    expect(found).toEqual([['inbox', undefined, 'hello']]);
    expect(await world.wakes()).toEqual([]);
  });

  test('that is tried again keeps its key, and says nothing twice', async () => {
    const keys: string[] = [];
    const say = [{ kind: 'text', text: 'once' }] as const;
    world = await openWorld({
      adapter: {
        wake: async (_name, { key }) => {
          keys.push(key);
          return keys.length < 3
            ? { outcome: 'later', code: 'down', because: 'vendor', say }
            : { outcome: 'accepted', say };
        },
      },
    });
    world.onForward(() => ({ outcome: 'accepted', wakes: [{ name: 'poll', afterMs: 1000 }] }));
    await world.push('hello');
    await world.clock.advance(60_000);
    expect(keys).toEqual(Array(3).fill(keys[0]));
    expect(world.told.sends.map(textOf)).toEqual(['once']);
  });

  test('that is set anew has another key', async () => {
    const keys: string[] = [];
    world = await openWorld({
      adapter: {
        wake: async (_name, { key }) => {
          keys.push(key);
          return { outcome: 'accepted', wakes: [{ name: 'poll', afterMs: keys.length < 3 ? 1000 : null }] };
        },
      },
    });
    world.onForward(() => ({ outcome: 'accepted', wakes: [{ name: 'poll', afterMs: 1000 }] }));
    await world.push('hello');
    await world.clock.advance(60_000);
    expect(new Set(keys).size).toBe(3);
  });

  test('that the stop of the bridge cut is due again, however often it was tried', async () => {
    world = await openWorld({
      adapter: {
        wake: (_name, { number, signal }) =>
          new Promise<WakeDelivery>((resolve) => {
            const lost = { outcome: 'unknown', code: 'lost' } as const;
            if (number < 3) resolve(lost);
            else signal.addEventListener('abort', () => resolve(lost));
          }),
      },
    });
    world.onForward(() => ({ outcome: 'accepted', wakes: [{ name: 'poll', afterMs: 1000 }] }));
    await world.push('hello');
    await world.clock.advance(60_000);
    world.stop();
    await world.clock.settle();
    expect(await world.wakes()).toMatchObject([{ name: 'poll', attempts: 2 }]);
  });

  test('is one step: it cannot ask to be carried on', () => {
    expectTypeOf<NonNullable<HelpdeskAdapter['wake']>>().returns.resolves.toEqualTypeOf<WakeDelivery>();
    expectTypeOf<Delivery['outcome']>().extract<'more'>().toEqualTypeOf<'more'>();
    expectTypeOf<WakeDelivery['outcome']>().extract<'more'>().toBeNever();
  });
});

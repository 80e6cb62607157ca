import { afterEach, describe, expect, test } from 'vitest';
import { agentSays, openWorld, start, textOf, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const forwarded = () => world.told.forwards.map(textOf);
const failures = () => world.told.lines.filter((line) => line.startsWith('turn.failed'));

describe('a pause that an adapter asks for', () => {
  test('may have a fraction', async () => {
    world = await openWorld();
    world.onForward(() => ({ outcome: 'later', code: '429', because: 'vendor', afterMs: 60_000.5 }));
    await world.push('a');
    await world.clock.advance(60_000);
    expect(forwarded()).toEqual(['a']);
    await world.clock.advance(1);
    expect(forwarded()).toEqual(['a', 'a']);
    expect(failures()).toEqual([]);
  });

  test('that lies in the past is an ordinary one', async () => {
    let calls = 0;
    world = await openWorld({
      adapter: {
        wake: async () => {
          calls += 1;
          return calls > 200
            ? { outcome: 'accepted' }
            : { outcome: 'later', code: 'x', because: 'vendor', afterMs: -5 };
        },
      },
    });
    world.onForward(() => ({ outcome: 'accepted', wakes: [{ name: 'poll', afterMs: 1000 }] }));
    await world.push('a');
    await world.clock.advance(5000);
    expect(calls).toBe(2);
  });
});

describe('the time of a wake or a watch', () => {
  test.each([
    ['with a fraction is a whole millisecond later', 1000.5, 1001],
    ['that lies in the past is now', -5, 0],
    ['that is no number is now', Number.NaN, 0],
  ])('%s', async (_, afterMs, dueMs) => {
    const woken: unknown[] = [];
    world = await openWorld({
      adapter: {
        wake: async () => {
          woken.push(['wake', world.clock.now() - start]);
          return { outcome: 'accepted' };
        },
        pull: async () => {
          woken.push(['watch', world.clock.now() - start]);
          return { outcome: 'page', cursor: '1', more: false };
        },
      },
    });
    world.onForward(() => ({
      outcome: 'accepted',
      wakes: [{ name: 'poll', afterMs }],
      watch: [{ topic: 'stream', afterMs }],
    }));
    await world.push('a');
    await world.clock.advance(5000);
    expect(woken.toSorted()).toEqual([
      ['wake', dueMs],
      ['watch', dueMs],
    ]);
    expect(failures()).toEqual([]);
  });
});

describe('the time of an event', () => {
  test('may have a fraction', async () => {
    world = await openWorld();
    await world.push('hello');
    await world.callback(agentSays('1', { at: start + 0.4 }));
    expect(world.told.sends).toMatchObject([{ writtenAt: start }]);
  });
});

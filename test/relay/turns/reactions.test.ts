import { afterEach, describe, expect, test } from 'vitest';
import type { Delivery, VendorEvent } from '../../../src/ports/helpdesk.ts';
import { openWorld, start, textOf, visitor, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const sent = () => world.told.sends.map(textOf);
const reaction = async () => (await world.messages()).find(({ action }) => action === 'react');

const needsCall: VendorEvent = {
  kind: 'noted',
  keys: ['enter'],
  visitor,
  at: start,
  react: { notAfter: start + 20_000 },
};

describe('an event that needs a call', () => {
  test('gets it before waiting messages, though the lane is blocked', async () => {
    const calls: string[] = [];
    world = await openWorld({
      adapter: {
        react: async (event, { notAfter }) => {
          calls.push(`${event.kind} until ${notAfter}`);
          return { outcome: 'accepted', say: [{ kind: 'text', text: 'welcome' }] };
        },
      },
    });
    world.onForward(() => ({ outcome: 'later', code: 'down', because: 'vendor' }));
    await world.push('blocked');
    await world.callback(needsCall);
    expect(calls).toEqual([`noted until ${start + 20_000}`]);
    expect(sent()).toEqual(['welcome']);
  });

  test('is dropped when it is too late for it', async () => {
    let calls = 0;
    world = await openWorld({
      adapter: {
        react: async () => {
          calls += 1;
          return { outcome: 'later', code: 'down', because: 'vendor', afterMs: 30_000 };
        },
      },
    });
    await world.push('hello');
    await world.callback(needsCall);
    await world.clock.advance(60_000);
    expect(calls).toBe(1);
    expect((await reaction())?.state).toBe('dropped');
  });

  test('raises the alarm where nobody knows whether it arrived, and a person is to be asked', async () => {
    world = await openWorld({
      policy: { onUnknown: 'ask' },
      adapter: { react: async () => ({ outcome: 'unknown', code: 'cut' }) },
    });
    await world.push('hello');
    await world.callback(needsCall);
    expect((await reaction())?.state).toBe('dead');
    expect(world.told.lines.filter((line) => line.startsWith('alarm.raised'))).toHaveLength(1);
  });

  test('is put back where the stop of the bridge cut it, whatever the policy says', async () => {
    world = await openWorld({
      policy: { onUnknown: 'drop' },
      adapter: {
        react: (_event, { signal }) =>
          new Promise<Delivery>((resolve) => {
            signal.addEventListener('abort', () => resolve({ outcome: 'unknown', code: 'aborted' }));
          }),
      },
    });
    await world.push('hello');
    await world.callback(needsCall);
    world.stop();
    await world.clock.settle();
    expect(await reaction()).toMatchObject({ state: 'received', due: start });
  });
});

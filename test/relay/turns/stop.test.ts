import { afterEach, describe, expect, test } from 'vitest';
import { agentSays, openWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

/** A call that hangs until the bridge loses its patience. */
function cutBy(signal: AbortSignal): Promise<{ outcome: 'unknown'; code: string }> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve({ outcome: 'unknown', code: 'aborted' }));
  });
}

describe('what the stop of the bridge cut', () => {
  test.each(['ask', 'drop'] as const)('is put back under `%s`, not given up', async (onUnknown) => {
    world = await openWorld({ policy: { onUnknown } });
    world.onForward((_message, { signal }) => cutBy(signal));
    await world.push('a');
    world.stop();
    await world.clock.settle();
    expect(await world.messages()).toMatchObject([{ state: 'received' }]);
  });

  test('does not use up the one repeat of a send', async () => {
    world = await openWorld();
    world.onSend((_reply, { signal }) => cutBy(signal));
    await world.push('a');
    await world.callback(agentSays('1'));
    world.stop();
    await world.clock.settle();
    const reply = (await world.messages()).at(-1);
    expect(JSON.parse(reply?.lost ?? '{}')).toMatchObject({ repeated: false });
  });
});

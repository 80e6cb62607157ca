import { describe, expect, test } from 'vitest';
import { writeWithin } from '../../src/intake/within.ts';
import { BridgeError } from '../../src/ports/errors.ts';
import { createTestClock } from '../clock.ts';

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;

describe('what is to be written within a time', () => {
  test.each([0, -HOUR, HOUR])('is tried until the time is over, the clock set on by %i ms', async (ms) => {
    const clock = createTestClock(NOW);
    const triedAt: number[] = [];
    const written = writeWithin(clock, 1000, async () => {
      triedAt.push(clock.monotonic());
      throw new BridgeError('storeUnavailable', 'the store is away');
    });
    await clock.settle();
    clock.setOn(ms);
    await clock.advance(60_000);
    expect(await written).toBeUndefined();
    expect(triedAt).toEqual([0, 200, 400, 600, 800]);
    expect(clock.timers()).toEqual([]);
  });

  test('is tried no more once it was taken', async () => {
    const clock = createTestClock(NOW);
    expect(await writeWithin(clock, 1000, async () => 'kept')).toEqual({ value: 'kept' });
    await clock.settle();
    expect(clock.timers()).toEqual([]);
  });

  test('fails at once for another reason than the store', async () => {
    const clock = createTestClock(NOW);
    const refuse = async () => Promise.reject(new Error('broken'));
    await expect(writeWithin(clock, 1000, refuse)).rejects.toThrow('broken');
  });

  test('fails though it breaks before it has begun to write, at a later go', async () => {
    const clock = createTestClock(NOW);
    let goes = 0;
    const written = writeWithin(clock, 1000, () => {
      goes += 1;
      if (goes === 1) return Promise.reject(new BridgeError('storeUnavailable', 'the store is away'));
      throw new Error('broken');
    });
    const failure = expect(written).rejects.toThrow('broken');
    await clock.advance(200);
    await failure;
    expect(clock.timers()).toEqual([]);
  });
});

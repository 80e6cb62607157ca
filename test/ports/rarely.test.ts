import { describe, expect, test } from 'vitest';
import { createRarely } from '../../src/ports/rarely.ts';
import { createTestClock } from '../clock.ts';

const NOW = 1_700_000_000_000;

describe('what is to run rarely', () => {
  test.each([0, -3_600_000, 3_600_000])('runs once in its time, the clock set on by %i ms', async (ms) => {
    const clock = createTestClock(NOW);
    const rarely = createRarely(clock, 1000);
    const ranAt: number[] = [];
    const run = () => rarely(() => ranAt.push(clock.monotonic()));
    run();
    clock.setOn(ms);
    run();
    await clock.advance(999);
    run();
    await clock.advance(1);
    run();
    run();
    expect(ranAt).toEqual([0, 1000]);
  });
});

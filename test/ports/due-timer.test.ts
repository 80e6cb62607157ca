import { describe, expect, test } from 'vitest';
import { DueTimer } from '../../src/ports/due-timer.ts';
import { createTestClock } from '../clock.ts';

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;

function openTimer() {
  const clock = createTestClock(NOW);
  const firedAt: number[] = [];
  const timer = new DueTimer(clock, () => firedAt.push(clock.monotonic()));
  return { clock, timer, firedAt };
}

describe('a timer for many due times', () => {
  test('fires at the earliest of them, once', async () => {
    const { clock, timer, firedAt } = openTimer();
    for (const ms of [3000, 1000, 2000]) timer.expect(NOW + ms);
    await clock.advance(HOUR);
    expect(firedAt).toEqual([1000]);
  });

  test('fires at once for what is long due', async () => {
    const { clock, timer, firedAt } = openTimer();
    timer.expect(NOW - HOUR);
    await clock.advance(1);
    expect(firedAt).toEqual([0]);
  });

  test('lets nothing later take the place of what is sooner, where the clock is set back', async () => {
    const { clock, timer, firedAt } = openTimer();
    timer.expectIn(1000);
    clock.setOn(-HOUR);
    timer.expectIn(5000);
    await clock.advance(HOUR);
    expect(firedAt).toEqual([1000]);
  });

  test('lets what is sooner take the place of what is later, where the clock is set on', async () => {
    const { clock, timer, firedAt } = openTimer();
    timer.expect(NOW + HOUR);
    clock.setOn(2 * HOUR);
    timer.expect(clock.now() + 1000);
    await clock.advance(HOUR);
    expect(firedAt).toEqual([1000]);
  });

  test('fires no more once it is stopped', async () => {
    const { clock, timer, firedAt } = openTimer();
    timer.expect(NOW + 1000);
    timer.stop();
    timer.expect(NOW + 2000);
    await clock.advance(HOUR);
    expect({ firedAt, left: clock.timers() }).toEqual({ firedAt: [], left: [] });
  });
});

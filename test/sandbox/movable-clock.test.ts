import { describe, expect, test } from 'vitest';
import { createMovableClock } from '../../sandbox/movable-clock.ts';
import { createTestClock } from '../clock.ts';

const hour = 3_600_000;

describe('a clock that can be moved', () => {
  test('is on by what it was told at the start, and by each move', () => {
    const base = createTestClock(1000);
    const clock = createMovableClock(hour, base);
    expect(clock.now()).toBe(1000 + hour);
    clock.moveTo(2 * hour);
    expect(clock.now()).toBe(1000 + 2 * hour);
  });

  test('runs what a move makes due at once and in order, and the rest so much sooner', async () => {
    const base = createTestClock(0);
    const clock = createMovableClock(0, base);
    const ran: string[] = [];
    clock.after(90 * 60_000, () => ran.push('late'));
    clock.after(50 * 60_000, () => ran.push('second'));
    clock.after(10 * 60_000, () => ran.push('first'));
    clock.moveTo(hour);
    await base.advance(0);
    expect(ran).toEqual(['first', 'second']);
    await base.advance(30 * 60_000 - 1);
    expect(ran).toHaveLength(2);
    await base.advance(1);
    expect(ran).toEqual(['first', 'second', 'late']);
    expect(base.timers()).toEqual([]);
  });

  test('runs nothing that was taken back', async () => {
    const base = createTestClock(0);
    const clock = createMovableClock(0, base);
    let ran = false;
    const cancel = clock.after(hour, () => {
      ran = true;
    });
    cancel();
    clock.moveTo(2 * hour);
    await base.advance(hour);
    expect(ran).toBe(false);
    expect(base.timers()).toEqual([]);
  });

  test('leaves alone what measures how long things take', async () => {
    const base = createTestClock(0);
    const clock = createMovableClock(0, base);
    const from = clock.monotonic();
    clock.moveTo(hour);
    await base.advance(5);
    expect(clock.monotonic() - from).toBe(5);
  });

  test('is not early where the machine’s timer is', async () => {
    const base = createTestClock(0);
    // As the machine's own: no timer is longer than this.
    const short = { ...base, after: (ms: number, run: () => void) => base.after(Math.min(ms, hour), run) };
    const clock = createMovableClock(0, short);
    let ranAt = 0;
    clock.after(3 * hour, () => {
      ranAt = base.now();
    });
    await base.advance(4 * hour);
    expect(ranAt).toBe(3 * hour);
  });
});

import { describe, expect, test } from 'vitest';
import { Errands } from '../../src/agency/errands.ts';
import type { Log } from '../../src/ports/log.ts';
import { createTestClock } from '../clock.ts';

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;

describe('errands that fail', () => {
  test.each([0, -2 * HOUR, 2 * HOUR])(
    'are run again a second later, the clock set on by %i ms',
    async (ms) => {
      const clock = createTestClock(NOW);
      const events: string[] = [];
      const write = (event: string) => events.push(event);
      const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
      const ranAt: number[] = [];
      const errands = new Errands({
        clock,
        log,
        async run(now) {
          ranAt.push(clock.monotonic());
          if (ranAt.length === 2) throw new Error('the store is away');
          return now + HOUR;
        },
      });
      errands.wake();
      await clock.settle();
      clock.setOn(ms);
      errands.wake();
      await clock.advance(1000);
      expect(ranAt).toEqual([0, 0, 1000]);
      expect(events).toEqual(['errands.failed']);
      await errands.stop();
      expect(clock.timers()).toEqual([]);
    },
  );
});

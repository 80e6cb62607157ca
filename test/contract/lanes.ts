import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TestClock } from '../clock.ts';
import { type LaneCall, type LaneInstance, laneOf } from './lanes-instance.ts';

/** Instances on one store; of a store that one process has for itself, one. */
export interface LaneBench {
  readonly clock: TestClock;
  readonly instances: readonly LaneInstance[];
  /** Every call that began, in order. */
  readonly calls: readonly LaneCall[];
  close(): Promise<void>;
}

/** What lanes do, of one process or of many that share a store. */
export function lanesContract(name: string, open: () => Promise<LaneBench>): void {
  let bench: LaneBench;
  beforeEach(async () => {
    bench = await open();
  });
  afterEach(() => bench.close());

  /** Writes something down and wakes the lane, as whoever takes a push or a callback does. */
  async function say(instance: LaneInstance, conversation: string, wake: string): Promise<void> {
    await instance.write(conversation, wake);
    instance.lanes.wake(laneOf(conversation));
    await bench.clock.settle();
  }
  const names = () => bench.calls.map((call) => call.names.join('+'));
  const first = () => bench.instances[0] as LaneInstance; // there is one at least
  const last = () => bench.instances.at(-1) as LaneInstance;
  async function end(number: number): Promise<void> {
    bench.calls[number]?.end();
    await bench.clock.settle();
  }

  describe(`lanes (${name})`, () => {
    test('run what is written as soon as they are woken', async () => {
      await say(first(), 'c_1', 'a');
      expect(names()).toEqual(['a']);
    });

    test('make one call at a time; what comes meanwhile is next, at once', async () => {
      await say(first(), 'c_1', 'a');
      await say(last(), 'c_1', 'b');
      await say(first(), 'c_1', 'c');
      expect(names()).toEqual(['a']);
      await end(0);
      expect(names()).toEqual(['a', 'b+c']);
      await end(1);
      await bench.clock.advance(3000);
      expect(names()).toEqual(['a', 'b+c']);
    });

    test('do not wait for each other', async () => {
      await say(first(), 'c_1', 'a');
      await say(last(), 'c_2', 'b');
      expect(names()).toEqual(['a', 'b']);
    });

    test('run again after their turn has ended, wherever it was', async () => {
      for (const [number, wake] of ['a', 'b', 'c', 'd'].entries()) {
        await say(number % 2 === 0 ? first() : last(), 'c_1', wake);
        await end(number);
      }
      expect(names()).toEqual(['a', 'b', 'c', 'd']);
    });

    test('run what is due later within a second of its time', async () => {
      const due = bench.clock.now() + 4000;
      await first().write('c_1', 'a', due);
      first().lanes.expect(due);
      await bench.clock.advance(3999);
      expect(names()).toEqual([]);
      await bench.clock.advance(1001);
      expect(names()).toEqual(['a']);
    });

    test('begin nothing once they are stopped, and wait for what is under way', async () => {
      await say(first(), 'c_1', 'a');
      let hasStopped = false;
      const stopping = Promise.all(bench.instances.map(({ lanes }) => lanes.stop())).then(() => {
        hasStopped = true;
      });
      await say(first(), 'c_2', 'b');
      expect({ names: names(), hasStopped }).toEqual({ names: ['a'], hasStopped: false });
      await end(0);
      await stopping;
      await bench.clock.advance(3000);
      expect(names()).toEqual(['a']);
    });
  });
}

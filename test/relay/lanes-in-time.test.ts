import { describe, expect, test } from 'vitest';
import { one, openLanes, other, reply, START } from './open-lanes.ts';

describe('a time that is expected', () => {
  test('brings a sweep then, which wakes what it finds', async () => {
    const { lanes, clock, running } = openLanes({ sweep: async () => ({ lanes: [one, other], next: null }) });
    lanes.expect(START + 500);
    await clock.advance(499);
    expect(running()).toEqual([]);
    await clock.advance(1);
    expect(running()).toEqual(['reply c_1', 'reply c_2']);
  });

  test('keeps the earliest, whatever the order', async () => {
    const { lanes, clock, sweeps } = openLanes();
    lanes.expect(START + 500);
    lanes.expect(START + 300);
    lanes.expect(START + 400);
    expect(clock.timers()).toEqual([START + 300]);
    await clock.advance(1000);
    expect(sweeps).toEqual([300]);
  });

  test('that has passed is now', async () => {
    const { lanes, clock, sweeps } = openLanes();
    lanes.expect(START - 5000);
    await clock.advance(0);
    expect(sweeps).toEqual([0]);
  });

  test('is followed by the next that the sweep knows', async () => {
    const left = [START + 700, START + 900, null];
    const swept: number[] = [];
    const { lanes, clock } = openLanes({
      async sweep(now) {
        swept.push(now - START);
        return { lanes: [], next: left.shift() ?? null };
      },
    });
    lanes.expect(START + 100);
    await clock.advance(10_000);
    expect(swept).toEqual([100, 700, 900]);
    expect(clock.timers()).toEqual([]);
  });

  test('brings no more than there is room for, and the rest once there is', async () => {
    const found = ['c_1', 'c_2', 'c_3', 'c_4', 'c_5'].map((id) => reply(id));
    const { lanes, clock, turns, running } = openLanes({
      concurrency: 1,
      mostOffered: 2,
      sweepPauseMs: 100,
      sweep: async () => ({ lanes: found.splice(0, found.length), next: null }),
    });
    const rest = found.slice(3);
    lanes.expect(START);
    await clock.advance(0);
    found.push(...rest);
    for (let ended = 0; ended < 2; ended++) {
      turns.at(-1)?.end();
      await clock.advance(200);
    }
    expect(running()).toEqual(['reply c_1', 'reply c_2', 'reply c_3']);
    turns.at(-1)?.end();
    await clock.advance(0);
    expect(running().at(-1)).toBe('reply c_4');
  });

  test('brings what an instance that is no more has left, however much waits', async () => {
    const { lanes, clock, turns, running } = openLanes({
      concurrency: 1,
      mostOffered: 1,
      sweep: async () => ({ lanes: [reply('c_5')], left: [reply('c_3'), reply('c_4')], next: null }),
    });
    lanes.wake(one);
    lanes.wake(other);
    lanes.expect(START);
    await clock.advance(0);
    for (let ended = 0; ended < 3; ended++) {
      turns.at(-1)?.end();
      await clock.settle();
    }
    expect(running()).toEqual(['reply c_1', 'reply c_2', 'reply c_3', 'reply c_4']);
  });

  test.each([0, -3_600_000, 3_600_000])(
    'keeps the pause between sweeps, the clock set on by %i ms',
    async (ms) => {
      const { lanes, clock } = openLanes({ sweepPauseMs: 100, sweep });
      const sweptAt: number[] = [];
      async function sweep() {
        sweptAt.push(clock.monotonic());
        return { lanes: [], next: null };
      }
      lanes.expect(START);
      await clock.advance(0);
      clock.setOn(ms);
      lanes.expect(clock.now());
      await clock.advance(10_000);
      expect(sweptAt).toEqual([0, 100]);
    },
  );

  test('that comes while a sweep runs needs one more sweep, however many come', async () => {
    const gate = Promise.withResolvers<void>();
    let sweeps = 0;
    const { lanes, clock } = openLanes({
      async sweep() {
        sweeps += 1;
        if (sweeps === 1) await gate.promise;
        return { lanes: [], next: null };
      },
    });
    for (let times = 0; times < 100; times += 1) {
      lanes.expect(clock.now());
      await clock.advance(0);
    }
    gate.resolve();
    await clock.settle();
    expect(sweeps).toBe(2);
  });

  test('that comes while a sweep runs begins no second one beside it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let running = 0;
    let most = 0;
    let sweeps = 0;
    const { lanes, clock } = openLanes({
      async sweep() {
        sweeps++;
        most = Math.max(most, ++running);
        await promise;
        running--;
        return { lanes: [], next: null };
      },
    });
    lanes.expect(START + 100);
    await clock.advance(100);
    lanes.expect(START + 200);
    await clock.advance(100);
    resolve();
    await clock.settle();
    expect({ sweeps, most }).toEqual({ sweeps: 2, most: 1 });
  });
});

describe('a sweep that fails', () => {
  test('is logged and repeated a second later, until it succeeds', async () => {
    let failures = 2;
    const { lanes, clock, turns, lines } = openLanes({
      async sweep() {
        if (failures-- > 0) throw new Error('the store is away');
        return { lanes: [one], next: null };
      },
    });
    lanes.expect(START + 100);
    await clock.advance(2099);
    expect(turns).toEqual([]);
    await clock.advance(1);
    expect(turns).toMatchObject([{ lane: 'reply c_1', at: 2100 }]);
    const failed = { event: 'sweep.failed', fields: { error: expect.any(Error) } };
    expect(lines).toEqual([failed, failed]);
  });
});

describe('stopping', () => {
  const isDone = (promise: Promise<void>) => {
    const seen = { done: false };
    void promise.then(() => {
      seen.done = true;
    });
    return seen;
  };

  test('waits for the turns that run, and begins none', async () => {
    const { lanes, clock, turns } = openLanes({ concurrency: 1 });
    lanes.wake(one);
    lanes.wake(other);
    await clock.settle();
    lanes.wake(one);
    const stopped = isDone(lanes.stop());
    lanes.wake(reply('c_3'));
    lanes.expect(START + 1);
    await clock.advance(5000);
    expect(stopped.done).toBe(false);
    turns[0]?.end();
    await clock.settle();
    expect(stopped.done).toBe(true);
    expect(turns).toHaveLength(1);
  });

  test('waits for a turn that fails, too', async () => {
    const { lanes, clock, turns } = openLanes();
    lanes.wake(one);
    await clock.settle();
    const stopped = isDone(lanes.stop());
    turns[0]?.fail();
    await clock.settle();
    expect(stopped.done).toBe(true);
    expect(clock.timers()).toEqual([]);
  });

  test('takes back what was expected', async () => {
    const { lanes, clock, sweeps } = openLanes();
    lanes.expect(START + 100);
    await lanes.stop();
    expect(clock.timers()).toEqual([]);
    await clock.advance(5000);
    expect(sweeps).toEqual([]);
  });

  test('during a sweep waits for it, and runs nothing of what it found', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { lanes, clock, turns } = openLanes({
      async sweep() {
        await promise;
        return { lanes: [one], next: START + 200 };
      },
    });
    lanes.expect(START);
    await clock.advance(0);
    const stopped = isDone(lanes.stop());
    await clock.settle();
    expect(stopped.done).toBe(false);
    resolve();
    await clock.settle();
    expect(stopped.done).toBe(true);
    expect(turns).toEqual([]);
    expect(clock.timers()).toEqual([]);
  });

  test('may be asked for twice, and where nothing ran', async () => {
    const { lanes } = openLanes();
    await Promise.all([lanes.stop(), lanes.stop()]);
    await lanes.stop();
  });
});

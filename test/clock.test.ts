import { describe, expect, test } from 'vitest';
import { createTestClock } from './clock.ts';

describe('the clock of tests', () => {
  test('runs timers at their own times, in order, and those that they set', async () => {
    const clock = createTestClock(100);
    const seen: string[] = [];
    const note = (name: string) => () => void seen.push(`${name} ${clock.now()}`);
    clock.after(20, note('second'));
    clock.after(10, () => {
      note('first')();
      clock.after(5, note('nested'));
    });
    clock.after(20, note('third'));
    clock.after(31, note('late'));
    await clock.advance(30);
    expect(seen).toEqual(['first 110', 'nested 115', 'second 120', 'third 120']);
    expect(clock.now()).toBe(130);
    expect(clock.timers()).toEqual([131]);
  });

  test('does not run what was taken back', async () => {
    const clock = createTestClock(0);
    let ran = false;
    clock.after(1, () => {
      ran = true;
    })();
    await clock.advance(5);
    expect(ran).toBe(false);
  });

  test('lets timers be set by promises, before time goes on', async () => {
    const clock = createTestClock(0);
    const seen: number[] = [];
    const chain = async () => {
      for (let n = 0; n < 3; n += 1) {
        await new Promise<void>((resolve) => clock.after(10, resolve));
        seen.push(clock.now());
      }
    };
    const running = chain();
    await clock.advance(30);
    await running;
    expect(seen).toEqual([10, 20, 30]);
  });

  test('waits for watched calls, whether they succeed or fail', async () => {
    const clock = createTestClock(0);
    let answer: (value: string) => void = () => {};
    const call = clock.watch(
      (name: string) => new Promise<string>((resolve) => (answer = (said) => resolve(name + said))),
    );
    const failing = clock.watch(async () => {
      throw new Error('no');
    });
    await expect(failing()).rejects.toThrow('no');
    const given = call('a');
    let rested = false;
    const settling = clock.settle().then(() => {
      rested = true;
    });
    for (let round = 0; round < 20; round += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(rested).toBe(false);
    answer('b');
    await settling;
    expect(await given).toBe('ab');
  });

  test('tells of a timer that sets itself again without end', async () => {
    const clock = createTestClock(0);
    const again = () => void clock.after(0, again);
    again();
    await expect(clock.advance(1)).rejects.toThrow('timers in 1 ms');
  });
});

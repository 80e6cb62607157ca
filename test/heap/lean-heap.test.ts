import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';

const megabyte = 1024 * 1024;

describe('the young generation of the heap', () => {
  test('grows under load as far as it may, and does so again after V8 gave it back', async () => {
    const child = fork(new URL('./young.ts', import.meta.url), { execArgv: [] });
    const ended = once(child, 'exit');
    try {
      const [sizes] = await once(child, 'message');
      const [start, loaded, still, shrunk, again] = sizes as readonly number[];
      expect(start).toBeLessThan(4 * megabyte);
      expect(loaded).toBeGreaterThan(24 * megabyte);
      expect(loaded).toBeLessThanOrEqual(48 * megabyte);
      expect(still).toBe(loaded);
      expect(shrunk).toBeLessThan(24 * megabyte);
      expect(again).toBeGreaterThan(24 * megabyte);
      expect(again).toBeLessThanOrEqual(48 * megabyte);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  });
});

describe('what a start leaves behind', () => {
  test('is collected with its room, and nobody else may collect from then on', async () => {
    const child = fork(new URL('./garbage.ts', import.meta.url), { execArgv: [] });
    const ended = once(child, 'exit');
    const [{ before, after, gc }] = await once(child, 'message');
    expect(before.used - after.used).toBeGreaterThan(3 * megabyte);
    expect(before.young).toBeGreaterThan(8 * megabyte);
    expect(after.young).toBeLessThan(4 * megabyte);
    expect(gc).toBe('undefined');
    await ended;
  });
});

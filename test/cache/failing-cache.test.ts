import { Keyv } from 'keyv';
import { describe, expect, test } from 'vitest';
import { HOUR, openCache, tokens } from './open-cache.ts';

/** A cache that fails in what is named, until nothing is. */
function openFailing(...operations: readonly ('get' | 'set' | 'delete')[]) {
  const failing = new Set<string>(operations);
  const kept = new Map<string, unknown>();
  const run = async <Result>(operation: string, work: () => Result): Promise<Result> => {
    if (failing.has(operation)) throw new Error('redis://:secret@cache is away');
    return work();
  };
  const store = {
    get: (key: string) => run('get', () => kept.get(key)),
    set: (key: string, value: unknown) => run('set', () => kept.set(key, value).has(key)),
    delete: (key: string) => run('delete', () => kept.delete(key)),
    clear: () => run('clear', () => kept.clear()),
  };
  return { ...openCache(new Keyv({ store })), failing };
}

describe('a cache that fails', () => {
  test.each(['get', 'set', 'delete'] as const)('in %s loses nobody anything', async (operation) => {
    const { cached, forget, clock, lines } = openFailing(operation);
    const load = tokens(clock);
    expect([await cached('k', load), await cached('k', load)]).toEqual(['T1', 'T1']);
    await forget('k', 'T1');
    expect([await cached('k', load), await cached('k', load)]).toEqual(['T2', 'T2']);
    expect(load).toHaveBeenCalledTimes(2);
    expect(lines.map(({ event }) => event)).toContain('cache.failed');
  });

  test('altogether does so too, for as long as the value is good', async () => {
    const { cached, clock } = openFailing('get', 'set', 'delete');
    const load = tokens(clock);
    expect([await cached('k', load), await cached('k', load)]).toEqual(['T1', 'T1']);
    clock.time += HOUR;
    expect(await cached('k', load)).toBe('T2');
  });

  test('and comes back is used again', async () => {
    const { cached, clock, keyv, failing } = openFailing('get', 'set');
    const load = tokens(clock);
    await cached('k', load);
    failing.clear();
    clock.time += HOUR;
    await cached('k', load);
    expect(await keyv.get('k')).toMatchObject({ value: 'T2' });
  });

  test('between calls ends nothing', () => {
    const { keyv, lines } = openCache();
    expect(() => keyv.emit('error', new Error('connection lost'))).not.toThrow();
    expect(lines).toMatchObject([{ event: 'cache.failed' }]);
  });
});

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { OpenCache } from '../../src/cache/open.ts';
import { openRedis } from '../../src/cache/redis.ts';
import { startRedis } from '../redis/pretended-redis.ts';
import { HOUR, openCache, tokens } from './open-cache.ts';

let redis: Awaited<ReturnType<typeof startRedis>>;
const opened: OpenCache[] = [];

beforeEach(async () => {
  redis = await startRedis({ password: 'sesame' });
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((cache) => cache.close()));
  await redis.close();
});

async function open(password = 'sesame') {
  const cache = await openRedis(`redis://:${password}@127.0.0.1:${redis.port}`);
  opened.push(cache);
  return openCache(cache.keyv);
}

describe('a cache in Redis', () => {
  test('has its values under names of its own, each with an end', async () => {
    const { cached, clock } = await open();
    await cached('shop token', tokens(clock));
    expect(redis.keys.names()).toEqual(['kefu-bridge:shop token']);
    const set = redis.seen.find(([command]) => command === 'SET');
    expect(set?.slice(3)).toEqual(['PXAT', expect.stringMatching(/^\d+$/)]);
  });

  test('is not asked for what is in hand', async () => {
    const { cached, clock } = await open();
    const load = tokens(clock);
    await cached('k', load);
    const before = redis.countOf('GET');
    for (let times = 0; times < 20; times += 1) expect(await cached('k', load)).toBe('T1');
    expect(redis.countOf('GET')).toBe(before);
  });

  test('that goes away leaves each instance what it has, and is used again when it is back', async () => {
    const { cached, clock, forget, keyv, lines } = await open();
    const load = tokens(clock);
    await cached('k', load);
    await redis.goAway();
    expect(await cached('k', load)).toBe('T1');
    await forget('k', 'T1');
    expect([await cached('k', load), await cached('k', load)]).toEqual(['T2', 'T2']);
    expect(lines.map(({ event }) => event)).toContain('cache.failed');
    await redis.comeBack();
    await vi.waitFor(async () => expect(await keyv.set('probe', 1, HOUR)).toBe(true), { timeout: 10_000 });
    await forget('k', 'T2');
    await cached('k', load);
    expect(await keyv.get('k')).toMatchObject({ value: 'T3' });
  });

  test('that hangs holds nobody up for long', async () => {
    const { cached, clock } = await open();
    redis.hang(true);
    expect(await cached('k', tokens(clock))).toBe('T1');
    redis.hang(false);
  });

  test('that is not there, or does not know the bridge, is a miss', async () => {
    const stranger = await open('wrong');
    expect(await stranger.cached('k', tokens(stranger.clock))).toBe('T1');
    await redis.goAway();
    const early = await open();
    expect(await early.cached('k', tokens(early.clock))).toBe('T1');
    expect(JSON.stringify([stranger.lines, early.lines])).not.toContain('sesame');
  });
});

import { randomUUID } from 'node:crypto';
import type { CachePlace } from '../ports/cache-place.ts';
import type { Finding } from '../ports/channel.ts';

/** A value of the check's own is gone by itself after this. */
const probeMs = 60_000;

/**
 * Keeps something in a cache outside and takes it away again; a cache in memory or in the store has nothing to be asked.
 * Rejects never.
 */
export async function checkCache(place: CachePlace): Promise<readonly Finding[]> {
  if (place.kind !== 'redis') return [];
  const { openRedis } = await import('./redis.ts');
  const errors: unknown[] = [];
  const { keyv, close } = await openRedis(place.url, (error) => errors.push(error));
  const key = `check:${randomUUID()}`;
  try {
    const isKept = (await keyv.set(key, key, probeMs)) && (await keyv.get(key)) === key;
    const isGone = await keyv.delete(key);
    if (isKept && isGone) return [];
    return [{ level: 'fatal', text: `expected a Redis that keeps values, got ${reasonOf(errors[0])}` }];
  } finally {
    await close();
  }
}

/** The server's own word: it has no password in it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'another value than was kept';
  const code = 'code' in error ? String(error.code) : error.name;
  return error.message === '' ? code : error.message;
}

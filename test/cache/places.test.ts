import { vi } from 'vitest';
import { openCache } from '../../src/cache/open.ts';
import type { Store } from '../../src/ports/store.ts';
import { type CacheBench, cacheContract } from '../contract/cache.ts';
import { startRedis } from '../redis/pretended-redis.ts';
import { useStoreFolder } from '../store/folder.ts';
import { START } from './open-cache.ts';

const folder = useStoreFolder();

/** Keyv counts by the clock of the process. */
function fakeDate(): Pick<CacheBench, 'pass'> {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  return { pass: (ms) => vi.setSystemTime(Date.now() + ms) };
}
const given = (store: Store) => ({ store, now: () => Date.now() });
const unused = {} as Store; // what is not kept in the store has no use for it

cacheContract('memory', async () => ({
  ...fakeDate(),
  open: () => openCache({ kind: 'memory' }, given(unused)),
  isShared: false,
  close: async () => void vi.useRealTimers(),
}));

cacheContract('the store', async () => {
  const store = await folder.open();
  return {
    ...fakeDate(),
    open: () => openCache({ kind: 'store' }, given(store)),
    isShared: true,
    async close() {
      vi.useRealTimers();
      await store.close();
    },
  };
});

cacheContract('Redis', () => openOnRedis('7.4.1'));
cacheContract('Redis before 6.2', () => openOnRedis('6.0.16'));

async function openOnRedis(version: string): Promise<CacheBench> {
  const redis = await startRedis({ password: 'sesame', version, now: () => Date.now() });
  return {
    ...fakeDate(),
    open: () => openCache({ kind: 'redis', url: `redis://:sesame@127.0.0.1:${redis.port}` }, given(unused)),
    isShared: true,
    async close() {
      vi.useRealTimers();
      await redis.close();
    },
  };
}

import type { CachePlace } from '../ports/cache-place.ts';
import type { StorePlace } from '../ports/store.ts';

export const cachePlaceForms = 'expected memory, store or redis://HOST:PORT (rediss:// with TLS)';

/** Whether a text says where short-lived values are kept. */
export function isCachePlace(text: string): boolean {
  if (text === 'memory' || text === 'store') return true;
  if (!/^rediss?:\/\/./.test(text) || !URL.canParse(text)) return false;
  const { hostname, pathname, search, hash } = new URL(text);
  // Behind the slash stands the number of a database.
  return hostname !== '' && /^\/?\d*$/.test(pathname) && search === '' && hash === '';
}

/** Reads such a text. Without one: memory, or the store where several bridges may share it. */
export function readCachePlace(text: string | undefined, store: StorePlace): CachePlace {
  if (text === undefined) return { kind: store.kind === 'sqlite' ? 'memory' : 'store' };
  return text === 'memory' || text === 'store' ? { kind: text } : { kind: 'redis', url: text };
}

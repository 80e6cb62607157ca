import { aloneInProcess, type RunAlone } from '../../ports/alone.ts';
import type { StorePlace } from '../../ports/store.ts';

/** What one instance at a time does, of all that share a store. */
export interface Locks {
  readonly alone: RunAlone;
  /** Nothing is begun any more; what runs is no longer alone. */
  close(): Promise<void>;
}

/** Connects to nothing before it is needed. */
export async function openLocks(place: StorePlace): Promise<Locks> {
  // A file is one process's.
  if (place.kind === 'sqlite') return { alone: aloneInProcess(), close: async () => {} };
  const { InstanceLocks } = await import('../postgres/instance-locks.ts');
  return new InstanceLocks({ url: place.url });
}

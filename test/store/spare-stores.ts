import { BridgeError } from '../../src/ports/errors.ts';
import type { Store } from '../../src/ports/store.ts';

/** A store that tests hand on. */
export interface SpareStore {
  readonly engine: Store;
  /** Puts it back to what it was when it was new. */
  empty(): Promise<void>;
}

/**
 * Stores that tests hand on, emptied: to open one takes longer than most tests do. A test has one as its own for as long
 * as it has its folder; closed and opened again it has what was written to it.
 */
export interface SpareStores {
  /** The store of a test's folder, which nobody else has open; a new one where none lies ready. */
  open(folder: string, onFailure: () => void): Promise<Store>;
  /** To be called when the folder goes, after the store was closed. */
  giveBack(folder: string): Promise<void>;
}

interface HandedOn extends SpareStore {
  onFailure: () => void;
  /** The user that has it open. */
  open: Store | undefined;
}

/** `make` makes a new one; its `onFailure` is told whoever has it then. */
export function createSpareStores(make: (onFailure: () => void) => Promise<SpareStore>): SpareStores {
  const spare: HandedOn[] = [];
  const lent = new Map<string, HandedOn>();
  const makeToHandOn = async () => {
    const made = await make(() => store.onFailure());
    const store: HandedOn = { ...made, onFailure() {}, open: undefined };
    return store;
  };
  return {
    async open(folder, onFailure) {
      const store = lent.get(folder) ?? spare.pop() ?? (await makeToHandOn());
      if (store.open) throw new BridgeError('storeUnavailable', 'expected the store to be closed before');
      lent.set(folder, store);
      store.onFailure = onFailure;
      store.open = use(store);
      return store.open;
    },
    async giveBack(folder) {
      const store = lent.get(folder);
      if (!store) return;
      if (store.open) throw new Error('expected the store to be closed before its folder goes');
      lent.delete(folder);
      await store.empty();
      spare.push(store);
    },
  };
}

/** Ends as the engine does: what was begun is done, and nothing more is taken. */
function use(store: HandedOn): Store {
  const running = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;
  const finish = async () => {
    while (running.size > 0) await Promise.allSettled(running);
    store.open = undefined;
  };
  const batch: Store['batch'] = (steps) => {
    if (closing) return Promise.reject(new BridgeError('storeUnavailable', 'the store is closed'));
    const answer = store.engine.batch(steps);
    const ended: Promise<unknown> = Promise.allSettled([answer]).finally(() => running.delete(ended));
    running.add(ended);
    return answer;
  };
  return {
    batch,
    close() {
      closing ??= finish();
      return closing;
    },
  };
}

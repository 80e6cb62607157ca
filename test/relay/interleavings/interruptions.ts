import { BridgeError } from '../../../src/ports/errors.ts';
import type { Step, Store } from '../../../src/ports/store.ts';
import type { MemoryFile } from './memory-file.ts';

/** What comes in the middle: something else that happens, the end of the process, or a store that fails once. */
export type Interruption = (() => Promise<void>) | 'death' | 'failure';

/** Stores whose batches can be interrupted, and watched: batches are whole, and anything may come between two of them. */
export interface Interruptions {
  openStore(): Store;
  /** Before (or after) that batch, from 1. */
  arm(place: { readonly batch: number; readonly isDone: boolean }, what: Interruption): void;
  disarm(): void;
  /** The process is no more: nothing it does reaches the store. */
  die(): void;
  readonly isDead: boolean;
  /** Of this life: whether it is still that one, and not dead. */
  watchLife(): () => boolean;
  /** The store has failed since this was last asked. */
  hasFailed(): boolean;
  /** What came between the reservation of a send and its call, and is to come during the call. */
  takeDeferred(): (() => Promise<void>) | undefined;
}

/** Makes another bridge of it: changes what it asks of the store, or what it is told. */
export interface Sabotage {
  readonly steps?: (steps: readonly Step[]) => readonly Step[];
  readonly rows?: (steps: readonly Step[], rows: readonly (readonly unknown[])[]) => typeof rows;
}

export interface Watched {
  /** Each batch that stands. */
  onCommit(steps: readonly Step[]): void;
  onDeath(): void;
  readonly sabotage: Sabotage;
}

export function openInterruptions(file: MemoryFile, { onCommit, onDeath, sabotage }: Watched): Interruptions {
  const { steps: change = (steps) => steps, rows: pretend = (_, rows) => rows } = sabotage;
  let armed: { left: number; readonly isDone: boolean; readonly what: Interruption } | undefined;
  let life = { isDead: false };
  let failed = false;
  let deferred: (() => Promise<void>) | undefined;

  const fire = async (isDone: boolean, steps: readonly Step[]): Promise<void> => {
    if (armed?.left !== 0 || armed.isDone !== isDone) return;
    const { what } = armed;
    armed = undefined;
    if (typeof what === 'function') {
      if (!isDone || !steps.some(({ statement }) => statement.id === 'allowance.reserve')) return what();
      deferred = what;
      return;
    }
    if (what === 'death') die();
    failed = true;
    throw unavailable();
  };
  const die = () => {
    failed = true;
    life.isDead = true;
    onDeath();
  };
  return {
    openStore() {
      const store = file.open();
      const own = { isDead: false };
      life = own;
      const batch = async (steps: readonly Step[]) => {
        if (armed) armed.left -= 1;
        if (own.isDead) throw unavailable();
        await fire(false, steps);
        if (own.isDead) throw unavailable();
        const rows = await store.batch(change(steps));
        onCommit(steps);
        await fire(true, steps);
        return pretend(steps, rows);
      };
      return { batch: batch as Store['batch'], close: () => store.close() }; // rows are typed by the statements
    },
    arm({ batch, isDone }, what) {
      armed = { left: batch, isDone: isDone && what !== 'failure', what };
    },
    disarm() {
      armed = undefined;
    },
    die,
    get isDead() {
      return life.isDead;
    },
    watchLife() {
      const own = life;
      return () => own === life && !own.isDead;
    },
    hasFailed() {
      const had = failed;
      failed = false;
      return had;
    },
    takeDeferred() {
      const what = deferred;
      deferred = undefined;
      return what;
    },
  };
}

function unavailable(): BridgeError {
  return new BridgeError('storeUnavailable', 'the test took it away');
}

import { BridgeError } from '../../../src/ports/errors.ts';
import type { Step, Store } from '../../../src/ports/store.ts';

type Run = () => Promise<unknown>;

/** Lets a test see, delay or fail each batch of a store; the returned function ends it. */
export function aroundBatches(
  store: Store,
  around: (statements: readonly string[], run: Run) => Promise<unknown>,
): () => void {
  const { batch } = store;
  const run = (steps: readonly Step[]) =>
    around(
      steps.map(({ statement }) => statement.id),
      () => batch.call(store, steps),
    );
  Object.assign(store, { batch: run });
  return () => Object.assign(store, { batch });
}

/** The store is away for batches with such a statement; the returned function brings it back. */
export function failBatches(store: Store, isMeant: (statements: readonly string[]) => boolean): () => void {
  return aroundBatches(store, async (statements, run) => {
    if (isMeant(statements)) throw new BridgeError('storeUnavailable', 'the test took it away');
    return run();
  });
}

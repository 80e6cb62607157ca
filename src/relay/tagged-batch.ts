import { BridgeError, StepMissed } from '../ports/errors.ts';
import type { Step, Store } from '../ports/store.ts';

/**
 * What it means when a step touches other rows than it expects. `turn`: a newer turn has begun. `row`: the row was
 * finished meanwhile. `memory`: the memory moved on. `repeat`: the whole arrival came before. `seen`: an event of it did.
 * `said`: what is to be said was said before. `adopted`: somebody else was quicker with the strays.
 * `acted`: the visitor has acted since. `route`: whose the conversation is has changed.
 */
export interface Miss {
  readonly kind: 'turn' | 'repeat' | 'row' | 'memory' | 'seen' | 'said' | 'adopted' | 'acted' | 'route';
}

/** A step, and what a miss of it means; without `miss` it must not happen. */
export interface TaggedStep {
  readonly step: Step;
  readonly miss?: Miss;
}

/** Runs a batch. `undefined`: it stands. Else it was undone, and the miss says why. */
export async function runTagged(store: Store, tagged: readonly TaggedStep[]): Promise<Miss | undefined> {
  const ran = await runForRows(store, tagged);
  return 'missed' in ran ? ran.missed : undefined;
}

/** The same for whoever needs the rows that each step gave. */
export function runForRows(
  store: Store,
  tagged: readonly TaggedStep[],
): Promise<{ readonly rows: readonly (readonly unknown[])[] } | { readonly missed: Miss }> {
  return store.batch(tagged.map(({ step }) => step)).then(
    (rows) => ({ rows }),
    (error: unknown) => {
      if (!(error instanceof StepMissed)) throw error;
      const missed = tagged[error.step];
      if (missed?.miss) return { missed: missed.miss };
      throw new BridgeError('bug', `expected ${missed?.step.statement.id} to touch its rows`, {
        cause: error,
      });
    },
  );
}

export function plain(...steps: readonly Step[]): readonly TaggedStep[] {
  return steps.map((step) => ({ step }));
}

export function tagged(miss: Miss, ...steps: readonly Step[]): readonly TaggedStep[] {
  return steps.map((step) => ({ step, miss }));
}

import fc from 'fast-check';
import { test } from 'vitest';
import { seedOf } from '../../seeds.ts';
import { play } from './play.ts';
import { scripts } from './script.ts';

/** Runs: more by `INTERLEAVINGS_RUNS`. A failure tells its seed; the same again by `INTERLEAVINGS_SEED`. */
const numRuns = Number(process.env.INTERLEAVINGS_RUNS ?? 300);
const seed = seedOf('INTERLEAVINGS_SEED');

test(`whatever comes in whatever order, no send is made that the rules forbid, and nothing is lost (${numRuns} runs from ${seed})`, {
  timeout: 120_000 + numRuns * 1000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(scripts, (script) => play(script)),
    // What was found is worth a while of making it short, and no more.
    { seed, numRuns, interruptAfterTimeLimit: 60_000 + numRuns * 1000, markInterruptAsFailure: true },
  );
});

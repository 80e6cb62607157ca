import { describe, expect, test } from 'vitest';
import { type HeldDialogue, holdDialogue } from '../dialogues/hold-dialogue.ts';
import type { DialogueVendor } from '../dialogues/vendor.ts';
import { seedOf } from '../seeds.ts';

export type { DialogueDesk, DialogueVendor } from '../dialogues/vendor.ts';

/** Runs: more by `DIALOGUE_RUNS`. A failure tells its seed; about the same again by `DIALOGUE_SEED`. */
const runs = Number(process.env.DIALOGUE_RUNS ?? 1);
const firstSeed = seedOf('DIALOGUE_SEED');

/**
 * What an adapter keeps of a long dialogue through the whole bridge, while everything goes wrong that can: both sides
 * are down now and then, slow, busy, or lose answers, tokens die, ways in are bad, and the bridge is killed.
 */
export function helpdeskDialogue(name: string, vendor: DialogueVendor): void {
  describe(`a dialogue (${name})`, () => {
    const seeds = Array.from({ length: runs }, (_, index) => firstSeed + index);
    test.each(seeds)(
      'of 200 messages both ways loses nothing, keeps its order and repeats no more than answers got lost (%i)',
      { timeout: 120_000 },
      async (seed) => expectWhole(await holdDialogue(vendor, { seed, messages: 200 })),
    );

    // Else the test above would be content with anything.
    test('that a bridge holds which gives up what it cannot know is found to be broken', {
      timeout: 120_000,
    }, async () => {
      // One whose vendor is away all the time gives up nothing: another has to show it then.
      for (const seed of [0, 1, 2, 3, 4].map((more) => firstSeed + more)) {
        if (!isWhole(await holdDialogue(vendor, { ...careless, seed }))) return;
      }
      expect.fail('expected one of five careless bridges to lose something');
    });
  });
}

const careless = { messages: 60, faultShare: 0.6, settings: { onUnknown: 'drop' } };

function isWhole({ forwards }: HeldDialogue): boolean {
  return forwards.talks.every(({ arrived, said }) => withoutRepeats(arrived).length === said.length);
}

/** Everything arrived, in order; what came twice was asked for by a lost answer, and could not be asked about. */
function expectWhole({ forwards, replies, faults, leftOver }: HeldDialogue): void {
  // Seldom more than a few where a side is down most of the time: then hardly a call gets as far as a fault.
  expect(faults).toBeGreaterThan(0);
  for (const side of [forwards, replies]) {
    for (const { arrived, said } of side.talks) expect(withoutRepeats(arrived), leftOver).toEqual(said);
    expect(side.repeats).toBeLessThanOrEqual(side.mostRepeats);
  }
}

function withoutRepeats(lines: readonly string[]): readonly string[] {
  return [...new Set(lines)];
}

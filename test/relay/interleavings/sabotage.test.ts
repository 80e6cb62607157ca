import { describe, expect, test } from 'vitest';
import type { Step as StoreStep } from '../../../src/ports/store.ts';
import { readConversation } from '../../../src/store/conversations.ts';
import type { Change } from './course.ts';
import { play } from './play.ts';
import type { Deed, Line, Script, Step } from './script.ts';

const writes: Deed = { do: 'act', who: 0, act: 'writes', lateMs: 0 };
const say = (...lines: readonly Line[]): Deed => ({ do: 'say', who: 0, lines, apart: false });
const pass = (ms: number): Step => ({ do: 'pass', ms });
const script = (...steps: readonly Step[]): Script => ({
  merge: 'max',
  onUnknown: 'retry-once',
  steps,
  ending: 'silence',
});
const pictures = (count: number) => Array.from({ length: count }, () => say('picture'));

/** A bridge that asks this of the store instead of that. */
function instead(id: string, change: (step: StoreStep) => readonly StoreStep[]): Change {
  const steps = (given: readonly StoreStep[]) =>
    given.flatMap((step) => (step.statement.id === id ? change(step) : [step]));
  return { sabotage: { steps } };
}

/** What is wrong with a bridge, a script that shows it, and what the referee says to it. */
const bridges: readonly (readonly [string, Change, Script, RegExp])[] = [
  [
    'counts a send too many',
    instead('allowance.actAndGrant', (step) => [{ ...step, args: { ...step.args, sends: 6 } }]),
    script(writes, ...pictures(6)),
    /a send that the rules forbid: picture/,
  ],
  [
    'reserves nothing',
    instead('allowance.reserve', ({ args }) => [readConversation({ id: String(args.id) }, 1)]),
    script(writes, ...pictures(6)),
    /a send that the rules forbid: picture/,
  ],
  [
    'keeps nothing for people',
    { world: { rules: { joinWaitMs: [11_000, 8000, 4000, 0], reserveForHuman: 0 } } },
    script(writes, ...pictures(3), say('notice')),
    /notice\d+ took a send that is kept for people/,
  ],
  [
    'waits for no company',
    { world: { rules: { joinWaitMs: [0], reserveForHuman: 2 } } },
    script(writes, ...pictures(4), pass(1), say('text')),
    /text\d+ went 11000 ms before company could come/,
  ],
  [
    'joins nothing',
    { world: { rules: { joinWaitMs: [11_000, 8000, 4000, 0], reserveForHuman: 2, textMaxBytes: 1 } } },
    script(writes, ...pictures(5), say('text'), say('text'), writes),
    /text\d+ went without text\d+, which waited too/,
  ],
  [
    'takes lines in another order',
    {
      sabotage: {
        rows: (steps, rows) =>
          rows.map((found, at) =>
            steps[at]?.statement.id === 'turn.openReplies' ? found.toReversed() : found,
          ),
      },
    },
    script(say('picture', 'text'), writes),
    /overtook what stood before/,
  ],
  [
    'forgets what is held when the visitor acts',
    instead('turn.releaseHeld', () => []),
    script(writes, ...pictures(6), writes),
    /picture\d+ is held although a send is left/,
  ],
  [
    'lets people’s lines vanish',
    instead('turn.settle', (step) => [
      step.args.state === 'dead' ? { ...step, args: { ...step.args, state: 'dropped' } } : step,
    ]),
    script(writes, { do: 'wechat', answers: [{ say: 'refused' }] }, say('text')),
    /text\d+ was dropped \(40003\)/,
  ],
  [
    'tells the agent nothing',
    { world: { adapter: {} } },
    script(writes, ...pictures(6)),
    /is held, and the agent is not told/,
  ],
];

describe('the referee catches a bridge that', () => {
  test.each(bridges)('%s', async (_, change, shown, fault) => {
    await play(shown);
    await expect(play(shown, change)).rejects.toThrow(fault);
  });
});

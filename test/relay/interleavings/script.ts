import fc from 'fast-check';
import type { OnUnknown } from '../../../src/relay/settle.ts';
import type { Act, Merge } from './rule-book.ts';

/** A course of events, as data: whatever fast-check finds can be read, printed and played again. */
export interface Script {
  readonly merge: Merge;
  readonly onUnknown: OnUnknown;
  readonly steps: readonly Step[];
  /** What the visitors do in the end: come back until everything has reached them, or stay away. */
  readonly ending: 'returns' | 'silence';
}

/** What may happen at any moment, also in the middle of something else. */
export type Deed =
  /** `lateMs`: WeChat's push comes so much after the act. */
  | { readonly do: 'act'; readonly who: Who; readonly act: Act; readonly lateMs: number }
  | { readonly do: 'unfollow'; readonly who: Who }
  /** `apart`: a callback for each line. */
  | { readonly do: 'say'; readonly who: Who; readonly lines: readonly Line[]; readonly apart: boolean }
  /** The line that was written so many before the last. */
  | { readonly do: 'recall'; readonly who: Who; readonly back: number }
  | { readonly do: 'type'; readonly who: Who };

export type Who = 0 | 1;

/** `long`: two fit into one send. `bad`: WeChat refuses its content. `picture`: no text, in two steps. The last three are a machine's. */
export type Line = 'text' | 'long' | 'bad' | 'picture' | 'robot' | 'notice' | 'greeting';

/** What WeChat says to a send that its rules allow; `slow`: after four seconds. `…Arrived`: it reached the visitor all the same. */
export interface Answer {
  readonly say:
    | 'ok'
    | 'slow'
    | 'busy'
    | 'faulty'
    | 'refused'
    | 'lost'
    | 'lostArrived'
    | 'minute'
    | 'death'
    | 'deathArrived';
  /** Happens while the call is under way. */
  readonly amid?: Deed;
}

export type DeskAnswer = 'ok' | 'busy' | 'lost' | 'lostArrived' | 'refused' | 'nobody';

export type Step =
  | Deed
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'wechat'; readonly answers: readonly Answer[] }
  | { readonly do: 'desk'; readonly answers: readonly DeskAnswer[] }
  /** Another system of the merchant sends to the visitor. */
  | { readonly do: 'others'; readonly who: Who; readonly sends: number }
  | { readonly do: 'restart' }
  /** Before (or, `isDone`, after) the store takes the batch of that number since `step` began. */
  | {
      readonly do: 'amid';
      readonly batch: number;
      readonly isDone: boolean;
      readonly what: Deed | 'death' | 'failure';
      readonly step: Deed | { readonly do: 'restart' } | { readonly do: 'pass'; readonly ms: number };
    };

const who = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Who>(0) },
  { weight: 1, arbitrary: fc.constant<Who>(1) },
);

const line = weighted<Line>({ text: 10, long: 2, bad: 1, picture: 2, robot: 1, notice: 3, greeting: 2 });

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('act' as const),
      who,
      act: weighted<Act>({ writes: 3, enters: 2 }),
      lateMs: fc.oneof(
        { weight: 6, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.constantFrom(4000, 15_000) },
      ),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      who,
      lines: fc.array(line, { minLength: 1, maxLength: 4 }),
      apart: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unfollow' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('recall' as const), who, back: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('type' as const), who }) },
);

const pass = fc.record({
  do: fc.constant('pass' as const),
  ms: fc.oneof(
    fc.integer({ min: 1, max: 999 }),
    fc.constantFrom(1000, 3999, 4000, 8000, 11_000, 15_000, 30_000, 54_999, 55_000, 60_000),
    fc.constantFrom(600_000, 3_600_000, 86_400_000, 172_735_000, 172_740_000, 172_800_000),
  ),
});

const answer = fc.record(
  {
    say: weighted<Answer['say']>({
      ok: 6,
      slow: 2,
      busy: 3,
      faulty: 1,
      refused: 1,
      lost: 2,
      lostArrived: 2,
      minute: 1,
      death: 1,
      deathArrived: 1,
    }),
    amid: deed,
  },
  { requiredKeys: ['say'] },
);

const restart = fc.record({ do: fc.constant('restart' as const) });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 14, arbitrary: deed },
  { weight: 9, arbitrary: pass },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wechat' as const),
      answers: fc.array(answer, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('desk' as const),
      answers: fc.array(
        fc.constantFrom<DeskAnswer>('busy', 'lost', 'lostArrived', 'refused', 'nobody', 'ok'),
        {
          minLength: 1,
          maxLength: 3,
        },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('others' as const), who, sends: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 1, arbitrary: restart },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('amid' as const),
      batch: fc.integer({ min: 1, max: 12 }),
      isDone: fc.boolean(),
      what: fc.oneof(
        { weight: 4, arbitrary: deed },
        { weight: 1, arbitrary: fc.constantFrom('death' as const, 'failure' as const) },
      ),
      step: fc.oneof(
        { weight: 5, arbitrary: deed },
        { weight: 2, arbitrary: pass },
        { weight: 1, arbitrary: restart },
      ),
    }),
  },
);

/** Visitors mostly begin by writing: without that nothing else can happen. */
export const scripts: fc.Arbitrary<Script> = fc.record({
  merge: weighted<Merge>({ max: 3, separate: 1 }),
  onUnknown: weighted<Exclude<OnUnknown, 'settle'>>({ 'retry-once': 4, retry: 1, ask: 1, drop: 1 }),
  steps: fc.array(step, { minLength: 1, maxLength: 24, size: 'max' }),
  ending: fc.constantFrom('returns', 'silence'),
});

function weighted<Value extends string>(weights: Readonly<Record<Value, number>>): fc.Arbitrary<Value> {
  const names = Object.keys(weights) as Value[]; // a record's keys are its type's
  return fc.oneof(...names.map((name) => ({ weight: weights[name], arbitrary: fc.constant(name) })));
}

/** A script as a person reads it, a step a line. */
export function describeScript({ merge, onUnknown, steps, ending }: Script): string {
  const last = ending === 'returns' ? 'the visitors come back' : 'the visitors stay away';
  return [
    `quotaMerge ${merge}, onUnknown ${onUnknown}`,
    ...steps.map((given, index) => `${index + 1}. ${describeStep(given)}`),
    `${steps.length + 1}. ${last}`,
  ].join('\n');
}

function describeStep(given: Step): string {
  switch (given.do) {
    case 'pass':
      return `${given.ms} ms pass`;
    case 'wechat':
      return `WeChat is going to say ${given.answers.map(describeAnswer).join(', ')}`;
    case 'desk':
      return `the helpdesk is going to say ${given.answers.join(', ')}`;
    case 'others':
      return `another system makes ${given.sends} sends to ${visitorNames[given.who]}`;
    case 'restart':
      return 'the bridge dies and starts again';
    case 'amid': {
      const what = typeof given.what === 'string' ? given.what : describeDeed(given.what);
      return `${describeStep(given.step)}; ${given.isDone ? 'after' : 'before'} batch ${given.batch} of it: ${what}`;
    }
    default:
      return describeDeed(given);
  }
}

export const visitorNames = ['oAnna', 'oBert'] as const;

function describeAnswer({ say, amid }: Answer): string {
  return amid ? `${say} (meanwhile ${describeDeed(amid)})` : say;
}

function describeDeed(deed: Deed): string {
  const visitor = visitorNames[deed.who];
  switch (deed.do) {
    case 'act':
      return `${visitor} ${deed.act}${deed.lateMs > 0 ? `, pushed ${deed.lateMs} ms later` : ''}`;
    case 'unfollow':
      return `${visitor} unfollows`;
    case 'say':
      return `the desk says ${deed.lines.join(', ')} to ${visitor}${deed.apart && deed.lines.length > 1 ? ', each by itself' : ''}`;
    case 'recall':
      return `the agent recalls line ${deed.back + 1} from the end to ${visitor}`;
    case 'type':
      return `the agent is typing to ${visitor}`;
    default:
      return deed satisfies never;
  }
}

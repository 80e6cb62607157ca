import { conversationId } from '../../../src/model/conversation.ts';
import type { SendRules } from '../../../src/ports/channel.ts';
import type { Step as StoreStep } from '../../../src/ports/store.ts';
import { openWorld, start, type World, type WorldOptions } from '../turns/world.ts';
import { type Interruptions, openInterruptions, type Sabotage } from './interruptions.ts';
import { createMemoryFile, type MemoryFile } from './memory-file.ts';
import { openReferee, type Referee, type Side } from './referee.ts';
import { openRuleBook, type RuleBook } from './rule-book.ts';
import { type Answer, type DeskAnswer, type Script, visitorNames } from './script.ts';

/** How sends are spent, as a mini-program's settings say by default. */
export const rules: SendRules = {
  joinWaitMs: [11_000, 8000, 4000, 0],
  joinWaitMaxMs: 30_000,
  reserveForHuman: 2,
  textMaxBytes: 2048,
  holdTtlMs: 172_800_000,
};

/** WeChat as it is for one visitor, beside what the bridge may know of it. */
export interface Party extends Side {
  readonly real: RuleBook;
  /** When sends were made to him, by anybody. */
  readonly sentAt: number[];
  readonly lines: string[];
  readonly words: string[];
  /** Places of his words that have reached the desk. */
  readonly heard: Set<number>;
  /** Sends under way. */
  calls: number;
}

/** A script that is being played. */
export interface Course {
  readonly script: Script;
  readonly world: World;
  readonly file: MemoryFile;
  readonly interruptions: Interruptions;
  readonly parties: readonly [Party, Party];
  readonly referee: Referee;
  /** What becomes true when it is written down: by the key of a push or line, by the row of a settlement. */
  readonly onCommit: Map<string, () => void>;
  /** Replies of which the helpdesk was told that they are delivered. */
  readonly delivered: ReadonlySet<string>;
  step: number;
  /** Something came in the middle of this step. */
  isRacing: boolean;
  deaths: number;
  count: number;
  pausedUntil: number;
  answers: readonly Answer[];
  deskAnswers: readonly DeskAnswer[];
  /** What nobody took: whoever brought it brings it again. */
  again: (() => Promise<void>)[];
}

/** One for all courses of a test file: its statements are prepared once. */
const file = createMemoryFile();

/** A bridge that is otherwise. */
export interface Change {
  readonly world?: WorldOptions;
  readonly sabotage?: Sabotage;
}

export async function openCourse(script: Script, change: Change): Promise<Course> {
  file.wipe();
  const onCommit = new Map<string, () => void>();
  const delivered = new Set<string>();
  const interruptions = openInterruptions(file, {
    sabotage: change.sabotage ?? {},
    onCommit: (steps) => noteCommit(onCommit, steps),
    onDeath() {
      world.stop();
      void world.bridge.lanes.stop();
    },
  });
  const world: World = await openWorld({
    start,
    rules,
    sendPolicy: { onUnknown: script.onUnknown },
    notices: { undelivered: '' },
    openStore: interruptions.openStore,
    adapter: {
      note: async () => ({ outcome: 'accepted' }),
      async delivered(reply) {
        delivered.add(reply.id);
        return { outcome: 'accepted' };
      },
    },
    ...change.world,
  });
  const [anna, bert] = visitorNames;
  const referee = openReferee({
    rules,
    onUnknown: script.onUnknown,
    messages: file.messages,
    now: () => world.clock.now(),
    step: () => course.step,
    isRacing: () => course.isRacing,
  });
  const course: Course = {
    ...{ script, world, file, interruptions, referee, onCommit, delivered },
    parties: [openParty(anna, script), openParty(bert, script)],
    ...{ step: 0, isRacing: false, deaths: 0, count: 0, pausedUntil: 0 },
    ...{ answers: [], deskAnswers: [], again: [] },
  };
  return course;
}

/** Enough to see a row given up that starts killed, and no script that is nothing else. */
const mostDeaths = 12;

export function mayDie(course: Course): boolean {
  course.deaths += 1;
  return course.deaths <= mostDeaths;
}

function noteCommit(waiting: Map<string, () => void>, steps: readonly StoreStep[]): void {
  for (const { statement, args } of steps) {
    const name =
      statement.id === 'seen.see' ? args.key : statement.id === 'turn.settle' ? args.id : undefined;
    const apply = typeof name === 'string' ? waiting.get(name) : undefined;
    if (typeof name !== 'string' || !apply) continue;
    waiting.delete(name);
    apply();
  }
}

function openParty(visitor: string, { merge }: Script): Party {
  return {
    visitor,
    conversation: conversationId('shop', visitor),
    known: openRuleBook(merge, { careful: true }),
    real: openRuleBook(merge, { careful: false }),
    actedAt: 0,
    typedAt: 0,
    lineSteps: new Map(),
    recalled: new Set(),
    reached: new Set(),
    lost: new Map(),
    isShort: false,
    isUnsure: false,
    sentAt: [],
    lines: [],
    words: [],
    heard: new Set(),
    calls: 0,
  };
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { dueLanes, firstPlace } from '../../src/store/lanes.ts';
import { readMessage } from '../../src/store/messages.ts';
import { type LaneName, NEVER } from '../../src/store/tables.ts';
import {
  beginTurn,
  claimForward,
  claimReaction,
  promoteNext,
  proveTurn,
  releaseHeld,
  releaseWaiting,
} from '../../src/store/turns.ts';
import {
  act,
  addedRow,
  claimFirstReply,
  HELPDESK,
  NOW,
  newConversation,
  postponed,
  run,
  settled,
  visitorRow,
} from '../store/rows.ts';
import type { Bench } from './store.ts';

/** What may happen to a conversation, in any order. */
type Move =
  | { readonly kind: 'add'; readonly lane: LaneName }
  /** So many turns begin at once; one of them may get a row. */
  | { readonly kind: 'claim'; readonly lane: LaneName; readonly turns: number }
  | { readonly kind: 'settle'; readonly lane: LaneName; readonly as: 'done' | 'later' | 'held' }
  /** A turn that a newer one has overtaken wants to settle. */
  | { readonly kind: 'settleLate'; readonly lane: LaneName }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'release' };

const lanes = fc.constantFrom<LaneName>('forward', 'react', 'reply');
const moves: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('add'), lane: lanes }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('claim'), lane: lanes, turns: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('settle'),
      lane: lanes,
      as: fc.constantFrom('done', 'later', 'held'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settleLate'), lane: lanes }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.integer({ min: 1, max: 5000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release') }) },
);

interface ModelRow {
  readonly id: string;
  readonly lane: LaneName;
  state: 'ready' | 'held' | 'flying' | 'done';
  /** `null`: as soon as it is the first of its lane. */
  due: number | null;
}

/** What the lanes must do, in the plainest words: a list of rows in order. */
class LaneModel {
  readonly rows: ModelRow[] = [];
  now = NOW;

  open(lane: LaneName): readonly ModelRow[] {
    return this.rows.filter((row) => row.lane === lane && row.state !== 'done');
  }

  flying(lane: LaneName): ModelRow | undefined {
    return this.open(lane).find(({ state }) => state === 'flying');
  }

  /** The row that a turn would be given now. */
  next(lane: LaneName): ModelRow | undefined {
    if (lane === 'react') return this.open('react').find((row) => row.state !== 'flying' && this.isDue(row));
    const [first] = this.open(lane);
    const isHeldUp = lane === 'forward' && (this.flying('react') || this.next('react'));
    return !isHeldUp && first && first.state !== 'flying' && this.isDue(first) ? first : undefined;
  }

  isDue({ due }: ModelRow): boolean {
    return due === null || due <= this.now;
  }
}

class Play {
  readonly #store: Store;
  readonly #conversation = newConversation();
  readonly #model = new LaneModel();
  readonly #turns = { helpdesk: 0, reply: 0 };

  constructor(store: Store) {
    this.#store = store;
  }

  async begin(): Promise<void> {
    await this.#store.batch([act(this.#conversation)]);
  }

  async move(move: Move): Promise<void> {
    switch (move.kind) {
      case 'add':
        return this.#add(move.lane);
      case 'claim':
        return this.#claim(move.lane, move.turns);
      case 'settle':
        return this.#settle(move.lane, move.as);
      case 'settleLate':
        return this.#settleLate(move.lane);
      case 'pass':
        this.#model.now += move.ms;
        return;
      case 'release':
        return this.#release();
      default:
        return move satisfies never;
    }
  }

  async #add(lane: LaneName): Promise<void> {
    const place = { conversation: this.#conversation, now: this.#model.now };
    const { id, steps } = lane === 'forward' ? visitorRow(place) : addedRow(lane, place);
    await this.#store.batch(steps);
    const due = lane === 'react' || this.#model.open(lane).length === 0 ? place.now : null;
    this.#model.rows.push({ id, lane, state: 'ready', due });
  }

  async #claim(lane: LaneName, turns: number): Promise<void> {
    const place = { conversation: this.#conversation, helpdesk: HELPDESK, now: this.#model.now };
    const claims = { forward: claimForward(place), react: claimReaction(place) };
    const expected: string[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      const row = this.#model.next(lane);
      if (!row) break;
      expected.push(row.id);
      Object.assign(row, { state: 'flying', due: NEVER });
    }
    if (expected.length > 0) await this.#expectLaneIsDue(lane);
    const given = await Promise.all(
      Array.from({ length: turns }, async () => {
        const begin = beginTurn({ lane: this.#laneName(lane) }, 1);
        if (lane !== 'reply') return (await this.#store.batch([begin, claims[lane]]))[1];
        await this.#store.batch([begin]);
        const row = await claimFirstReply(this.#store, this.#conversation, this.#model.now);
        return row ? [row] : [];
      }),
    );
    this.#turns[turnOf(lane)] += turns;
    expect(given.flatMap((rows) => rows.map(({ id }) => id)).sort()).toEqual(expected.sort());
  }

  /** What can be claimed is also found by whoever looks for lanes with something due. */
  async #expectLaneIsDue(lane: LaneName): Promise<void> {
    const found = await run(this.#store, dueLanes({ now: this.#model.now, most: 1000, ...firstPlace }));
    expect(found).toContainEqual(expect.objectContaining({ conversation: this.#conversation, lane }));
  }

  async #settle(lane: LaneName, outcome: 'done' | 'later' | 'held'): Promise<void> {
    const row = this.#model.flying(lane);
    if (!row) return;
    // No event releases a reaction: it has a time, or is done.
    const as = lane === 'react' && outcome === 'held' ? 'later' : outcome;
    const due = as === 'later' ? this.#model.now + 4000 : NEVER;
    const state = lane === 'reply' ? 'held' : 'waiting';
    const left = {
      done: [
        settled(row),
        promoteNext({ id: row.id, conversation: this.#conversation, lane, now: this.#model.now }),
      ],
      later: [postponed(row, due)],
      held: [settled(row, { state, due, finishedAt: null })],
    };
    const turn = this.#turns[turnOf(lane)];
    await this.#store.batch([proveTurn({ lane: this.#laneName(lane), turn }, 1), ...left[as]]);
    row.state = as === 'later' ? 'ready' : as;
    row.due = due;
  }

  async #settleLate(lane: LaneName): Promise<void> {
    const row = this.#model.flying(lane);
    if (!row) return;
    const turn = this.#turns[turnOf(lane)] - 1;
    const late = this.#store.batch([settled(row), proveTurn({ lane: this.#laneName(lane), turn }, 1)]);
    await expect(late).rejects.toMatchObject({ code: 'stepMissed', step: 1 });
  }

  async #release(): Promise<void> {
    const { now } = this.#model;
    const conversation = this.#conversation;
    await this.#store.batch([
      releaseHeld({ conversation, now }),
      releaseWaiting({ conversation, helpdesk: HELPDESK, now }),
    ]);
    for (const row of this.#model.rows) {
      const isReleased =
        (row.lane === 'reply' && row.state === 'held') ||
        (row.lane === 'forward' && (row.state === 'ready' || row.state === 'held') && (row.due ?? 0) > now);
      if (isReleased) row.due = now;
    }
  }

  /** Settles until nothing is left, and sees that all were done, each lane in its order. */
  async end(): Promise<void> {
    for (let left = 1000; this.#model.rows.some(({ state }) => state !== 'done'); left -= 1) {
      expect(left).toBeGreaterThan(0);
      this.#model.now += 4000;
      await this.#release();
      for (const lane of ['react', 'forward', 'reply'] as const) {
        await this.#claim(lane, 1);
        await this.#settle(lane, 'done');
      }
    }
    for (const { id } of this.#model.rows) {
      const [row] = await run(this.#store, readMessage({ id }));
      expect(row?.finished_at).not.toBeNull();
    }
  }

  #laneName(lane: LaneName): string {
    return `${turnOf(lane)} ${this.#conversation}`;
  }
}

function turnOf(lane: LaneName): 'helpdesk' | 'reply' {
  return lane === 'reply' ? 'reply' : 'helpdesk';
}

export function describeLaneModel(bench: Bench): void {
  describe('whatever happens to a conversation', () => {
    test('each row goes to one turn at a time, in order, and all are done in the end', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(moves, { minLength: 10, maxLength: 40, size: 'max' }), async (list) => {
          const play = new Play(bench.store);
          await play.begin();
          for (const move of list) await play.move(move);
          await play.end();
        }),
        { numRuns: 60, interruptAfterTimeLimit: 10_000 },
      );
    });
  });
}

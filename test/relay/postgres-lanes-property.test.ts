import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LaneCall, type LaneInstance, laneOf, leaseMs } from '../contract/lanes-instance.ts';
import { openInstances, type SharedBench } from '../postgres/instances.ts';
import { borrowPostgresPlace, type PostgresPlace } from '../postgres/place.ts';

/** What may happen to instances and their lanes, in any order; numbers choose among those there are. */
type Move =
  /** Something is written by an instance and its lane woken; `isTold` false: it dies in between. */
  | { readonly kind: 'say'; readonly who: number; readonly lane: number; readonly isTold: boolean }
  | { readonly kind: 'end'; readonly which: number }
  | { readonly kind: 'freeze'; readonly who: number }
  /** To the database its time is over; `isFrozen` says whether it can notice. */
  | { readonly kind: 'lapse'; readonly who: number }
  | { readonly kind: 'wakeUp'; readonly who: number }
  | { readonly kind: 'stop'; readonly who: number }
  | { readonly kind: 'pass'; readonly ms: number };

const who = fc.nat(2);
const moves: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('say'),
      who,
      lane: fc.nat(1),
      isTold: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('end'), which: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('freeze'), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lapse'), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wakeUp'), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop'), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.integer({ min: 1, max: 2500 }) }) },
);

/** Three places for instances: one that stopped, or died, is followed by another. */
class Play {
  readonly #bench: SharedBench;
  readonly #places: LaneInstance[];
  readonly #frozen = new Set<LaneInstance>();
  /** Whose time was over while they were frozen: their calls count no more. */
  readonly #lost = new Set<string>();
  #written = 0;
  #judged = 0;

  constructor(bench: SharedBench) {
    this.#bench = bench;
    this.#places = [...bench.instances];
  }

  async move(move: Move): Promise<void> {
    const { clock } = this.#bench;
    switch (move.kind) {
      case 'say':
        await this.#say(move);
        break;
      case 'end':
        this.#open()[move.which]?.end();
        break;
      case 'freeze':
        this.#at(move.who).freeze();
        this.#frozen.add(this.#at(move.who));
        break;
      case 'lapse':
        await this.#lapse(this.#at(move.who));
        break;
      case 'wakeUp':
        this.#wakeUp(this.#at(move.who));
        break;
      case 'stop':
        await this.#stop(move.who);
        break;
      case 'pass':
        await clock.advance(move.ms);
        break;
      default:
        move satisfies never;
    }
    await clock.settle();
    this.#judge();
  }

  async #say({ who: place, lane, isTold }: Extract<Move, { kind: 'say' }>): Promise<void> {
    const instance = this.#at(place);
    if (this.#frozen.has(instance)) return;
    this.#written += 1;
    const conversation = `c_${lane}`;
    await instance.write(conversation, `w${this.#written}`);
    if (isTold) instance.lanes.wake(laneOf(conversation));
  }

  /** Who was not frozen hears of it when he renews; until then he is one of those who call. */
  async #lapse(instance: LaneInstance): Promise<void> {
    if (!this.#frozen.has(instance)) return;
    await this.#bench.lapse(instance);
    this.#lost.add(instance.name);
    instance.pass(leaseMs);
  }

  #wakeUp(instance: LaneInstance): void {
    instance.wakeUp();
    this.#frozen.delete(instance);
  }

  async #stop(place: number): Promise<void> {
    const instance = this.#at(place);
    if (this.#frozen.has(instance)) return;
    const stopping = instance.lanes.stop();
    await this.#bench.clock.settle();
    for (const call of this.#open()) if (call.instance === instance.name) call.end();
    await stopping;
    await instance.lease?.end();
    this.#places[place] = await this.#bench.join();
  }

  #at(place: number): LaneInstance {
    return this.#places[place] as LaneInstance; // there are three
  }

  /** Calls under way of those whose time is not over. */
  #open(): readonly LaneCall[] {
    return this.#bench.calls.filter(({ isOver }) => !isOver);
  }

  /** Never two at once in a lane, and none of an instance whose time was over when it began. */
  #judge(): void {
    const { calls } = this.#bench;
    for (const call of calls.slice(this.#judged)) {
      const others = this.#open().filter(
        (other) =>
          other !== call && other.conversation === call.conversation && !this.#lost.has(other.instance),
      );
      expect(others).toEqual([]);
    }
    this.#judged = calls.length;
    for (const instance of this.#places) {
      if (instance.lease?.current() !== undefined && !this.#frozen.has(instance))
        this.#lost.delete(instance.name);
    }
  }

  /** All wake up, and everything that was written is done within seconds. */
  async end(): Promise<void> {
    const { clock } = this.#bench;
    for (const instance of this.#places) this.#wakeUp(instance);
    for (let left = 40; (await this.#bench.left()).length > 0; left -= 1) {
      expect(left, 'what was written is forgotten').toBeGreaterThan(0);
      await clock.advance(500);
      this.#judge();
      for (const call of this.#open()) call.end();
      await clock.settle();
    }
  }
}

/** More of them, and longer ones, by `INSTANCES_RUNS`. */
const runs = Number(process.env.INSTANCES_RUNS ?? 10);
const mostMoves = runs > 10 ? 30 : 15;

describe('whatever happens to instances', () => {
  let place: PostgresPlace;
  beforeAll(async () => {
    place = await borrowPostgresPlace();
  });
  afterAll(() => place.remove());

  test('no lane has two turns at once, and nothing that was written is forgotten', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(moves, { minLength: 8, maxLength: mostMoves, size: 'max' }), async (list) => {
        const bench = await openInstances(place, 3);
        const play = new Play(bench);
        try {
          for (const move of list) await play.move(move);
          await play.end();
        } finally {
          await bench.close();
        }
      }),
      { numRuns: runs, interruptAfterTimeLimit: 25_000 },
    );
  }, 60_000);
});

import PQueue from 'p-queue';
import type { Clock } from '../ports/clock.ts';
import { DueTimer } from '../ports/due-timer.ts';
import type { Log } from '../ports/log.ts';
import { destinationOf, type LaneId, laneName } from './lane-id.ts';
import type { TurnEnd } from './run-turn.ts';

/**
 * Lanes in process: at most one turn of a lane at a time, a queue of workers for each destination. A lane is only
 * "something is due there"; what that is stands in the store, and a restart finds it there again.
 */
export interface Lanes {
  /** Something is due in this lane now. */
  wake(lane: LaneId): void;
  /** Something will be due then (milliseconds since 1970). */
  expect(due: number): void;
  /** No new turn begins; resolves when the running ones have ended. */
  stop(): Promise<void>;
}

export interface LaneOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** One turn; it never throws for what an outside system says. `isNews`: somebody woke the lane, not a sweep alone. */
  readonly runTurn: (lane: LaneId, given: { readonly isNews: boolean }) => Promise<TurnEnd>;
  /** What is due now, and when the next thing will be. */
  readonly sweep: (now: number) => Promise<Swept>;
  /** Turns at a time for one destination. Default 32. */
  readonly concurrency?: number;
  /** Sweeps are so far apart. Default: no pause. */
  readonly sweepPauseMs?: number;
  /**
   * While so many lanes of one destination wait here, it takes none that a sweep found: they are found again, here once
   * there is room, or by another instance, which may have less to do. Default: it takes all.
   */
  readonly mostOffered?: number;
}

/** What a sweep found. */
export interface Swept {
  /** Something is due there. */
  readonly lanes: readonly LaneId[];
  /** Lanes of instances that are no more: taken at once, however much waits. Default: none. */
  readonly left?: readonly LaneId[];
  /** When the next thing will be due (milliseconds since 1970); null if nothing is waiting. */
  readonly next: number | null;
}

export function createLanes(options: LaneOptions): Lanes {
  return new LanesInProcess(options);
}

/** After a failure of the store. */
const sweepAgainMs = 1000;

class LanesInProcess implements Lanes {
  readonly #options: LaneOptions;
  readonly #queues = new Map<string, PQueue>();
  /** `offered`: only a sweep found it. `again`: woken while its turn ran; it may have missed what came. */
  readonly #known = new Map<string, 'offered' | 'queued' | 'running' | 'again'>();
  /** Their turn failed in the store: what it had taken no sweep would find. */
  readonly #failed: LaneId[] = [];
  readonly #timer: DueTimer;
  /** Destinations that had no room for all that a sweep found. */
  readonly #full = new Set<PQueue>();
  #sweeping: Promise<void> = Promise.resolve();
  #isSweepAsked = false;
  /** By the monotonic clock. */
  #sweptAt = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#timer = new DueTimer(options.clock, () => this.#askSweep());
  }

  wake(lane: LaneId): void {
    if (this.#stopped) return;
    const name = laneName(lane);
    const state = this.#known.get(name);
    if (state === 'running') this.#known.set(name, 'again');
    if (state === 'offered') this.#known.set(name, 'queued');
    if (state) return;
    this.#known.set(name, 'queued');
    void this.#queueOf(lane).add(() => this.#runTurn(lane, name));
  }

  /** A sweep found it: it may have been found before, and it may be another's. */
  #offer(lane: LaneId): void {
    const name = laneName(lane);
    const queue = this.#queueOf(lane);
    const isFull = queue.size >= (this.#options.mostOffered ?? Number.POSITIVE_INFINITY);
    // Its turn may have looked before it was due.
    if (this.#known.get(name) === 'running') this.#known.set(name, 'again');
    if (this.#stopped || this.#known.has(name)) return;
    if (isFull) {
      this.#full.add(queue);
      return;
    }
    this.#known.set(name, 'offered');
    void queue.add(() => this.#runTurn(lane, name));
  }

  expect(due: number): void {
    const { clock, sweepPauseMs = 0 } = this.#options;
    const pauseLeftMs = this.#sweptAt + sweepPauseMs - clock.monotonic();
    this.#timer.expectIn(Math.max(due - clock.now(), pauseLeftMs));
  }

  #askSweep(): void {
    if (this.#isSweepAsked) return;
    this.#isSweepAsked = true;
    this.#sweeping = this.#sweeping.then(() => this.#sweep());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer.stop();
    await this.#sweeping;
    const queues = [...this.#queues.values()];
    for (const queue of queues) queue.clear();
    await Promise.all(queues.map((queue) => queue.onIdle()));
  }

  #queueOf(lane: LaneId): PQueue {
    const destination = destinationOf(lane);
    const concurrency = this.#options.concurrency ?? 32;
    const queue = this.#queues.get(destination) ?? new PQueue({ concurrency });
    this.#queues.set(destination, queue);
    return queue;
  }

  async #runTurn(lane: LaneId, name: string): Promise<void> {
    if (this.#stopped) return;
    const { clock, log, runTurn } = this.#options;
    const isNews = this.#known.get(name) !== 'offered';
    this.#known.set(name, 'running');
    let end: TurnEnd = 'ended';
    try {
      end = await runTurn(lane, { isNews });
    } catch (error) {
      log.error('turn.failed', { lane: name, error });
      this.#failed.push(lane);
      this.expect(clock.now() + sweepAgainMs);
    }
    const wokenMeanwhile = this.#known.get(name) === 'again';
    this.#known.delete(name);
    if (wokenMeanwhile || end === 'again') this.wake(lane);
    this.#lookForMore(this.#queueOf(lane));
  }

  /** What there was no room for is looked for as soon as there is. */
  #lookForMore(queue: PQueue): void {
    if (queue.size === 0 && this.#full.delete(queue)) this.expect(this.#options.clock.now());
  }

  async #sweep(): Promise<void> {
    this.#isSweepAsked = false;
    if (this.#stopped) return;
    const { clock, log, sweep } = this.#options;
    for (const lane of this.#failed.splice(0)) this.wake(lane);
    this.#sweptAt = clock.monotonic();
    try {
      const { lanes, left = [], next } = await sweep(clock.now());
      for (const lane of left) this.wake(lane);
      for (const lane of lanes) this.#offer(lane);
      if (next !== null) this.expect(next);
    } catch (error) {
      log.error('sweep.failed', { error });
      this.expect(clock.now() + sweepAgainMs);
    }
  }
}

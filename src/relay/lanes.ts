import PQueue from 'p-queue';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { destinationOf, type LaneId, laneName } from './lane-id.ts';

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
  /** One turn; it never throws for what an outside system says. */
  readonly runTurn: (lane: LaneId) => Promise<void>;
  /** What is due now, and when the next thing will be. */
  readonly sweep: (
    now: number,
  ) => Promise<{ readonly lanes: readonly LaneId[]; readonly next: number | null }>;
  /** Turns at a time for one destination. Default 32. */
  readonly concurrency?: number;
}

/** After a failure of the store, and while more is due than one sweep takes. */
const sweepAgainMs = 1000;

export function createLanes(options: LaneOptions): Lanes {
  const { clock, log, runTurn } = options;
  const queues = new Map<string, PQueue>();
  /** `again`: woken while its turn ran; it may have missed what came. */
  const known = new Map<string, 'queued' | 'running' | 'again'>();
  /** Their turn failed in the store: what it had taken no sweep would find. */
  const failed: LaneId[] = [];
  let timer: { readonly due: number; readonly cancel: () => void } | undefined;
  let sweeping: Promise<void> = Promise.resolve();
  let isSweepAsked = false;
  let stopped = false;

  const queueOf = (lane: LaneId): PQueue => {
    const destination = destinationOf(lane);
    const queue = queues.get(destination) ?? new PQueue({ concurrency: options.concurrency ?? 32 });
    queues.set(destination, queue);
    return queue;
  };

  const wake = (lane: LaneId): void => {
    if (stopped) return;
    const name = laneName(lane);
    const state = known.get(name);
    if (state === 'running') known.set(name, 'again');
    if (state) return;
    known.set(name, 'queued');
    void queueOf(lane).add(() => turn(lane, name));
  };

  const turn = async (lane: LaneId, name: string): Promise<void> => {
    if (stopped) return;
    known.set(name, 'running');
    try {
      await runTurn(lane);
    } catch (error) {
      log.error('turn.failed', { lane: name, error });
      failed.push(lane);
      expect(clock.now() + sweepAgainMs);
    }
    const wokenMeanwhile = known.get(name) === 'again';
    known.delete(name);
    if (wokenMeanwhile) wake(lane);
  };

  const expect = (due: number): void => {
    if (stopped || (timer && timer.due <= due)) return;
    timer?.cancel();
    const cancel = clock.after(Math.max(0, due - clock.now()), () => {
      timer = undefined;
      if (isSweepAsked) return;
      isSweepAsked = true;
      sweeping = sweeping.then(sweepNow);
    });
    timer = { due, cancel };
  };

  const sweepNow = async (): Promise<void> => {
    isSweepAsked = false;
    if (stopped) return;
    for (const lane of failed.splice(0)) wake(lane);
    try {
      const { lanes, next } = await options.sweep(clock.now());
      for (const lane of lanes) wake(lane);
      if (next !== null) expect(next);
    } catch (error) {
      log.error('sweep.failed', { error });
      expect(clock.now() + sweepAgainMs);
    }
  };

  return {
    wake,
    expect,
    async stop() {
      stopped = true;
      timer?.cancel();
      await sweeping;
      for (const queue of queues.values()) queue.clear();
      await Promise.all([...queues.values()].map((queue) => queue.onIdle()));
    },
  };
}

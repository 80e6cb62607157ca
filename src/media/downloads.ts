import PQueue from 'p-queue';
import type { Clock } from '../ports/clock.ts';
import { DueTimer } from '../ports/due-timer.ts';
import type { Log } from '../ports/log.ts';

export interface DownloadOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Downloads at a time for one tenant. */
  readonly concurrency: number;
  /** Looks at least so often for what other processes wanted or left. Absent: only as it is told. */
  readonly lookEveryMs?: number;
  /** The longest waiting media of each tenant, and when the next one will be due. */
  readonly findDue: (now: number, mostEach: number) => Promise<DueMedia>;
  /** One go at a medium, whatever comes of it. Rejects only where that could not be written down. */
  readonly run: (id: string) => Promise<void>;
}

export interface DueMedia {
  readonly media: readonly { readonly id: string; readonly tenant: string }[];
  readonly next: number | null;
}

/** After a failure of the store. */
const restMs = 1000;
/** Taken in hand at once for a tenant, as a multiple of what runs at a time: finding more costs a query. */
const handfuls = 8;

interface TenantQueue {
  readonly queue: PQueue;
  /** The last look found as much as it may. */
  mayHaveMore: boolean;
}

/**
 * Which medium is fetched when: at most so many at a time for a tenant, no tenant waiting for another. What is due stands
 * in the store; here is only what is in hand, and a restart finds the rest there again.
 */
export class Downloads {
  readonly #options: DownloadOptions;
  readonly #tenants = new Map<string, TenantQueue>();
  readonly #inHand = new Set<string>();
  readonly #timer: DueTimer;
  #sweeping: Promise<void> | undefined;
  #wokenMeanwhile = false;
  /** By the monotonic clock. */
  #restsUntil = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(options: DownloadOptions) {
    this.#options = options;
    this.#timer = new DueTimer(options.clock, () => this.wake());
  }

  /** Something is due now. */
  wake(): void {
    if (this.#stopped) return;
    const leftMs = this.#restsUntil - this.#options.clock.monotonic();
    if (leftMs > 0) this.#timer.expectIn(leftMs);
    else if (this.#sweeping) this.#wokenMeanwhile = true;
    else this.#sweeping = this.#sweep();
  }

  /** Something will be due then (milliseconds since 1970). */
  expect(due: number): void {
    this.#timer.expect(due);
  }

  /** Nothing new is begun; resolves when what runs has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer.stop();
    await this.#sweeping;
    const queues = [...this.#tenants.values()].map(({ queue }) => queue);
    for (const queue of queues) queue.clear();
    await Promise.all(queues.map((queue) => queue.onIdle()));
  }

  async #sweep(): Promise<void> {
    const { clock, concurrency, findDue, lookEveryMs } = this.#options;
    this.#wokenMeanwhile = false;
    if (lookEveryMs !== undefined) this.#timer.expectIn(lookEveryMs);
    try {
      const { media, next } = await findDue(clock.now(), concurrency * handfuls);
      for (const [tenant, due] of Map.groupBy(media, (medium) => medium.tenant)) this.#take(tenant, due);
      if (next !== null) this.expect(next);
    } catch (error) {
      this.#rest('media.sweepFailed', error);
    }
    this.#sweeping = undefined;
    if (this.#wokenMeanwhile) this.wake();
  }

  #take(tenant: string, due: DueMedia['media']): void {
    if (this.#stopped) return;
    const { concurrency } = this.#options;
    const known = this.#tenants.get(tenant) ?? { queue: new PQueue({ concurrency }), mayHaveMore: false };
    this.#tenants.set(tenant, known);
    known.mayHaveMore = due.length >= concurrency * handfuls;
    for (const { id } of due) {
      if (this.#inHand.has(id)) continue;
      this.#inHand.add(id);
      void known.queue.add(() => this.#run(id, known));
    }
  }

  async #run(id: string, tenant: TenantQueue): Promise<void> {
    try {
      await this.#options.run(id);
    } catch (error) {
      this.#rest('media.runFailed', error, id);
    }
    this.#inHand.delete(id);
    if (tenant.mayHaveMore && tenant.queue.size === 0) this.wake();
  }

  #rest(event: string, error: unknown, medium?: string): void {
    const { clock, log } = this.#options;
    log.error(event, { medium, error });
    this.#restsUntil = clock.monotonic() + restMs;
    this.#timer.expectIn(restMs);
  }
}

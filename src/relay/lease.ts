import { newId } from '../model/ids.ts';
import type { Clock } from '../ports/clock.ts';
import { BridgeError, StepMissed } from '../ports/errors.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import { joinInstances, leaveInstances, renewInstance } from '../store/leases/instances.ts';

/** The time in which an instance surely has what it holds. It ends once, and another one begins under another id. */
export interface Tenure {
  /** The owner of lanes that are taken in it. */
  readonly id: string;
  /** Aborted when it ends, or when the bridge stops and its patience is over. */
  readonly signal: AbortSignal;
}

/** One instance's right to hold lanes, of many instances on one store. */
export interface Lease {
  /** `undefined`: nothing may be begun now, not even a call. A time that has passed is noticed here, whatever timers do. */
  current(): Tenure | undefined;
  /** Rejects with `storeLocked` where somebody copies the store. */
  begin(): Promise<void>;
  /** What is held is free at once. */
  end(): Promise<void>;
}

export interface LeaseOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Lanes of an instance that says nothing are free after so long. */
  readonly leaseMs: number;
  /** Aborted when the bridge stops and its patience is over. */
  readonly stopping: AbortSignal;
}

export function createLease(options: LeaseOptions): Lease {
  return new RenewedLease(options);
}

/** Of the lease, for what is under way when it is looked at. */
const marginShare = 0.2;
/** After a renewal that failed. */
const tryAgainMs = 500;

interface Held extends Tenure {
  readonly control: AbortController;
  /** By the monotonic clock. */
  until: number;
}

class RenewedLease implements Lease {
  readonly #options: LeaseOptions;
  #held: Held | undefined;
  #cancelRenewal = () => {};
  #cancelEnd = () => {};
  #isEnded = false;
  #isRenewing = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
    options.stopping.addEventListener('abort', () => this.#held?.control.abort(), { once: true });
  }

  current(): Tenure | undefined {
    const held = this.#held;
    if (held && this.#options.clock.monotonic() >= held.until) this.#lapse(held, 'not renewed in time');
    return this.#held;
  }

  async begin(): Promise<void> {
    await this.#join();
    this.#renewIn(this.#everyMs);
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    this.#cancelRenewal();
    const held = this.#held;
    if (!held) return;
    this.#drop(held);
    await this.#options.store.batch([leaveInstances({ instance: held.id })]);
  }

  async #join(): Promise<void> {
    const { store, leaseMs, clock, stopping, log } = this.#options;
    const id = newId('i');
    const startedAt = clock.monotonic();
    try {
      await store.batch([joinInstances({ instance: id, leaseMs }, 1)]);
    } catch (error) {
      if (!(error instanceof StepMissed)) throw error;
      throw new BridgeError('storeLocked', 'this store is being copied');
    }
    // It was ended meanwhile.
    if (this.#isEnded) return void (await store.batch([leaveInstances({ instance: id })]));
    const control = new AbortController();
    if (stopping.aborted) control.abort();
    this.#held = { id, control, signal: control.signal, until: this.#surelyUntil(startedAt) };
    this.#watchEnd(this.#held);
    log.info('lease.begun', { instance: id });
  }

  get #everyMs(): number {
    return Math.floor(this.#options.leaseMs / 3);
  }

  /** The database counted the lease from a moment after this one. */
  #surelyUntil(startedAt: number): number {
    return startedAt + this.#options.leaseMs * (1 - marginShare);
  }

  #renewIn(ms: number): void {
    this.#cancelRenewal();
    this.#cancelRenewal = this.#options.clock.after(ms, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    const pauseMs = (await this.#hasRenewed()) && this.#held ? this.#everyMs : tryAgainMs;
    this.#isRenewing = false;
    if (!this.#isEnded) this.#renewIn(pauseMs);
  }

  async #hasRenewed(): Promise<boolean> {
    const held = this.current();
    try {
      await (held === undefined ? this.#join() : this.#prolong(held));
      return true;
    } catch (error) {
      if (!(error instanceof BridgeError)) this.#options.log.error('lease.failed', { error });
      return false; // the store is away, or is being copied
    }
  }

  async #prolong(held: Tenure): Promise<void> {
    const { store, leaseMs, clock } = this.#options;
    const startedAt = clock.monotonic();
    try {
      await store.batch([renewInstance({ instance: held.id, leaseMs }, 1)]);
    } catch (error) {
      if (error instanceof StepMissed && this.#held?.id === held.id) this.#lapse(this.#held, 'taken away');
      throw error;
    }
    // Who noticed meanwhile that its time had passed has ended it for good.
    if (this.#held?.id !== held.id) return;
    this.#held.until = this.#surelyUntil(startedAt);
    this.#watchEnd(this.#held);
  }

  #watchEnd(held: Held): void {
    this.#cancelEnd();
    const { clock } = this.#options;
    this.#cancelEnd = clock.after(Math.max(0, held.until - clock.monotonic()), () => void this.current());
  }

  #lapse(held: Held, because: string): void {
    this.#drop(held);
    this.#options.log.error('lease.lapsed', { instance: held.id, because });
    this.#renewIn(0);
  }

  #drop(held: Held): void {
    this.#held = undefined;
    this.#cancelEnd();
    held.control.abort();
  }
}

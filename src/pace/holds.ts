import type { Clock } from '../ports/clock.ts';
import type { Hold, Holds } from '../ports/holds.ts';
import type { Log } from '../ports/log.ts';
import type { Ledger } from './ledger.ts';
import { Recent } from './recent.ts';
import { dayMs } from './spans.ts';
import { StoreClock } from './store-clock.ts';

export interface HoldsOptions {
  readonly clock: Clock;
  readonly log: Pick<Log, 'error'>;
  /** Several instances call: where they tell each other, and what time it is there. */
  readonly shared?: {
    readonly ledger: Pick<Ledger, 'readApis' | 'keepPause' | 'claimPause'>;
    readonly now: () => Promise<number>;
  };
}

export function createHolds(options: HoldsOptions): Holds {
  return new KnownHolds(options);
}

interface Known {
  readonly code: string;
  /** By the clock that never goes back. */
  readonly endsAt: number;
  /** What the store has of it; `undefined`: nothing, as far as is known. */
  readonly keptUntil?: number;
  /** What an earlier step has found out says nothing. */
  readonly step: number;
}

class KnownHolds implements Holds {
  readonly #clock: Clock;
  readonly #log: HoldsOptions['log'];
  readonly #shared: HoldsOptions['shared'];
  readonly #storeClock: StoreClock;
  readonly #known = new Map<string, Known>();
  readonly #others: Recent;
  #steps = 0;

  constructor({ clock, log, shared }: HoldsOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#shared = shared;
    this.#storeClock = new StoreClock(clock);
    this.#others = new Recent(clock, () => this.#read());
  }

  async refresh(): Promise<void> {
    if (this.#shared) await this.#others.refresh();
  }

  find(name: string): Hold | undefined {
    const known = this.#known.get(name);
    if (known === undefined) return undefined;
    return { code: known.code, waitMs: Math.max(0, known.endsAt - this.#clock.monotonic()) };
  }

  async begin(name: string, { code, afterMs }: { readonly code: string; readonly afterMs: number }) {
    const known = this.find(name);
    const isNew = known === undefined || known.code !== code || known.waitMs === 0;
    const endsAt = this.#clock.monotonic() + afterMs;
    this.#hold(name, { code, endsAt });
    if (!this.#shared) return isNew;
    try {
      await this.refresh();
      await this.#shared.ledger.keepPause(name, {
        untilMs: this.#storeClock.now() + Math.ceil(afterMs),
        code,
      });
      // What was read meanwhile may be older.
      this.#hold(name, { code, endsAt });
    } catch (error) {
      this.#log.error('api.pauseNotKept', { api: name, error });
    }
    return isNew;
  }

  async claim(name: string, forMs: number): Promise<boolean> {
    const known = this.#known.get(name);
    if (!this.#shared || known === undefined) return true;
    const now = this.#storeClock.now();
    const isOurs = await this.#shared.ledger.claimPause(name, { now, untilMs: now + forMs });
    if (isOurs) {
      this.#hold(name, { code: known.code, endsAt: this.#clock.monotonic() + forMs });
      return true;
    }
    await this.#read();
    // Still over: the store does not know of it, so nobody else looks.
    return this.find(name)?.waitMs === 0;
  }

  async end(name: string): Promise<void> {
    this.#known.delete(name);
    try {
      await this.#shared?.ledger.keepPause(name, undefined);
    } catch (error) {
      this.#log.error('api.pauseNotKept', { api: name, error });
    }
  }

  /** The longer one stands. */
  #hold(name: string, hold: Pick<Known, 'code' | 'endsAt'>): void {
    const known = this.#known.get(name);
    const stands = known !== undefined && known.endsAt > hold.endsAt;
    this.#known.set(name, { ...(stands ? known : hold), step: this.#nextStep() });
  }

  async #read(): Promise<void> {
    if (!this.#shared) return;
    const step = this.#nextStep();
    const askedAt = this.#clock.monotonic();
    const [rows, time] = await Promise.all([this.#shared.ledger.readApis(), this.#shared.now()]);
    this.#storeClock.set(askedAt, time);
    for (const { api, paused_until, paused_code } of rows) {
      this.#recall(api, { keptUntil: Number(paused_until), code: paused_code ?? '', step });
    }
  }

  #recall(
    name: string,
    { keptUntil, code, step }: Omit<Known, 'endsAt'> & { readonly keptUntil: number },
  ): void {
    const known = this.#known.get(name);
    if (known && (known.keptUntil === keptUntil || known.step > step)) return;
    if (keptUntil === 0) {
      this.#known.delete(name);
      return;
    }
    // None that is kept is longer than a day, whatever the store's clock has said meanwhile.
    const forMs = Math.min(keptUntil - this.#storeClock.now(), dayMs);
    const now = this.#clock.monotonic();
    this.#known.set(name, { code, endsAt: now + forMs, keptUntil, step });
  }

  #nextStep(): number {
    this.#steps += 1;
    return this.#steps;
  }
}

import { randomUUID } from 'node:crypto';
import PQueue from 'p-queue';
import type { Clock } from '../ports/clock.ts';
import type { HttpCall } from '../ports/http.ts';
import type { LeaseDesk } from '../ports/leases.ts';
import type { ApiLimits, ApiPause, PaceEntry, QuotaReading } from '../ports/pace.ts';
import { ArrivalWindow } from './arrival-window.ts';
import type { CallWindow } from './call-window.ts';
import { LeasedWindow } from './leased-window.ts';
import { Leases } from './leases.ts';
import { LinePermit } from './line-permit.ts';
import { Pause } from './pause.ts';
import { RoundTrip } from './round-trip.ts';
import { Spacing } from './spacing.ts';
import { minuteMs } from './spans.ts';
import { Turns } from './turns.ts';

/** What a line needs of the permits of its API. */
export interface LinePermits {
  /** Uses up one; `false`: none is in hand. */
  spend(): boolean;
  /** One that was spent was not needed. */
  unspend(): void;
  /** Gets more; where there are none, until when. */
  fill(): Promise<UsedUp | undefined>;
}

/** By our own count. */
export interface UsedUp {
  readonly span: 'minute' | 'day';
  readonly untilMs: number;
}

export interface LineOptions {
  readonly clock: Clock;
  readonly permits: LinePermits;
  /** The others are put off until it should be their turn. Default: as many as come. */
  readonly mostWaiting?: number;
  readonly onUsedUp: (full: UsedUp) => void;
  /** Several instances call this API: where its windows are shared, and under which name. */
  readonly shared?: { readonly desk: LeaseDesk; readonly name: string };
}

/** A wait that is longer than this is a due time in the store: nothing is held in hand meanwhile. */
const patienceMs = 5000;
/**
 * A second's window, a little narrower than a second: the spacing keeps the rate, and the difference is room for calls that
 * are late to make good what they lost.
 */
const secondMs = 980;

/**
 * The calls of one API, one behind the other: higher priority first, else in order of arrival. The first waits until its
 * windows have room. Where that would take long, it and all behind it are put off, so that those that wait are few.
 */
export class Line {
  readonly pause: Pause;
  readonly #options: LineOptions;
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #leases: Leases | undefined;
  /** Of the window that was opened first, as each call needs all of them. */
  #turns: { readonly of: Turns; readonly perMs: number } | undefined;
  /** Those that hold now, and all that ever did, by how long they are. */
  #windows: readonly CallWindow[] = [];
  readonly #opened = new Map<number, CallWindow>();
  #spacing: Spacing | undefined;
  readonly #roundTrip = new RoundTrip();
  #wake = () => {};
  #isClosed = false;
  /** The place of the last that was put off because too many wait. */
  #lastPlaceAt = Number.NEGATIVE_INFINITY;

  constructor(options: LineOptions) {
    this.#options = options;
    this.pause = new Pause(options.clock);
    const { shared } = options;
    this.#leases = shared && new Leases({ ...options, desk: shared.desk, onChange: () => this.#wake() });
  }

  /** The limits that hold: `rate` is the platform's own, in addition. */
  limit({ perSecond, perMinute }: ApiLimits, rate?: QuotaReading['rate']): void {
    this.#spacing = perSecond === undefined ? undefined : new Spacing(perSecond);
    this.#windows = [
      ...(perSecond === undefined ? [] : [this.#windowOf(perSecond, secondMs)]),
      ...(perMinute === undefined ? [] : [this.#windowOf(perMinute, minuteMs)]),
      ...(rate === undefined || rate.perMs === minuteMs ? [] : [this.#windowOf(rate.calls, rate.perMs)]),
    ];
    this.#wake();
  }

  /** So many calls were made in an earlier life, at the latest so long ago. */
  recall(calls: number, agoMs: number): void {
    const now = this.#options.clock.monotonic();
    for (const window of this.#windows) if (window.perMs === minuteMs) window.hold?.(calls, now - agoMs);
  }

  async enter({ priority = 0, signal }: Pick<HttpCall, 'priority' | 'signal'>): Promise<PaceEntry> {
    const putOff = this.#putOff() ?? this.#comeLater();
    if (putOff) return putOff;
    if (this.#queue.size + this.#queue.pending === 0) this.#spacing?.begin(this.#options.clock.monotonic());
    return this.#queue.add(() => this.#wait(signal), { priority });
  }

  stop(pause: ApiPause): boolean {
    const isNew = this.pause.set(pause);
    this.#wake();
    return isNew;
  }

  /** Who waits looks again whether he has to. */
  wake(): void {
    this.#wake();
  }

  /** Resolves once what was leased is given back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    await this.#queue.onIdle();
    await this.#leases?.close();
  }

  async #wait(signal: AbortSignal | undefined): Promise<PaceEntry> {
    for (;;) {
      const { clock } = this.#options;
      if (signal?.aborted) return { kind: 'putOff', untilMs: clock.now() };
      const putOff = this.#putOff();
      if (putOff) return putOff;
      const asking = this.#leases?.isDue ? this.#leases.ask() : undefined;
      const waitMs = this.#waitMs();
      if (waitMs > 0) {
        await (asking ?? this.#sleep(waitMs, signal));
        continue;
      }
      // Who has room does not wait for what those behind him need; where the store fails, they are told.
      asking?.catch(() => {});
      if (this.#options.permits.spend()) return this.#leave();
      await this.#fill();
    }
  }

  #putOff(): PaceEntry | undefined {
    const { clock } = this.#options;
    // Whoever comes again finds the next life of the bridge.
    if (this.#isClosed) return { kind: 'putOff', untilMs: clock.now() + 1000 };
    const paused = this.pause.get();
    if (paused) return { kind: 'putOff', untilMs: paused.untilMs };
    const waitMs = this.#waitMs();
    return waitMs > patienceMs ? { kind: 'putOff', untilMs: Math.ceil(clock.now() + waitMs) } : undefined;
  }

  /** Too many wait: a place behind them, one for each at the pace of the narrowest window. */
  #comeLater(): PaceEntry | undefined {
    const { mostWaiting = Number.POSITIVE_INFINITY, clock } = this.#options;
    const { size } = this.#queue;
    const now = clock.monotonic();
    if (size < mostWaiting + Math.min(...this.#windows.map((window) => window.room(now)))) return undefined;
    const gapMs = Math.max(...this.#windows.map(({ perMs, slots }) => perMs / Math.max(1, slots)));
    const endsAt = now + this.#waitMs() + size * gapMs;
    this.#lastPlaceAt = Math.max(this.#lastPlaceAt, endsAt) + gapMs;
    // A little early, so that the line does not run dry.
    const waitMs = Math.max(gapMs, this.#lastPlaceAt - now - (mostWaiting / 2) * gapMs);
    return { kind: 'putOff', untilMs: Math.ceil(clock.now() + waitMs) };
  }

  #waitMs(): number {
    const now = this.#options.clock.monotonic();
    return Math.max(this.#spacing?.waitMs(now) ?? 0, ...this.#windows.map((window) => window.waitMs(now)), 0);
  }

  async #fill(): Promise<void> {
    const full = await this.#options.permits.fill();
    if (full !== undefined) this.#options.onUsedUp(full);
  }

  #leave(): PaceEntry {
    const { clock, permits } = this.#options;
    const spacing = this.#spacing;
    spacing?.take(clock.monotonic(), this.#shareGapMs());
    const slots = this.#windows.map((window) => window.take());
    const permit = new LinePermit({
      clock,
      roundTrip: this.#roundTrip,
      isGood: (now) => slots.every((slot) => slot.isGood(now)),
      onArrived: (by) => {
        for (const slot of slots) slot.arrive(by);
        this.#wake();
      },
      onGivenBack: () => {
        for (const slot of slots) slot.giveBack();
        spacing?.giveBack();
        permits.unspend();
        this.#wake();
      },
    });
    return { kind: 'go', permit };
  }

  /**
   * Who has a backlog spreads his share of a second over it; who has none need not. What he has by right counts, not what he
   * holds: that is little where little was used, and he gets more as soon as he asks.
   */
  #shareGapMs(): number | undefined {
    const second = this.#windows.find(({ perMs }) => perMs === secondMs);
    const share = second?.share(this.#options.clock.monotonic()) ?? 0;
    return share > 0 && this.#queue.size >= share ? 1000 / share : undefined;
  }

  /** What was opened once is used again when its limit comes back: slots that it holds are not held twice. */
  #windowOf(calls: number, perMs: number): CallWindow {
    const window = this.#opened.get(perMs) ?? this.#openWindow(calls, perMs);
    this.#opened.set(perMs, window);
    window.resize(calls);
    return window;
  }

  #openWindow(calls: number, perMs: number): CallWindow {
    const { shared } = this.#options;
    if (!shared || !this.#leases) return new ArrivalWindow(calls, perMs);
    const waiting = () => (this.#isClosed ? 0 : this.#queue.size + this.#queue.pending);
    this.#turns ??= {
      of: new Turns({ instance: randomUUID(), perMs, isWaiting: () => waiting() > 0 }),
      perMs,
    };
    return this.#leases.add(
      new LeasedWindow({
        name: `${shared.name} ${perMs}`,
        calls,
        perMs,
        waiting,
        doubtMs: () => this.#roundTrip.doubtMs,
        turns: this.#turns.of,
        isCommon: perMs === this.#turns.perMs,
      }),
    );
  }

  #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        signal?.removeEventListener('abort', wake);
        this.#wake = () => {};
        resolve();
      };
      const cancel = this.#options.clock.after(Math.ceil(ms), wake);
      signal?.addEventListener('abort', wake, { once: true });
      this.#wake = wake;
    });
  }
}

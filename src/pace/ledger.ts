import { StepMissed } from '../ports/errors.ts';
import type { ApiPause, QuotaReading } from '../ports/pace.ts';
import type { Store } from '../ports/store.ts';
import type { ApiTable, CounterSpan, CounterTable } from '../store/account-tables.ts';
import {
  claimPause,
  forgetCounters,
  learnLimits,
  markAlarmed,
  pauseApi,
  readApis,
  readCounters,
  reserveCalls,
  setCalls,
} from '../store/counters.ts';
import { dayMs, minuteMs } from './spans.ts';

/** A counter that a block of calls is taken from, and what it may come to. */
export interface Counter {
  readonly span: CounterSpan;
  readonly startsAt: number;
  /** Left out: as many as anybody likes. */
  readonly most?: number;
}

/** `calls` were reserved, perhaps fewer than asked for; none: `full` is used up. */
export interface Block {
  readonly calls: number;
  readonly usedToday: number;
  readonly full?: CounterSpan;
}

/**
 * What was counted of a tenant's calls, in the store. Permits are taken from it in blocks, before they are used: what a
 * crash leaves of a block is lost, never given twice. Several instances would share it as it is, each with blocks of its own.
 */
export class Ledger {
  readonly #store: Store;
  readonly #tenant: string;

  constructor(store: Store, tenant: string) {
    this.#store = store;
    this.#tenant = tenant;
  }

  /** The counters that still matter (the minute's and the one before it, the day's), and what the platform said. */
  async load(startsAt: { readonly minute: number; readonly day: number }): Promise<{
    readonly counters: readonly CounterTable[];
    readonly apis: readonly ApiTable[];
  }> {
    const tenant = this.#tenant;
    const [minutes, days, apis] = await this.#store.batch([
      readCounters({ tenant, span: 'minute', since: startsAt.minute - minuteMs }),
      readCounters({ tenant, span: 'day', since: startsAt.day }),
      readApis({ tenant }),
    ]);
    return { counters: [...minutes, ...days], apis };
  }

  /** What the platform said, to this instance or another. */
  async readApis(): Promise<readonly ApiTable[]> {
    const [apis] = await this.#store.batch([readApis({ tenant: this.#tenant })]);
    return apis;
  }

  /** Takes a block from the counters. `unspent` calls of an earlier block of the same day go into it. */
  async reserve(
    api: string,
    counters: { readonly day: Counter; readonly minute?: Counter },
    { calls, unspent }: { readonly calls: number; readonly unspent: number },
  ): Promise<Block> {
    const { day, minute } = counters;
    try {
      const [[today]] = await this.#store.batch([
        this.#reserve(api, day, calls - unspent),
        ...(minute ? [this.#reserve(api, minute, calls)] : []),
        ...[day, ...(minute ? [minute] : [])].map((counter) => this.#forgetOthers(counter)),
      ]);
      return { calls, usedToday: Number((today as { used: number } | undefined)?.used ?? 0) };
    } catch (error) {
      if (!(error instanceof StepMissed)) throw error;
    }
    const used = await this.#readUsed(api, counters);
    const leftOf = (counter: Counter | undefined) =>
      counter?.most === undefined ? calls : Math.max(0, counter.most - used[counter.span]);
    const left = Math.min(leftOf(day) + unspent, leftOf(minute), calls);
    if (left === 0) {
      return { calls: 0, usedToday: used.day, full: leftOf(day) + unspent === 0 ? 'day' : 'minute' };
    }
    // Somebody else may have been quicker again: then the next try finds less.
    return this.reserve(api, counters, { calls: left < calls ? left : Math.ceil(calls / 2), unspent });
  }

  async giveBack(api: string, day: Counter, calls: number): Promise<void> {
    await this.#store.batch([this.#reserve(api, { ...day, most: Number.MAX_SAFE_INTEGER }, -calls)]);
  }

  async keepPause(api: string, pause: ApiPause | undefined): Promise<void> {
    const { untilMs: until = 0, code = null } = pause ?? {};
    await this.#store.batch([pauseApi({ tenant: this.#tenant, api, until, code, longest: until + dayMs })]);
  }

  /** Whether this is the first to look since a pause was over: it lasts a little longer for all others. */
  async claimPause(api: string, claim: { readonly now: number; readonly untilMs: number }): Promise<boolean> {
    const { now, untilMs: until } = claim;
    const [rows] = await this.#store.batch([claimPause({ tenant: this.#tenant, api, now, until })]);
    return rows.length > 0;
  }

  /** The platform's word; `used` in the day that begins then. */
  async learn(api: string, { daily, rate }: QuotaReading, startsAt: number): Promise<void> {
    const tenant = this.#tenant;
    await this.#store.batch([
      learnLimits({
        tenant,
        api,
        perDay: daily?.limit ?? null,
        rateCalls: rate?.calls ?? null,
        ratePerMs: rate?.perMs ?? null,
      }),
      ...(daily ? [setCalls({ tenant, api, span: 'day', startsAt, used: daily.limit - daily.remain })] : []),
    ]);
  }

  /** Whether this is the first to tell of the day's quota. */
  async markAlarmed(api: string, day: number): Promise<boolean> {
    const [rows] = await this.#store.batch([markAlarmed({ tenant: this.#tenant, api, day })]);
    return rows.length > 0;
  }

  #reserve(api: string, { span, startsAt, most = Number.MAX_SAFE_INTEGER }: Counter, calls: number) {
    return reserveCalls({ tenant: this.#tenant, api, span, startsAt, calls, most }, 1);
  }

  /** Instances whose clocks are a little ahead have begun the next one. */
  #forgetOthers({ span, startsAt }: Counter) {
    const spanMs = span === 'minute' ? minuteMs : dayMs;
    const [before, after] = [startsAt - spanMs, startsAt + spanMs];
    return forgetCounters({ tenant: this.#tenant, span, before, after });
  }

  async #readUsed(
    api: string,
    { day, minute }: { readonly day: Counter; readonly minute?: Counter },
  ): Promise<Record<CounterSpan, number>> {
    const { counters } = await this.load({
      day: day.startsAt,
      minute: (minute?.startsAt ?? day.startsAt) + minuteMs,
    });
    const usedIn = (counter: Counter | undefined) =>
      counters.find(
        (row) => row.api === api && row.span === counter?.span && Number(row.starts_at) === counter.startsAt,
      )?.used ?? 0;
    return { day: Number(usedIn(day)), minute: Number(usedIn(minute)) };
  }
}

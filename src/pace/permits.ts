import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { ApiLimits, QuotaReading } from '../ports/pace.ts';
import type { CounterSpan } from '../store/account-tables.ts';
import type { Counter, Ledger } from './ledger.ts';
import { dayMs, minuteMs, startOf } from './spans.ts';

export interface PermitsOptions {
  readonly api: string;
  readonly ledger: Ledger;
  readonly clock: Pick<Clock, 'now'>;
  readonly utcOffsetMs: number;
  readonly log: Log;
}

/**
 * A block costs a transaction, and what a crash leaves of it is lost: so the first of a minute is one call, and each is
 * twice the one before it while they are used up within the minute.
 */
const mostABlock = 32;
/** Of a minute's or a day's calls one block is at most this share. */
const blockShare = 1 / 30;
const alarmShare = 0.8;

interface OwnBlock {
  readonly minute: number;
  readonly day: number;
  readonly left: number;
  readonly size: number;
}

/** The permits of one API that this process holds: a block from the ledger, good for the minute and the day it is of. */
export class Permits {
  readonly #options: PermitsOptions;
  #limits: ApiLimits = {};
  #block: OwnBlock = { minute: 0, day: 0, left: 0, size: 0 };
  #today = { day: 0, used: 0 };
  #alarmedDay = 0;

  constructor(options: PermitsOptions) {
    this.#options = options;
  }

  /** Calls of this day, by our own count. */
  get usedToday(): number {
    const { day, left } = this.#block;
    if (this.#today.day !== this.#startOf('day')) return 0;
    return this.#today.used - (day === this.#today.day ? left : 0);
  }

  limit(limits: ApiLimits): void {
    this.#limits = limits;
  }

  /** What an earlier life of the bridge, or the platform, has counted today. */
  recall(used: number, day: number): void {
    this.#today = { day, used };
    this.#block = { ...this.#block, left: 0 };
  }

  /** What all instances have counted today; what is in hand is part of it. */
  observe(used: number, day: number): void {
    this.#today = { day, used };
  }

  /** Uses up one permit; `false`: there is none, see {@link fill}. */
  spend(): boolean {
    const { left } = this.#block;
    if (left === 0 || !this.#isGood) return false;
    this.#block = { ...this.#block, left: left - 1 };
    return true;
  }

  /** One that was spent was not needed. Where its block is over, it is lost. */
  unspend(): void {
    const { left, size } = this.#block;
    if (left < size && this.#isGood) this.#block = { ...this.#block, left: left + 1 };
  }

  /** Takes another block; where there is none, when to come again, and whether it is the day that is used up. */
  async fill(): Promise<{ readonly span: CounterSpan; readonly untilMs: number } | undefined> {
    const { api, ledger } = this.#options;
    const { perMinute } = this.#limits;
    const day = this.#day();
    const minute: Counter = counterOf('minute', this.#startOf('minute'), perMinute);
    const unspent = this.#block.day === day.startsAt ? this.#block.left : 0;
    // Never less than what is there: only its minute is over.
    const calls = Math.max(this.#nextSize(minute.startsAt), unspent);
    const given = await ledger.reserve(api, this.#isByMinute ? { day, minute } : { day }, { calls, unspent });
    this.#today = { day: day.startsAt, used: given.usedToday };
    if (given.calls > 0) {
      this.#block = { day: day.startsAt, minute: minute.startsAt, left: given.calls, size: given.calls };
      await this.#watch(day);
      return undefined;
    }
    const span = given.full ?? 'minute';
    return { span, untilMs: span === 'day' ? day.startsAt + dayMs : minute.startsAt + minuteMs };
  }

  /** The platform's word. */
  async learn(reading: QuotaReading): Promise<void> {
    const { api, ledger } = this.#options;
    const { startsAt } = this.#day();
    await ledger.learn(api, reading, startsAt);
    if (reading.daily) this.recall(reading.daily.limit - reading.daily.remain, startsAt);
  }

  /** Gives back what is not used. */
  async close(): Promise<void> {
    const { api, ledger } = this.#options;
    const { left, day } = this.#block;
    this.#block = { ...this.#block, left: 0 };
    if (left > 0 && day === this.#startOf('day'))
      await ledger.giveBack(api, counterOf('day', day, undefined), left);
  }

  async #watch({ startsAt, most }: Counter): Promise<void> {
    const { api, ledger, log } = this.#options;
    if (most === undefined || this.#today.used < most * alarmShare) return;
    if (this.#alarmedDay === startsAt) return;
    this.#alarmedDay = startsAt;
    if (!(await ledger.markAlarmed(api, startsAt))) return;
    const alarm = 'little is left of the daily quota of an API';
    log.error('alarm.raised', { api, alarm, used: this.#today.used, limit: most });
  }

  /** The block is of this day, and of this minute where minutes count. */
  get #isGood(): boolean {
    return this.#block.day === this.#startOf('day') && (!this.#isByMinute || this.#isThisMinute);
  }

  get #isByMinute(): boolean {
    return this.#limits.perMinute !== undefined;
  }

  get #isThisMinute(): boolean {
    return this.#block.minute === this.#startOf('minute');
  }

  #nextSize(minute: number): number {
    const { perMinute = Number.POSITIVE_INFINITY, perDay = Number.POSITIVE_INFINITY } = this.#limits;
    const grown = this.#block.minute === minute ? this.#block.size * 2 : 1;
    return Math.max(1, Math.min(grown, mostABlock, Math.floor(Math.min(perMinute, perDay) * blockShare)));
  }

  #day(): Counter {
    return counterOf('day', this.#startOf('day'), this.#limits.perDay);
  }

  #startOf(span: CounterSpan): number {
    const { clock, utcOffsetMs } = this.#options;
    return startOf(span, clock.now(), utcOffsetMs);
  }
}

function counterOf(span: CounterSpan, startsAt: number, most: number | undefined): Counter {
  return most === undefined ? { span, startsAt } : { span, startsAt, most };
}

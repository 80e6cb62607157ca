import { randomUUID } from 'node:crypto';
import type { LeaseAnswer, LeaseAsk } from '../ports/leases.ts';
import { ArrivalWindow } from './arrival-window.ts';
import type { CallWindow, Slot } from './call-window.ts';
import { arrivesWithinMs } from './line-permit.ts';
import { parcelsOf } from './parcels.ts';
import { holderOf, Share, type ShareOptions } from './share.ts';

export interface LeasedWindowOptions extends ShareOptions {
  /** The same on all instances. */
  readonly name: string;
  readonly calls: number;
  readonly perMs: number;
  /** So many calls wait for a slot. */
  readonly waiting: () => number;
  /** So much later than it is told a call may have arrived, to compare it with one of another instance. */
  readonly doubtMs: () => number;
}

/** Slots of a window of seconds are good for so long, of a longer one for a little more; what a crash leaves waits as long. */
const leastLeaseMs = 2000;
const mostLeaseMs = 5000;
/** Others have what is ours by right, or a store that failed may be back: we ask again so often; of a short window sooner. */
const askAgainMs = 100;
const leastAskAgainMs = 50;
/** Of a lease, until it is renewed: a store that is slow for a while takes nothing from us. */
const renewShare = 0.3;
const soonMs = 20;
const spareShare = 1 / 30;
/** Fewer slots than this are not kept for calls that may come: others may have none meanwhile. */
const fewSlots = 8;
/** After its last call such a slot is given back, at once where others wait. Who has more to say says it sooner. */
const restMs = 60;

/** What one holder has. Once it is void it never is good again: a new one begins, under another name. */
interface Lease {
  readonly holder: string;
  readonly slots: ArrivalWindow;
  /** By our own clock that never goes back: a process that was stopped finds it void. */
  readonly goodUntil: number;
  readonly turn: number;
  readonly held: number;
}

/**
 * A window whose slots all instances share. This one holds some of them for a short time, and uses each again and again,
 * as in a window of its own: a slot that is used is busy until `perMs` after its call has arrived, and nobody else has it
 * before. Rejected: permits for moments (one call each 50 ms). Calls are on their way for different times, so that room
 * for that would have to be left between any two; a slot follows its own calls.
 */
export class LeasedWindow implements CallWindow {
  readonly perMs: number;
  readonly #options: LeasedWindowOptions;
  readonly #leaseMs: number;
  #calls: number;
  readonly #share: Share;
  #lease: Lease;
  #takes = 0;
  #lastArrivedAt = Number.NEGATIVE_INFINITY;
  #askAgainAt = Number.NEGATIVE_INFINITY;
  #askedAt = Number.NEGATIVE_INFINITY;
  #isAsking = false;

  constructor(options: LeasedWindowOptions) {
    this.#options = options;
    this.#share = new Share(options);
    this.#calls = options.calls;
    this.perMs = options.perMs;
    this.#leaseMs = Math.min(mostLeaseMs, Math.max(leastLeaseMs, options.perMs / 12));
    this.#lease = this.#newLease();
  }

  get slots(): number {
    return this.#lease.slots.slots;
  }

  share(now: number): number {
    return this.#shareAt(now);
  }

  room(now: number): number {
    return this.#isGood(now) ? this.#slotsAt(now).room(now) : 0;
  }

  waitMs(now: number): number {
    if (this.room(now) > 0) return 0;
    const askMs = Math.max(this.#isAsking ? soonMs : 1, this.#askAgainAt - now);
    if (!this.#isGood(now) || this.#usableAt(now) === 0) return askMs;
    const ownMs = this.#lease.slots.waitMs(now);
    return this.#isShortAt(now) ? Math.min(askMs, ownMs) : ownMs;
  }

  take(): Slot {
    const { slots, holder } = this.#lease;
    const slot = slots.take();
    this.#takes += 1;
    return {
      ...slot,
      isGood: (now) => holder === this.#lease.holder && this.#isGood(now),
      arrive: (by) => {
        this.#lastArrivedAt = by;
        slot.arrive(by);
      },
    };
  }

  resize(calls: number): void {
    this.#calls = calls;
  }

  /** More wait than can leave with what is ours, and the store may have more for us. */
  isDue(now: number): boolean {
    const waiting = this.#options.waiting();
    if (waiting === 0 || now < this.#askAgainAt) return false;
    return !this.#isGood(now) || (this.#isShortAt(now) && this.room(now) < waiting);
  }

  /** How long until the store is to be told how we stand. `undefined`: we have nothing, and want nothing. */
  tendInMs(now: number): number | undefined {
    const { slots, held } = this.#lease;
    const isWanted = this.#options.waiting() > 0;
    if (!isWanted && !this.#isHolding(now)) return undefined;
    const { turns } = this.#options;
    const renewAt = this.#askedAt + Math.min(this.#leaseMs * renewShare, turns.turnMs / 2);
    // Others wait for what is ours no longer: they get it once it is free.
    if (held > this.#shareAt(now)) {
      const [firstFree = this.#askedAt + restMs] = slots.blockedUntil(now);
      const soon = this.#askedAt + soonMs;
      return Math.min(renewAt, slots.busy(now) < held ? soon : Math.max(soon, firstFree)) - now;
    }
    const restedAt = isWanted || !this.#isFew ? renewAt : this.#restedAt(now);
    // Who is next asks once the one before has given back.
    const passingMs = held > 0 ? 1 : soonMs + Math.min(this.perMs, askAgainMs);
    const turnAt = this.#share.isContested ? now + turns.nextInMs(now) + passingMs : renewAt;
    return Math.min(renewAt, restedAt, turnAt) - now;
  }

  /**
   * What to ask the store now; `isLast`: nothing more is wanted. From here on only what is kept is used, whatever
   * becomes of the ask.
   */
  prepare(now: number, isLast: boolean): LeaseAsk {
    // What the store has of a lease that is over stands there until it counts no more.
    if (!this.#isGood(now)) this.#lease = this.#newLease();
    const lease = this.#lease;
    const waiting = this.#options.waiting();
    const isOver = isLast || (waiting === 0 && this.#hasRested(now));
    const share = this.#shareAt(now);
    // What is another's turn goes at once, though it is not free yet: it would have to be asked for twice.
    const isPassed = this.#isFew && share === 0 && lease.slots.underWay === 0;
    const busy = isOver || isPassed ? 0 : lease.slots.busy(now);
    const wants = isOver ? 0 : Math.min(this.#calls, busy + waiting + this.#spareFor(busy));
    const most = Math.min(wants, share);
    const keep = Math.max(busy, Math.min(lease.held, most));
    const turn = lease.turn + 1;
    const ask: LeaseAsk = {
      name: this.#options.name,
      most: this.#calls,
      holder: lease.holder,
      turn,
      keep,
      more: Math.max(0, most - keep),
      wants,
      leaseMs: this.#leaseMs,
      lingerMs: arrivesWithinMs + this.perMs,
      freeInMs: Math.ceil(this.#freeInMs(now)),
      parked: parcelsOf(lease.slots, lease.held - keep, {
        allAt: isOver || isPassed ? now : undefined,
        doubtMs: this.#options.doubtMs(),
      }),
    };
    this.#takes = 0;
    this.#askedAt = now;
    this.#isAsking = true;
    this.#askAgainAt = now + this.#askAgainMs; // until the answer is there
    const slots = isPassed ? new ArrivalWindow(0, this.perMs) : lease.slots;
    this.#lease = isOver ? this.#newLease() : { ...lease, slots, turn, held: keep };
    if (isOver) this.#share.forget();
    return ask;
  }

  /** What the store has said, at this time, to an ask that began then. */
  settle(
    ask: LeaseAsk,
    { held, now: storeTime, others }: LeaseAnswer,
    { startedAt, now }: { readonly startedAt: number; readonly now: number },
  ): void {
    const lease = this.#lease;
    this.#isAsking = false;
    this.#askAgainAt = Number.NEGATIVE_INFINITY;
    if (ask.holder !== lease.holder) return;
    if (held === undefined) {
      this.#lease = this.#newLease();
      return;
    }
    this.#share.learn(others, storeTime - startedAt);
    this.#lease = { ...lease, held, goodUntil: startedAt + this.#leaseMs };
    const hasTurn = this.#shareAt(startedAt) > 0;
    if (hasTurn && held >= ask.keep + ask.more) return;
    const freeInMs = Math.min(...others.map((other) => other.freeInMs));
    const inMs = Math.min(freeInMs, hasTurn ? this.perMs : this.#options.turns.turnMs / 2);
    this.#askAgainAt = Math.max(startedAt + inMs, now + this.#askAgainMs);
  }

  /** Nobody knows what became of the ask. */
  fail(now: number): void {
    this.#isAsking = false;
    this.#askAgainAt = now + this.#askAgainMs;
  }

  /** What is held, as far as it is ours to use at that time. */
  #slotsAt(now: number): ArrivalWindow {
    const { slots } = this.#lease;
    slots.resize(this.#usableAt(now));
    return slots;
  }

  #usableAt(now: number): number {
    return Math.min(this.#lease.held, this.#shareAt(now));
  }

  #shareAt(now: number): number {
    return this.#share.of(this.#calls, now);
  }

  /** More would be ours by right, or nothing is. */
  #isShortAt(now: number): boolean {
    const usable = this.#usableAt(now);
    return usable === 0 || usable < this.#shareAt(now);
  }

  get #isFew(): boolean {
    return this.#calls < fewSlots;
  }

  get #askAgainMs(): number {
    return Math.max(leastAskAgainMs, Math.min(askAgainMs, this.perMs));
  }

  /** Nothing was called for a while. */
  #hasRested(now: number): boolean {
    if (this.#lease.slots.underWay > 0) return false;
    return this.#isFew ? this.#restedAt(now) <= now : this.#takes === 0;
  }

  #restedAt(now: number): number {
    if (this.#lease.slots.underWay > 0) return now + restMs;
    return this.#share.isContested ? now : this.#lastArrivedAt + restMs;
  }

  #isGood(now: number): boolean {
    return now < this.#lease.goodUntil;
  }

  #isHolding(now: number): boolean {
    return this.#lease.held > 0 && this.#isGood(now);
  }

  /** Calls that come soon need not ask: a few more than are used, and few of a long window, as a crash loses them. */
  #spareFor(busy: number): number {
    return Math.min(1 + Math.floor(busy / 4), Math.max(1, Math.floor(this.#calls * spareShare)));
  }

  /** Until others may have one of our slots: while there is room, or once all that wait have left in our turn. */
  #freeInMs(now: number): number {
    const waiting = this.#options.waiting();
    if (this.#isFew && waiting > 0) {
      return Math.min((waiting * this.perMs) / this.#calls, this.#options.turns.nextInMs(now));
    }
    if (this.room(now) > 0) return 0;
    const [first] = this.#lease.slots.blockedUntil(now);
    return first === undefined ? this.perMs : first - now;
  }

  #newLease(): Lease {
    return {
      holder: holderOf(this.#options.turns.instance, randomUUID()),
      slots: new ArrivalWindow(0, this.perMs),
      goodUntil: Number.NEGATIVE_INFINITY,
      turn: 0,
      held: 0,
    };
  }
}

import { randomUUID } from 'node:crypto';
import type { LeaseAnswer, LeaseAsk, ParkedSlots } from '../ports/leases.ts';
import { allot } from './allot.ts';
import { ArrivalWindow } from './arrival-window.ts';
import type { CallWindow, Slot } from './call-window.ts';
import { arrivesWithinMs } from './line-permit.ts';

export interface LeasedWindowOptions {
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
/** Others have what is ours by right, or a store that failed may be back: we ask again so often. */
const askAgainMs = 100;
/** Of a lease, until it is renewed: a store that is slow for a while takes nothing from us. */
const renewShare = 0.3;
const soonMs = 20;
const spareShare = 1 / 30;
/** Of slots that cannot be divided everybody has his turn, for so long. */
const turnMs = 5000;
/** What is given away before it is free goes in at most about so many parcels. */
const mostParcels = 16;

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
  /** Ours by right, as far as we know what others want. */
  #share = Number.POSITIVE_INFINITY;
  #lease: Lease;
  #takes = 0;
  #askAgainAt = Number.NEGATIVE_INFINITY;

  constructor(options: LeasedWindowOptions) {
    this.#options = options;
    this.#calls = options.calls;
    this.perMs = options.perMs;
    this.#leaseMs = Math.min(mostLeaseMs, Math.max(leastLeaseMs, options.perMs / 12));
    this.#lease = newLease(options.perMs);
  }

  get slots(): number {
    return this.#usable;
  }

  room(now: number): number {
    return this.#isGood(now) ? this.#lease.slots.room(now) : 0;
  }

  waitMs(now: number): number {
    if (this.room(now) > 0) return 0;
    const askMs = Math.max(1, this.#askAgainAt - now);
    if (!this.#isGood(now)) return askMs;
    if (this.#usable === 0) return this.#isShort ? askMs : Math.min(this.perMs, turnMs);
    const ownMs = this.#lease.slots.waitMs(now);
    return this.#isShort ? Math.min(askMs, ownMs) : ownMs;
  }

  take(): Slot {
    const { slots, holder } = this.#lease;
    this.#takes += 1;
    return { ...slots.take(), isGood: (now) => holder === this.#lease.holder && this.#isGood(now) };
  }

  resize(calls: number): void {
    this.#calls = calls;
  }

  /** More wait than can leave with what is ours, and the store may have more for us. */
  isDue(now: number): boolean {
    const waiting = this.#options.waiting();
    if (waiting === 0 || now < this.#askAgainAt) return false;
    return !this.#isGood(now) || (this.#isShort && this.room(now) < waiting);
  }

  /** How long until the store is to be told how we stand. `undefined`: we have nothing, and want nothing. */
  tendInMs(now: number): number | undefined {
    const { slots, held } = this.#lease;
    if (this.#options.waiting() === 0 && !this.#isHolding(now)) return undefined;
    const renewMs = this.#leaseMs * renewShare;
    if (held <= this.#share) return renewMs;
    // Others wait for what is ours no longer: they get it once it is free.
    const [firstFree = now + renewMs] = slots.blockedUntil(now);
    return Math.min(renewMs, slots.busy(now) < held ? soonMs : Math.max(soonMs, firstFree - now));
  }

  /**
   * What to ask the store now; `isLast`: nothing more is wanted. From here on only what is kept is used, whatever
   * becomes of the ask.
   */
  prepare(now: number, isLast: boolean): LeaseAsk {
    // What the store has of a lease that is over stands there until it counts no more.
    if (!this.#isGood(now)) this.#lease = newLease(this.perMs);
    const lease = this.#lease;
    const waiting = this.#options.waiting();
    const isIdle = waiting === 0 && this.#takes === 0 && lease.slots.underWay === 0;
    const isOver = isIdle || isLast;
    const busy = isOver ? 0 : lease.slots.busy(now);
    const wants = isOver ? 0 : Math.min(this.#calls, busy + waiting + this.#spareFor(busy));
    const most = Math.min(wants, this.#share);
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
      parked: this.#parcels(lease.held - keep, isOver ? now : undefined),
    };
    this.#takes = 0;
    this.#askAgainAt = now + askAgainMs; // until the answer is there
    this.#lease = isOver ? newLease(this.perMs) : { ...lease, turn, held: keep };
    lease.slots.resize(this.#usable);
    return ask;
  }

  /** What the store has said to an ask that began then. */
  settle(ask: LeaseAsk, { held, now: storeTime, others }: LeaseAnswer, startedAt: number): void {
    const lease = this.#lease;
    const { holder } = lease;
    if (ask.holder !== holder) return;
    if (held === undefined) {
      this.#lease = newLease(this.perMs);
      return;
    }
    const wishes = [...others.filter(({ wants }) => wants > 0), { holder, wants: this.#calls }];
    this.#share = allot(this.#calls, wishes, Math.floor(storeTime / turnMs))(holder) ?? 0;
    this.#lease = { ...lease, held, goodUntil: startedAt + this.#leaseMs };
    lease.slots.resize(this.#usable);
    const inMs = Math.max(askAgainMs, Math.min(...others.map(({ freeInMs }) => freeInMs), this.perMs));
    this.#askAgainAt = held < ask.keep + ask.more ? startedAt + inMs : Number.NEGATIVE_INFINITY;
  }

  /** Nobody knows what became of the ask. */
  fail(now: number): void {
    this.#askAgainAt = now + askAgainMs;
  }

  /** So many slots are ours to use. */
  get #usable(): number {
    return Math.min(this.#lease.held, this.#share);
  }

  /** More would be ours by right. */
  get #isShort(): boolean {
    return this.#usable < Math.min(this.#calls, this.#share);
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

  #freeInMs(now: number): number {
    if (this.room(now) > 0) return 0;
    const [first] = this.#lease.slots.blockedUntil(now);
    return first === undefined ? this.perMs : first - now;
  }

  /** What is given back: who gives back all of it does so also with what is not free yet. */
  #parcels(slots: number, allAt: number | undefined): readonly ParkedSlots[] {
    const doubtMs = this.#options.doubtMs();
    const notFree = allAt === undefined ? [] : this.#notFree(allAt);
    const parcels = new Map<number, ParkedSlots>();
    for (const inMs of notFree) {
      const parcel = Math.floor((inMs / this.perMs) * mostParcels);
      parcels.set(parcel, { calls: (parcels.get(parcel)?.calls ?? 0) + 1, freeInMs: inMs + doubtMs });
    }
    const free = slots - notFree.length;
    return [...parcels.values(), ...(free > 0 && doubtMs > 0 ? [{ calls: free, freeInMs: doubtMs }] : [])];
  }

  /** When used slots are free, soonest first; a call that has not arrived yet does so in time. */
  #notFree(now: number): readonly number[] {
    const { slots } = this.#lease;
    const blocked = slots.blockedUntil(now).map((until) => Math.ceil(until - now));
    return [...blocked, ...Array.from({ length: slots.underWay }, () => arrivesWithinMs + this.perMs)];
  }
}

function newLease(perMs: number): Lease {
  return {
    holder: randomUUID(),
    slots: new ArrivalWindow(0, perMs),
    goodUntil: Number.NEGATIVE_INFINITY,
    turn: 0,
    held: 0,
  };
}

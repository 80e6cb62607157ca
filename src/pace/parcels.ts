import type { ParkedSlots } from '../ports/leases.ts';
import type { ArrivalWindow } from './arrival-window.ts';
import { arrivesWithinMs } from './line-permit.ts';

/** What is given away before it is free goes in at most about so many parcels. */
const mostParcels = 16;

/**
 * So many slots of a window as they are given back. `allAt`: all of them are, at that time, those that are not free yet
 * as well. `doubtMs`: so much later than is known a call may have arrived.
 */
export function parcelsOf(
  window: ArrivalWindow,
  given: number,
  { allAt, doubtMs }: { readonly allAt: number | undefined; readonly doubtMs: number },
): readonly ParkedSlots[] {
  const notFree = allAt === undefined ? [] : notFreeOf(window, allAt);
  const parcels = new Map<number, ParkedSlots>();
  for (const inMs of notFree) {
    const parcel = Math.floor((inMs / window.perMs) * mostParcels);
    parcels.set(parcel, { calls: (parcels.get(parcel)?.calls ?? 0) + 1, freeInMs: inMs + doubtMs });
  }
  const free = given - notFree.length;
  return [...parcels.values(), ...(free > 0 && doubtMs > 0 ? [{ calls: free, freeInMs: doubtMs }] : [])];
}

/** When used slots are free, soonest first; a call that has not arrived yet does so in time. */
function notFreeOf(window: ArrivalWindow, now: number): readonly number[] {
  const blocked = window.blockedUntil(now).map((until) => Math.ceil(until - now));
  return [...blocked, ...Array.from({ length: window.underWay }, () => arrivesWithinMs + window.perMs)];
}

import { randomUUID } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { CallLimit } from '../ports/helpdesk.ts';
import { LeasedWindow } from './leased-window.ts';
import { Leases } from './leases.ts';
import type { Door, SharedLimits } from './limited.ts';
import { LinePermit } from './line-permit.ts';
import { RoundTrip } from './round-trip.ts';
import { Turns } from './turns.ts';
import { keyOf, type Windows } from './windows.ts';

export interface LeasedWindowsOptions extends SharedLimits, Door {
  readonly clock: Clock;
}

/**
 * Windows that all instances share: one for each limit, or for each call name under it. A call counts from when it has
 * arrived at the latest, as others' calls are on their way for other times.
 */
export function createLeasedWindows(
  limits: readonly CallLimit[],
  { desk, name: owner, ...door }: LeasedWindowsOptions,
): Windows {
  const { clock, waiting, onChange, onFailure } = door;
  const leases = new Leases({ desk, clock, onChange });
  const roundTrip = new RoundTrip();
  const windows = new Map<string, LeasedWindow>();
  const turns = new Map<string, Turns>();
  const instance = randomUUID();

  const waitingUnder = (limit: CallLimit, call: string) =>
    waiting().filter((other) => isUnder(limit, other, call)).length;
  const turnsOf = (common: CallLimit, call: string, key: string): Turns => {
    const isWaiting = () => waitingUnder(common, call) > 0;
    const known = turns.get(key) ?? new Turns({ instance, perMs: common.perMs, isWaiting });
    turns.set(key, known);
    return known;
  };
  const open = (limit: CallLimit, call: string, common: CallLimit) => {
    const key = keyOf(common, call);
    return leases.add(
      new LeasedWindow({
        ...limit,
        name: `limit ${owner} ${keyOf(limit, call)}`,
        waiting: () => waitingUnder(limit, call),
        doubtMs: () => roundTrip.doubtMs,
        turns: turnsOf(common, call, key),
        isCommon: limit === common,
      }),
    );
  };
  const windowsOf = (call: string): readonly LeasedWindow[] => {
    const [first, ...others] = limits.filter(({ name }) => call.startsWith(name));
    if (first === undefined) return [];
    const common = others.reduce(widerOf, first);
    return [first, ...others].map((limit) => {
      const key = keyOf(limit, call);
      const window = windows.get(key) ?? open(limit, call, common);
      windows.set(key, window);
      return window;
    });
  };

  return {
    waitMs(call) {
      const now = clock.monotonic();
      return Math.max(0, ...windowsOf(call).map((window) => window.waitMs(now)));
    },
    take(call) {
      const slots = windowsOf(call).map((window) => window.take());
      return new LinePermit({
        clock,
        roundTrip,
        isGood: (now) => slots.every((slot) => slot.isGood(now)),
        onArrived(by) {
          for (const slot of slots) slot.arrive(by);
          onChange();
        },
        onGivenBack() {
          for (const slot of slots) slot.giveBack();
        },
      });
    },
    tend() {
      if (leases.isDue) leases.ask().catch(onFailure);
      else leases.tendLater();
    },
  };
}

function isUnder({ name, scope }: CallLimit, other: string, call: string): boolean {
  return scope === 'each' ? other === call : other.startsWith(name);
}

/** Of limits that a call falls under, each holds for all calls that a narrower one holds for. */
function widerOf(one: CallLimit, other: CallLimit): CallLimit {
  if (one.scope !== other.scope) return one.scope === 'all' ? one : other;
  return other.name.length < one.name.length ? other : one;
}

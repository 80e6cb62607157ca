import type { Clock } from '../ports/clock.ts';
import type { CallLimit } from '../ports/helpdesk.ts';
import { LeasedWindow } from './leased-window.ts';
import { Leases } from './leases.ts';
import type { Door, SharedLimits } from './limited.ts';
import { LinePermit } from './line-permit.ts';
import { RoundTrip } from './round-trip.ts';
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
  { desk, name: owner, elapsedMs = () => performance.now(), ...door }: LeasedWindowsOptions,
): Windows {
  const { clock, waiting, onChange, onFailure } = door;
  const leases = new Leases({ desk, clock, elapsedMs, onChange });
  const roundTrip = new RoundTrip();
  const windows = new Map<string, LeasedWindow>();

  const open = (limit: CallLimit, call: string, key: string) =>
    leases.add(
      new LeasedWindow({
        ...limit,
        name: `limit ${owner} ${key}`,
        waiting: () => waiting().filter((other) => isUnder(limit, other, call)).length,
        doubtMs: () => roundTrip.doubtMs,
      }),
    );
  const windowsOf = (call: string): readonly LeasedWindow[] =>
    limits.flatMap((limit) => {
      if (!call.startsWith(limit.name)) return [];
      const key = keyOf(limit, call);
      const window = windows.get(key) ?? open(limit, call, key);
      windows.set(key, window);
      return [window];
    });

  return {
    waitMs(call) {
      const now = elapsedMs();
      return Math.max(0, ...windowsOf(call).map((window) => window.waitMs(now)));
    },
    take(call) {
      const slots = windowsOf(call).map((window) => window.take());
      return new LinePermit({
        clock,
        elapsedMs,
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
    },
  };
}

function isUnder({ name, scope }: CallLimit, other: string, call: string): boolean {
  return scope === 'each' ? other === call : other.startsWith(name);
}

import { type Clock, systemClock } from '../src/ports/clock.ts';

/** The machine's time, moved on by so much: what is to run at a time runs when the moved time says so. */
export interface MovableClock extends Clock {
  /** In all, milliseconds. What becomes due by it runs at once, in order. */
  moveTo(movedMs: number): void;
}

interface Timer {
  readonly due: number;
  readonly run: () => void;
  cancel: () => void;
}

export function createMovableClock(movedMs: number, base: Clock = systemClock): MovableClock {
  let moved = movedMs;
  const timers = new Set<Timer>();
  const now = () => base.now() + moved;
  function wait(timer: Timer): void {
    timer.cancel();
    timer.cancel = base.after(Math.max(0, timer.due - now()), () => {
      // The machine's timers are shorter than some waits.
      if (timer.due > now()) return wait(timer);
      timers.delete(timer);
      timer.run();
    });
  }
  return {
    now,
    monotonic: () => base.monotonic(),
    after(ms, run) {
      const timer: Timer = { due: now() + ms, run, cancel: () => {} };
      timers.add(timer);
      wait(timer);
      return () => {
        timers.delete(timer);
        timer.cancel();
      };
    },
    moveTo(newMovedMs) {
      moved = newMovedMs;
      for (const timer of [...timers].toSorted((one, other) => one.due - other.due)) wait(timer);
    },
  };
}

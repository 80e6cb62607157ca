import type { Clock } from '../src/ports/clock.ts';
import type { Store } from '../src/ports/store.ts';

/** Time that stands still until a test moves it. */
export interface TestClock extends Clock {
  /** Moves time forward, runs what falls due on the way at its own time, and lets each come to rest before the next. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock on by so much, or back: no time passes, and timers know nothing of it. */
  setOn(ms: number): void;
  /** No time passes; what has begun comes to rest: promises, files, and whatever is watched. */
  settle(): Promise<void>;
  /** The same function, whose calls `settle` waits for: a call to a pretended server, say. Never one that hangs. */
  watch<Args extends readonly unknown[], Result>(
    call: (...args: Args) => Promise<Result>,
  ): (...args: Args) => Promise<Result>;
  /** The same store, whose batches `settle` waits for. */
  watchStore(store: Store): Store;
  /** When each timer that is still set is due, soonest first: after a test it should be empty. */
  timers(): readonly number[];
}

export function createTestClock(start: number): TestClock {
  let time = start;
  let setOnMs = 0;
  const timers = new Set<Timer>();
  const open = new Set<Promise<unknown>>();

  const watch: TestClock['watch'] = (call) => {
    return (...args) => {
      const running = call(...args);
      const ended = running.then(noop, noop).finally(() => open.delete(ended));
      open.add(ended);
      return running;
    };
  };

  const nextDue = (until: number): Timer | undefined =>
    // Sorting keeps the order of timers that are due at once: the first that was set runs first.
    [...timers].filter(({ due }) => due <= until).sort(byDue)[0];

  const settle = () => comeToRest(open);

  return {
    now: () => time + setOnMs,
    // From another beginning, so that whoever takes the one time for the other is found out.
    monotonic: () => time - start,
    after(ms, run) {
      const timer = { due: time + Math.max(0, ms), run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const until = time + ms;
      await settle();
      let left = mostTimers;
      for (let timer = nextDue(until); timer; timer = nextDue(until)) {
        if (left-- === 0) throw new Error(`expected time to pass, got ${mostTimers} timers in ${ms} ms`);
        timers.delete(timer);
        time = Math.max(time, timer.due);
        timer.run();
        await settle();
      }
      time = until;
    },
    setOn(ms) {
      setOnMs += ms;
    },
    settle,
    watch,
    watchStore: (store) => ({
      batch: watch((steps) => store.batch(steps)) as Store['batch'], // a wrapper cannot say that it is generic
      close: () => store.close(),
    }),
    timers: () => [...timers].map(({ due }) => due).sort((a, b) => a - b),
  };
}

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** Timers of one `advance`; more means that one sets itself again without waiting. */
const mostTimers = 10_000;
/** Rounds of the event loop with nothing under way, before it counts as rest. */
const quietRounds = 5;
/** Real time, so that a watched call that hangs fails its test with a reason. */
const patienceMs = 10_000;

async function comeToRest(open: ReadonlySet<Promise<unknown>>): Promise<void> {
  const patience = Promise.withResolvers<never>();
  const giveUp = () => patience.reject(new Error(`expected watched calls to end, ${open.size} did not`));
  const timer = setTimeout(giveUp, patienceMs);
  try {
    for (let quiet = 0; quiet < quietRounds; ) {
      // Asleep: round after round would take the time from the thread or the process that is waited for.
      while (open.size > 0) await Promise.race([...open, patience.promise]);
      await Promise.race([nextRound(), patience.promise]);
      const isBusy = open.size > 0 || process.getActiveResourcesInfo().some((name) => fileWork.test(name));
      quiet = isBusy ? 0 : quiet + 1;
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Node's names for file operations under way. */
const fileWork = /^(?:FSReq|CloseReq)/;

function nextRound(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function byDue(a: Timer, b: Timer): number {
  return a.due - b.due;
}

function noop(): void {}

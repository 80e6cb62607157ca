import { Line } from '../../src/pace/line.ts';
import { paceFetch } from '../../src/pace/paced-fetch.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { HttpCall, HttpResult } from '../../src/ports/http.ts';
import type { LeaseDesk } from '../../src/ports/leases.ts';
import { type ApiLimits, unpaced } from '../../src/ports/pace.ts';
import type { TestClock } from '../clock.ts';

/** How long things take for one instance, milliseconds. */
export interface Ways {
  /** A call to the platform, there and back. */
  readonly there: () => number;
  readonly back: () => number;
  /** An ask to the store, there and back. */
  readonly askThere: () => number;
  readonly askBack: () => number;
}

export interface Instance {
  /** Asks for so many calls at once, each made as soon as it may leave. */
  call(calls: number): void;
  /** Calls for as long as it lives, so many at a time. */
  backlog(atATime: number): void;
  /** The process stops in the middle of whatever it does, and goes on later where it was. */
  freeze(): void;
  thaw(): void;
  /** Ends as a power cut does: with what it has in hand. */
  kill(): void;
  /** Ends as an operator asks. */
  stop(): Promise<void>;
  readonly open: () => number;
}

/** Instances that share one limit, in one time, and the platform that counts when their calls arrive. */
export function openFleet(clock: TestClock, desk: LeaseDesk, limits: ApiLimits) {
  const arrived: number[] = [];
  const start = (ways: Ways): Instance => startInstance({ clock, desk, limits, ways, arrived });
  return { arrived, start };
}

interface Whole {
  readonly clock: TestClock;
  readonly desk: LeaseDesk;
  readonly limits: ApiLimits;
  readonly ways: Ways;
  readonly arrived: number[];
}

function startInstance({ clock, desk, limits, ways, arrived }: Whole): Instance {
  const process = createProcess(clock);
  const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));
  const ownDesk: LeaseDesk = {
    now: () => desk.now(),
    async exchange(asks) {
      await wait(ways.askThere()); // sent, whatever becomes of the process
      const answers = await desk.exchange(asks);
      await wait(ways.askBack());
      await process.running();
      return answers;
    },
  };
  const line = new Line({
    clock: process.clock,
    permits: { spend: () => true, unspend: () => {}, fill: async () => undefined },
    onUsedUp: () => {},
    shared: { desk: ownDesk, name: 'line' },
  });
  line.limit(limits);
  const send = async (): Promise<HttpResult> => {
    await wait(ways.there());
    arrived.push(clock.now());
    await wait(ways.back());
    await process.running();
    return { kind: 'answer', status: 200, headers: {}, body: Buffer.alloc(0) };
  };
  // A process that is stopped may find out only at the moment of the call that its place is lost.
  const enter: typeof unpaced.enter = async (call) => {
    const entry = await line.enter(call);
    await process.running();
    return entry;
  };
  const fetch = paceFetch(send, { ...unpaced, enter });
  const call: HttpCall = { method: 'POST', url: 'http://platform/', name: '/send' };
  let isEnded = false;
  let open = 0;
  const make = async (isAgain: boolean): Promise<void> => {
    open += 1;
    do {
      const result = await fetch(call);
      if (result.kind === 'answer' && !isAgain) break;
      // Put off: it comes again then.
      if (result.kind === 'notSent') await wait(Math.max(1, (result.untilMs ?? 0) - clock.now()));
      await process.running();
    } while (!isEnded);
    open -= 1;
  };
  const begin = (calls: number, isAgain: boolean) => {
    for (let number = 0; number < calls; number += 1) void make(isAgain);
  };
  return {
    call: (calls) => begin(calls, false),
    backlog: (atATime) => begin(atATime, true),
    freeze: process.freeze,
    thaw: process.thaw,
    kill() {
      isEnded = true;
      process.freeze();
    },
    async stop() {
      isEnded = true;
      await line.close();
    },
    open: () => open,
  };
}

/** What a process that can be stopped sees of time: its timers fire when it goes on. */
function createProcess(clock: TestClock) {
  let waiting: (() => void)[] = [];
  let isFrozen = false;
  const whenRunning = (run: () => void) => {
    if (isFrozen) waiting.push(run);
    else run();
  };
  const own: Clock = {
    now: clock.now,
    monotonic: clock.monotonic, // goes on while a process is stopped
    after(ms, run) {
      let isCancelled = false;
      const cancel = clock.after(ms, () => whenRunning(() => isCancelled || run()));
      return () => {
        isCancelled = true;
        cancel();
      };
    },
  };
  return {
    clock: own,
    running: () => new Promise<void>((resolve) => whenRunning(resolve)),
    freeze() {
      isFrozen = true;
    },
    thaw() {
      isFrozen = false;
      for (const run of waiting.splice(0)) run();
      waiting = [];
    },
  };
}

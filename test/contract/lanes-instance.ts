import type { Clock } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Store } from '../../src/ports/store.ts';
import { LaneHold } from '../../src/relay/lane-hold.ts';
import { type LaneId, laneName } from '../../src/relay/lane-id.ts';
import { createLanes, type Lanes } from '../../src/relay/lanes.ts';
import { createLease, type Lease } from '../../src/relay/lease.ts';
import { runLeased } from '../../src/relay/run-turn.ts';
import { sharedSweeps } from '../../src/relay/shared-sweep.ts';
import { sweep } from '../../src/relay/sweep.ts';
import { meetWake, setWake } from '../../src/store/schedules.ts';
import { dueWakes } from '../../src/store/turns.ts';
import type { TestClock } from '../clock.ts';

export const TENANT = 'shop';
export const HELPDESK = 'shop/main';

/** A lane of the made-up helpdesk. */
export const laneOf = (conversation: string): LaneId & { readonly kind: 'helpdesk' } => ({
  kind: 'helpdesk',
  tenant: TENANT,
  helpdesk: HELPDESK,
  conversation,
});

/** A call to the outside that a turn makes: it lasts until the test ends it, or its instance may hold nothing any more. */
export interface LaneCall {
  readonly instance: string;
  readonly conversation: string;
  /** What the turn found due. */
  readonly names: readonly string[];
  readonly isCut: boolean;
  readonly isOver: boolean;
  end(): void;
}

/** One process with its lanes, whose turns make one call about all that they find due. */
export interface LaneInstance {
  readonly name: string;
  readonly lanes: Lanes;
  readonly lease: Lease | undefined;
  readonly events: readonly string[];
  /** Writes something down that is due then (default: now), and tells nobody. */
  write(conversation: string, name: string, due?: number): Promise<void>;
  begin(): Promise<void>;
  /** It says and does nothing until it wakes, and knows nothing of the time between (SIGSTOP). */
  freeze(): void;
  wakeUp(): void;
  /** Its clock goes on by so much: how a process notices that it was frozen. */
  pass(ms: number): void;
}

export interface LaneInstanceOptions {
  readonly name: string;
  readonly clock: TestClock;
  readonly store: Store;
  readonly isLeased: boolean;
  /** Told of each call that begins. */
  readonly onCall: (call: LaneCall) => void;
}

export const leaseMs = 60_000;

export function openLaneInstance({
  name,
  clock,
  store: shared,
  isLeased,
  onCall,
}: LaneInstanceOptions): LaneInstance {
  const gate = openGate();
  const events: string[] = [];
  const write = (event: string) => events.push(event);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  let skewMs = 0;
  // A frozen process sends nothing, hears of nothing, and its timers do not run.
  const store: Store = {
    batch: (async (steps) => {
      await gate.pass();
      const rows = await clock.watchStore(shared).batch(steps);
      await gate.pass();
      return rows;
    }) as Store['batch'], // a wrapper cannot say that it is generic
    close: async () => {},
  };
  const own: Clock = {
    now: clock.now,
    monotonic: () => clock.monotonic() + skewMs,
    after: (ms, run) => clock.after(ms, () => void gate.pass().then(run)),
  };
  const stopping = new AbortController().signal;
  const lease = isLeased ? createLease({ store, clock: own, log, leaseMs, stopping }) : undefined;

  /** As a turn goes: looks, calls, writes down what became of it, and looks again. */
  async function run(lane: LaneId, hold: LaneHold, signal: AbortSignal): Promise<void> {
    const { conversation } = lane;
    while (!signal.aborted) {
      const found = await look(conversation, hold);
      if (found === undefined || found.length === 0) return;
      await gate.pass();
      // The one road out.
      if (lease && (lease.current() === undefined || signal.aborted)) return;
      await call({ conversation, names: found.map((wake) => wake.name), signal });
      await gate.pass();
      const met = found.map(({ name: wake, due }) =>
        meetWake({ helpdesk: HELPDESK, conversation, name: wake, due: Number(due) }),
      );
      try {
        await store.batch([hold.prove(), ...met]);
      } catch (error) {
        if (hold.wasMissed(error)) return;
        throw error;
      }
    }
  }

  async function look(conversation: string, hold: LaneHold) {
    try {
      const place = { helpdesk: HELPDESK, conversation, now: clock.now() };
      const [begun, wakes] = await store.batch([hold.step(), dueWakes(place)]);
      hold.begun(begun);
      return wakes;
    } catch (error) {
      if (hold.wasMissed(error)) return undefined;
      throw error;
    }
  }

  function call({
    conversation,
    names,
    signal,
  }: {
    conversation: string;
    names: readonly string[];
    signal: AbortSignal;
  }): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let isOver = false;
    const end = () => {
      isOver = true;
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
    onCall({
      instance: name,
      conversation,
      names,
      get isCut() {
        return signal.aborted;
      },
      get isOver() {
        return isOver;
      },
      end,
    });
    return promise;
  }

  const random = () => 0;
  const tenants = new Map([[TENANT, { name: TENANT, helpdesks: new Map([[HELPDESK, {}]]) }]]) as never; // all a sweep asks for
  const lanes = createLanes({
    clock: own,
    log,
    async runTurn(lane, { isNews }) {
      const hold = new LaneHold(laneName(lane));
      if (lease)
        return runLeased({ store, lease }, { name: hold.lane, isNews }, (held, signal) =>
          run(lane, held, signal),
        );
      await run(lane, hold, stopping);
      return 'ended';
    },
    ...(lease
      ? sharedSweeps({ store, clock: own, log, random, stopping, tenants }, lease)
      : { sweep: (now: number) => sweep(store, now) }),
  });
  return {
    name,
    lanes,
    lease,
    events,
    async write(conversation, wake, due = clock.now()) {
      await store.batch([setWake({ helpdesk: HELPDESK, conversation, name: wake, due, attempts: 0 })]);
    },
    async begin() {
      await lease?.begin();
      lanes.expect(clock.now());
    },
    freeze: gate.shut,
    wakeUp: gate.open,
    pass(ms) {
      skewMs += ms;
    },
  };
}

function openGate() {
  let opening = Promise.withResolvers<void>();
  opening.resolve();
  return {
    pass: () => opening.promise,
    shut() {
      opening = Promise.withResolvers<void>();
    },
    open: () => opening.resolve(),
  };
}

import { openOutgoing } from '../sandbox/vendors/outgoing.ts';
import type { Direction } from '../src/model/message.ts';
import { type Forwarder, openForwarder } from './forwarder.ts';
import { type Arrival, nameOf } from './judge.ts';
import { preciseNow } from './load.ts';
import { readWords } from './words.ts';

/** A call of the bridge as it came to the door of an outside system. */
export interface RoadCall {
  readonly at: number;
  readonly instance: string;
  /** The words in it go this way. */
  readonly direction: Direction;
  readonly path: string;
  readonly visitor: string | undefined;
  readonly numbers: readonly number[];
}

/** The roads out of all instances, each its own: so it is known from outside who called. */
export interface Roads {
  readonly calls: readonly RoadCall[];
  /** Opens a road of an instance to a pretended system; what goes there speaks in this direction. */
  open(road: {
    readonly instance: string;
    readonly to: string;
    readonly direction: Direction;
  }): Promise<Forwarder>;
  close(): Promise<void>;
}

const patienceMs = 30_000;

export function openRoads(): Roads {
  const outgoing = openOutgoing();
  const calls: RoadCall[] = [];
  const opened: Forwarder[] = [];
  return {
    calls,
    async open({ instance, to, direction }) {
      const road = await openForwarder(({ path, body, ...request }) => {
        calls.push({ at: preciseNow(), instance, direction, ...read(path, body, direction) });
        return outgoing.call({ ...request, body, url: `${to}${path}`, timeoutMs: patienceMs });
      });
      opened.push(road);
      return road;
    },
    async close() {
      outgoing.close();
      await Promise.all(opened.map((road) => road.close()));
    },
  };
}

function read(path: string, body: Buffer, direction: Direction) {
  const text = body.toString();
  const [visitor] = /oChaos\d{22}/.exec(text) ?? [];
  const words = visitor === undefined ? [] : readWords(text, { direction, visitor, at: 0 });
  return { path: path.split('?')[0] ?? '', visitor, numbers: words.map(({ number }) => number) };
}

/** Says of each arrival which instance brought it: whoever called last with these words before it arrived. */
export function attribute(arrivals: readonly Arrival[], calls: readonly RoadCall[]): readonly Arrival[] {
  const carried = Map.groupBy(
    calls.flatMap(({ numbers, ...call }) => numbers.map((number) => ({ ...call, number }))),
    ({ direction, visitor = '', number }) => nameOf({ direction, visitor, number }),
  );
  return arrivals.map((arrival) => {
    const call = carried.get(nameOf(arrival))?.findLast(({ at }) => at <= arrival.at);
    return call === undefined ? arrival : { ...arrival, instance: call.instance };
  });
}

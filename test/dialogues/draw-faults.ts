import type { Random } from '../../chaos/random.ts';
import type { FaultEffect, FaultyCall } from '../../sandbox/vendors/faults.ts';
import type { VendorServer } from '../../sandbox/vendors/server.ts';

/** What may go wrong with a call to a pretended server. */
export interface PossibleFault {
  readonly effect: FaultEffect;
  /** Only with calls whose path begins so. Default: every call. */
  readonly path?: string;
  /** So often at most with calls of the same path and body: a repeat is such a call. Default: any number of times. */
  readonly mostForOne?: number;
}

/** What goes wrong with every vendor. */
export const usualFaults: readonly PossibleFault[] = [
  { effect: { status: 500 } },
  { effect: { status: 502 } },
  { effect: { status: 503 } },
  { effect: { status: 429, headers: { 'Retry-After': '2' } } },
  { effect: { html: true } },
  { effect: { reset: true } },
  { effect: { lose: true } },
];

export interface DrawnFaults {
  /** How many there were. */
  count(): number;
  /** Nothing goes wrong from now on. */
  stop(): void;
}

/** Lets every call to the server meet one of the faults by lot, `share` of them in all. */
export function drawFaults(
  server: Pick<VendorServer, 'fail'>,
  options: {
    readonly random: Random;
    readonly share: number;
    readonly faults: readonly PossibleFault[];
    /** So many times at most is nobody to know what became of one and the same call. Default: any number of times. */
    readonly mostUnknown?: number;
  },
): DrawnFaults {
  const { random, share, faults, mostUnknown = Number.POSITIVE_INFINITY } = options;
  const met = new Map<string, number>();
  let count = 0;
  let drawn: PossibleFault | undefined;

  const isAllowed = (fault: PossibleFault, call: FaultyCall) => {
    const times = met.get(keyOf(call, fault)) ?? 0;
    const unknown = met.get(keyOf(call)) ?? 0;
    if (!call.path.startsWith(fault.path ?? '') || times >= (fault.mostForOne ?? Number.POSITIVE_INFINITY)) {
      return false;
    }
    return !leavesUnknown(fault.effect) || unknown < mostUnknown;
  };
  const draw = (call: FaultyCall): PossibleFault | undefined => {
    if (random.next() >= share) return undefined;
    const allowed = faults.filter((fault) => isAllowed(fault, call));
    const [first, ...rest] = allowed;
    if (first === undefined) return undefined;
    const fault = random.pick([first, ...rest]);
    for (const key of [keyOf(call, fault), ...(leavesUnknown(fault.effect) ? [keyOf(call)] : [])]) {
      met.set(key, (met.get(key) ?? 0) + 1);
    }
    count += 1;
    return fault;
  };
  const indexOf = new Map(faults.map((fault, index) => [fault, index]));
  const keyOf = ({ path, body }: FaultyCall, fault?: PossibleFault) =>
    [fault === undefined ? 'unknown' : indexOf.get(fault), path, body.toString('base64')].join(' ');

  // The server asks each of its faults in turn whether it is meant: the first one draws for all.
  const undo = faults.map((fault, index) =>
    server.fail({
      ...fault.effect,
      times: Number.POSITIVE_INFINITY,
      matches(call) {
        if (index === 0) drawn = draw(call);
        return drawn === fault;
      },
    }),
  );
  return {
    count: () => count,
    stop() {
      for (const each of undo) each();
    },
  };
}

/** After these the caller cannot say whether his call was carried out. */
function leavesUnknown(effect: FaultEffect): boolean {
  return ['lose', 'reset', 'html', 'cut'].some((name) => name in effect);
}

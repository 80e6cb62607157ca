import type { Direction } from '../src/model/message.ts';

/** Something that was said, from either side. A conversation's sayings of one direction are numbered from 1. */
export interface Saying {
  readonly direction: Direction;
  readonly visitor: string;
  readonly number: number;
  /** When the bridge had acknowledged it (milliseconds, with fractions); left out if it never did. */
  readonly acknowledgedAt?: number;
}

/** A saying that came out at the other side. */
export interface Arrival {
  readonly direction: Direction;
  readonly visitor: string;
  readonly number: number;
  readonly at: number;
  /** Which of several instances brought it, where that is known. */
  readonly instance?: string;
}

/** A time in which what was in flight may have been cut, and is repeated. */
export interface Disturbance {
  readonly from: number;
  readonly until: number;
  /** Whose work was cut; left out where there is one alone. */
  readonly instance?: string;
}

export interface Judgement {
  /** Acknowledged, and never arrived. */
  readonly lost: readonly Saying[];
  /** First arrivals that came after one that was said later. */
  readonly disordered: readonly Arrival[];
  /** Arrivals of what nobody said. */
  readonly invented: readonly Arrival[];
  /** Second and further arrivals that a disturbance explains. */
  readonly repeated: readonly Arrival[];
  /** Those that none explains: their call cannot have been in flight. */
  readonly unexplained: readonly Arrival[];
  /** From the acknowledgement to the first arrival, the longest, by direction. */
  readonly longestWaitMs: Readonly<Record<Direction, number>>;
}

/** One call at the other side: what arrived with it, and the call before it in the same lane. */
interface Carriage {
  readonly at: number;
  readonly instance?: string;
  readonly numbers: Set<number>;
  readonly before: Omit<Carriage, 'before'> | undefined;
}

/**
 * Compares what was said with what arrived. Calls of one conversation and direction go one at a time, so only its last
 * call before a disturbance can have been in flight: a repeat is explained if the call right before it carried the same,
 * and the instance of one of the two was disturbed between them.
 */
export function judge(
  sayings: readonly Saying[],
  arrivals: readonly Arrival[],
  disturbances: readonly Disturbance[],
): Judgement {
  const said = new Map(sayings.map((saying) => [nameOf(saying), saying]));
  const firsts = new Map<string, Arrival>();
  const lasts = new Map<string, Arrival>();
  const carriages = new Map<string, Carriage>();
  const invented: Arrival[] = [];
  const disordered: Arrival[] = [];
  const repeated: Arrival[] = [];
  const unexplained: Arrival[] = [];
  for (const arrival of arrivals) {
    const name = nameOf(arrival);
    const lane = laneOf(arrival);
    const before = lasts.get(lane);
    lasts.set(lane, arrival);
    const carriage = carry(arrival, carriages.get(lane));
    carriages.set(lane, carriage);
    if (!said.has(name)) invented.push(arrival);
    else if (firsts.has(name)) {
      (isExplained(carriage, arrival, disturbances) ? repeated : unexplained).push(arrival);
    } else {
      firsts.set(name, arrival);
      if (before !== undefined && before.number > arrival.number) disordered.push(arrival);
    }
  }
  return {
    lost: sayings.filter((saying) => saying.acknowledgedAt !== undefined && !firsts.has(nameOf(saying))),
    disordered,
    invented,
    repeated,
    unexplained,
    longestWaitMs: {
      forward: longestWait('forward', sayings, firsts),
      reply: longestWait('reply', sayings, firsts),
    },
  };
}

/** Sayings that were joined arrive at the same moment. */
function carry({ at, number, instance }: Arrival, last: Carriage | undefined): Carriage {
  if (last?.at === at) {
    last.numbers.add(number);
    return last;
  }
  const own = { at, ...(instance !== undefined && { instance }), numbers: new Set([number]) };
  return { ...own, before: last && withoutBefore(last) };
}

function withoutBefore({ before: _, ...own }: Carriage): Omit<Carriage, 'before'> {
  return own;
}

function isExplained(
  { before }: Carriage,
  { number, at, instance }: Arrival,
  disturbances: readonly Disturbance[],
): boolean {
  if (before?.numbers.has(number) !== true) return false;
  return disturbances.some(
    (one) =>
      one.until > before.at &&
      one.from < at &&
      (one.instance === undefined || one.instance === before.instance || one.instance === instance),
  );
}

/** The sentences that say what is wrong; none: everything holds. */
export function complaintsOf({ lost, disordered, invented, unexplained }: Judgement): readonly string[] {
  return [
    ...lost.map((one) => `lost: ${nameOf(one)} was acknowledged and never arrived`),
    ...disordered.map((one) => `order: ${nameOf(one)} arrived after a later one`),
    ...invented.map((one) => `invented: ${nameOf(one)} was never said`),
    ...unexplained.map((one) => `twice: ${nameOf(one)} came again, and nothing explains it`),
  ];
}

/** Where rows may be once everything has settled. */
const endStates: ReadonlySet<string> = new Set(['done', 'forwarded', 'sent', 'dropped']);

/** What is wrong with where rows ended, by the count of each state. */
export function leftComplaints(states: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(states)
    .filter(([state]) => !endStates.has(state))
    .map(([state, count]) => `left: ${count} rows ended in the state ${state}`);
}

/** A process of the bridge: when it was started, when it listened (if it ever did), and when it ended. */
export interface Life {
  readonly startedAt: number;
  readonly listenedAt?: number;
  readonly endedAt: number;
}

/** The longest time in which nothing arrived, between the first arrival and the last. */
export function longestSilenceMs(arrivals: readonly Arrival[], direction: Direction): number {
  return longestGap(timesOf(arrivals, direction));
}

/** The same, of a process that listened: without the time in which there was none. */
export function longestSilenceAliveMs(
  arrivals: readonly Arrival[],
  direction: Direction,
  lives: readonly Life[],
): number {
  const times = timesOf(arrivals, direction);
  const end = times.at(-1) ?? 0;
  const gaps = lives.map(({ listenedAt = Number.POSITIVE_INFINITY, endedAt }) => {
    const until = Math.min(endedAt, end);
    if (listenedAt >= until) return 0;
    return longestGap([listenedAt, ...times.filter((at) => listenedAt < at && at < until), until]);
  });
  return Math.max(0, ...gaps);
}

function timesOf(arrivals: readonly Arrival[], direction: Direction): readonly number[] {
  return arrivals.filter((arrival) => arrival.direction === direction).map(({ at }) => at);
}

function longestGap(times: readonly number[]): number {
  return times.reduce((longest, at, index) => Math.max(longest, at - (times[index - 1] ?? at)), 0);
}

function longestWait(
  direction: Direction,
  sayings: readonly Saying[],
  firsts: ReadonlyMap<string, Arrival>,
): number {
  return sayings.reduce((longest, saying) => {
    const first = firsts.get(nameOf(saying));
    if (saying.direction !== direction || saying.acknowledgedAt === undefined || !first) return longest;
    return Math.max(longest, first.at - saying.acknowledgedAt);
  }, 0);
}

/** The name of a conversation in one direction. */
export function laneOf({ direction, visitor }: Pick<Saying, 'direction' | 'visitor'>): string {
  return `${direction} ${visitor}`;
}

/** The name of one saying. */
export function nameOf({
  direction,
  visitor,
  number,
}: Pick<Saying, 'direction' | 'visitor' | 'number'>): string {
  return `${direction} ${visitor} ${number}`;
}

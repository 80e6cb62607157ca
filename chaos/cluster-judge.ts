import { mostWithin } from '../bench/numbers.ts';
import type { BegunTurn } from './audit.ts';
import type { Deed } from './disturb.ts';
import { type Arrival, laneOf, nameOf, type Saying } from './judge.ts';
import type { RoadCall } from './roads.ts';

/** A limit of the outside, and the calls that count for it. */
export interface Limit {
  readonly name: string;
  readonly perSecond: number;
  readonly counts: (call: RoadCall) => boolean;
}

export interface LimitJudgement {
  readonly limit: Limit;
  readonly calls: number;
  /** The most in any window, without the late ones. */
  readonly fullest: number;
  /** Calls begun before a pause of their process, whose bytes left after it. */
  readonly late: number;
}

/** Somewhat less than a second: two calls that were just far enough apart may meet on their way. */
const windowMs = 980;
/** A process that goes on after a pause first ends what it was about to do. */
const lateMs = 100;

export function judgeLimit(limit: Limit, calls: readonly RoadCall[], deeds: readonly Deed[]): LimitJudgement {
  const counted = calls.filter(limit.counts);
  const onTime = counted.filter((call) => !isLate(call, deeds));
  const fullest = mostWithin(
    onTime.map(({ at }) => at),
    windowMs,
  );
  return { limit, calls: counted.length, fullest, late: counted.length - onTime.length };
}

function isLate({ at, instance }: RoadCall, deeds: readonly Deed[]): boolean {
  return deeds.some(
    (deed) =>
      deed.kind === 'pause' && deed.instance === instance && deed.until <= at && at <= deed.until + lateMs,
  );
}

/**
 * Order is owed where one message had been acknowledged before the next was said. One that nobody acknowledged may lie
 * with a paused process while later ones go another way.
 */
export function owedOrder(disordered: readonly Arrival[], sayings: readonly Saying[]): readonly Arrival[] {
  const heard = new Set(sayings.filter(({ acknowledgedAt }) => acknowledgedAt !== undefined).map(nameOf));
  return disordered.filter((arrival) => heard.has(nameOf(arrival)));
}

export interface Silence {
  readonly ms: number;
  readonly lane: string;
  readonly deed: Deed;
}

/** A lane that an instance began a turn of; others leave it alone until that turn or the instance's lease is over. */
export interface Holding {
  readonly lane: string;
  readonly instance: string;
  readonly at: number;
}

/** What is known of who had the lanes: all that was done to instances, and who began turns when, in order. */
export interface Holdings {
  readonly all: readonly Deed[];
  readonly holdings: readonly Holding[];
}

/**
 * The longest that a conversation was silent after one of the deeds although something was owed to it: from the deed, or
 * the acknowledgement if that came later, to the next arrival. Replies are owed to a visitor once he has spoken. Where an
 * instance took the conversation over and then something was done to it as well, the wait begins anew: its lease has to
 * pass, too.
 */
export function longestSilenceAfter(
  deeds: readonly Deed[],
  sayings: readonly Saying[],
  arrivals: readonly Arrival[],
  { all, holdings }: Holdings = { all: deeds, holdings: [] },
): Silence | undefined {
  const held = Map.groupBy(holdings, ({ lane }) => lane);
  const said = Map.groupBy(sayings, laneOf);
  const silences = [...Map.groupBy(arrivals, laneOf)].flatMap(([lane, came]) => {
    const [{ visitor = '' } = {}] = came;
    const actedAt = heardAt(said.get(laneOf({ direction: 'forward', visitor })) ?? []);
    const owed = owedIn(said.get(lane) ?? [], came, actedAt);
    return deeds.flatMap((deed): readonly Silence[] => {
      const next = came.find(({ at }) => at > deed.from)?.at;
      if (next === undefined) return [];
      const since = owed.filter(({ from, until }) => from < next && until >= next).map(({ from }) => from);
      if (since.length === 0) return [];
      const from = lastHitFrom(deed, next, { all, holdings: held.get(lane) ?? [] });
      return [{ ms: next - Math.max(from, Math.min(...since)), lane, deed }];
    });
  });
  return silences.toSorted((one, other) => other.ms - one.ms)[0];
}

/** Turns of conversations, by the lanes that sayings have; `visitors` are those of conversations, by their ids. */
export function holdingsOf(
  turns: readonly BegunTurn[],
  visitors: ReadonlyMap<string, string>,
): readonly Holding[] {
  return turns.flatMap(({ at, by, lane }) => {
    const words = lane.split(' ');
    const visitor = visitors.get(words.at(-1) ?? '');
    if (visitor === undefined) return [];
    const direction = words[0] === 'reply' ? 'reply' : 'forward';
    return [{ lane: laneOf({ direction, visitor }), instance: by.split('.', 1)[0] ?? by, at }];
  });
}

/** When something was last done, before a time, to an instance that had taken the lane over after a deed; else the deed's. */
function lastHitFrom(deed: Deed, before: number, { all, holdings }: Holdings): number {
  const hits = all.filter(({ kind, instance, from }) => {
    if (kind === 'stop' || from <= deed.from || from >= before) return false;
    const holder = holdings.findLast(({ at }) => at <= from);
    return holder !== undefined && holder.at > deed.from && holder.instance === instance;
  });
  return Math.max(deed.from, ...hits.map(({ from }) => from));
}

function heardAt(sayings: readonly Saying[]): number {
  return Math.min(...sayings.map(({ acknowledgedAt = Number.POSITIVE_INFINITY }) => acknowledgedAt));
}

/** When each saying of a lane was owed: from its acknowledgement, or `least` if that is later, to its first arrival. */
function owedIn(sayings: readonly Saying[], came: readonly Arrival[], least: number) {
  const firsts = new Map(came.toReversed().map(({ number, at }) => [number, at]));
  return sayings.flatMap(({ number, acknowledgedAt }) => {
    const until = firsts.get(number);
    if (acknowledgedAt === undefined || until === undefined) return [];
    return [{ from: Math.max(acknowledgedAt, least), until }];
  });
}

import type { Ledger } from './state.ts';

/** Something that was written at one end. */
export interface WrittenMark {
  readonly at: number;
  /** What it looks like at the other end. */
  readonly look: string;
  /** When the bridge acknowledged it. */
  readonly takenAt?: number;
  /** The vendor gave up bringing it to the bridge. */
  readonly isLost: boolean;
  /** The bridge gave it up, as the visitor stayed away. */
  readonly isExpired?: boolean;
}

/** Something that was seen at the other end, in order of arrival. */
export interface ArrivedMark {
  readonly at: number;
  /** What it may have been written as. */
  readonly looks: readonly string[];
  /** An act that also happens without words: never a message that came twice. */
  readonly isDeed: boolean;
}

/**
 * Counts what was written at one end of one conversation against what arrived at the other. What arrived without having
 * been written (a greeting, a notice) is nobody's. Order is owed only where one message had been acknowledged before the
 * next was written: else nobody can say which came first.
 */
export function reckon(written: readonly WrittenMark[], arrived: readonly ArrivedMark[]): Ledger {
  const left = [...arrived.entries()];
  const matched = written.map((mark) => {
    const place = left.findIndex(([, seen]) => couldBe(mark, seen));
    const [found] = place < 0 ? [] : left.splice(place, 1);
    return { mark, place: found?.[0] };
  });
  const there = matched.flatMap(({ mark, place }) => (place === undefined ? [] : [{ mark, place }]));
  const missing = matched.filter(({ place }) => place === undefined);
  const neverTaken = missing.filter(({ mark }) => mark.isLost).length;
  const expired = missing.filter(({ mark }) => mark.isExpired).length;
  return {
    written: written.length,
    arrived: there.length,
    underWay: missing.length - neverTaken - expired,
    neverTaken,
    expired,
    twice: left.filter(([, seen]) => !seen.isDeed && written.some((mark) => couldBe(mark, seen))).length,
    outOfOrder: there.filter(({ mark, place }) =>
      there.some(
        (other) => other.place > place && other.mark.takenAt !== undefined && other.mark.takenAt < mark.at,
      ),
    ).length,
  };
}

/**
 * The messages that one text holds: lines that were written apart may arrive together, with line breaks between them. A
 * line that nobody wrote is one of its own; of lines that were written together the longest run counts.
 */
export function takeApart(seen: ArrivedMark, written: readonly WrittenMark[]): readonly ArrivedMark[] {
  const lines = seen.looks[0]?.split('\n') ?? [];
  if (seen.isDeed || lines.length < 2) return [seen];
  const looks = new Set(written.map(({ look }) => look));
  const held: ArrivedMark[] = [];
  for (let rest = lines; rest.length > 0; ) {
    const runs = rest.map((_, index) => rest.slice(0, rest.length - index));
    const run = runs.find((each) => looks.has(each.join('\n'))) ?? rest.slice(0, 1);
    held.push({ ...seen, looks: [run.join('\n')] });
    rest = rest.slice(run.length);
  }
  return held;
}

function couldBe(mark: WrittenMark, seen: ArrivedMark): boolean {
  return seen.looks.includes(mark.look) && seen.at >= mark.at;
}

export function addLedgers(ledgers: readonly Ledger[]): Ledger {
  return ledgers.reduce(
    (sum, ledger) => ({
      written: sum.written + ledger.written,
      arrived: sum.arrived + ledger.arrived,
      underWay: sum.underWay + ledger.underWay,
      neverTaken: sum.neverTaken + ledger.neverTaken,
      expired: sum.expired + ledger.expired,
      twice: sum.twice + ledger.twice,
      outOfOrder: sum.outOfOrder + ledger.outOfOrder,
    }),
    nothing,
  );
}

const nothing: Ledger = {
  written: 0,
  arrived: 0,
  underWay: 0,
  neverTaken: 0,
  expired: 0,
  twice: 0,
  outOfOrder: 0,
};

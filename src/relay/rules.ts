import { readClaims } from '../formats/session-from.ts';
import type { Part, PartKind } from '../model/message.ts';
import { type Condition, countsWith, fits, isWithin, type Rule, weekdays } from '../model/routing.ts';

/** What is known when a rule is looked for. Made of a push and what the visitor came with, never of a call. */
export interface Facts {
  readonly now: number;
  readonly timeZone: string;
  /** What the push brings: a message, or an event with which the visitor comes. */
  readonly brings: 'message' | 'event';
  readonly parts: readonly Part[];
  /** The event that opened the conversation; left out where a message did. */
  readonly event?: string | undefined;
  readonly sessionFrom?: string | undefined;
  /** The fields by their names. Left out: those of the session-from. */
  readonly attributes?: ReadonlyMap<string, string> | undefined;
  /** Name of the field that holds the VIP level. */
  readonly vipAttribute: string;
}

/**
 * The first rule that holds; `undefined`: none. While a session goes on (`isHeld`) a rule counts only where the push
 * itself brings something that it asks for, so that what the visitor came with long ago moves him once and not with each
 * message; the time of day counts always.
 */
export function findRule(rules: readonly Rule[], facts: Facts, isHeld: boolean): Rule | undefined {
  const claims = memo(() => facts.attributes ?? readClaims(facts.sessionFrom));
  return rules.find(({ when }) => (!isHeld || countsWith(when, facts.brings)) && holds(when, facts, claims));
}

function holds(when: Condition, facts: Facts, claims: () => ReadonlyMap<string, string>): boolean {
  const { sessionFrom, page, type, keyword, event, time, attributes, vip } = when;
  const { parts } = facts;
  return (
    (type === undefined || parts.some(({ kind }) => isOneOf(type, kind))) &&
    (keyword === undefined || hasKeyword(keyword, parts)) &&
    (page === undefined || parts.some((part) => isOnPage(page, part))) &&
    (event === undefined || event.includes(facts.event ?? 'message')) &&
    (sessionFrom === undefined || fitsAny(sessionFrom, facts.sessionFrom)) &&
    (attributes === undefined ||
      Object.entries(attributes).every(([name, values]) => fitsAny(values, claims().get(name)))) &&
    (vip === undefined || levelOf(claims().get(facts.vipAttribute)) >= vip) &&
    (time === undefined || isTime(time, facts))
  );
}

function isOneOf(kinds: readonly PartKind[], kind: PartKind): boolean {
  return kind !== 'event' && kinds.includes(kind);
}

function fitsAny(patterns: readonly string[], text: string | undefined): boolean {
  return text !== undefined && patterns.some((pattern) => fits(pattern, text));
}

/** What a visitor clicked on is his word too. */
function hasKeyword(words: readonly string[], parts: readonly Part[]): boolean {
  return parts.some((part) => {
    const text = part.kind === 'text' ? part.text : part.kind === 'choice' ? part.option.label : undefined;
    return text !== undefined && words.some((word) => text.toLowerCase().includes(word));
  });
}

function isOnPage(patterns: readonly string[], part: Part): boolean {
  return part.kind === 'miniProgramPage' && fitsAny(patterns, part.path);
}

function levelOf(claim: string | undefined): number {
  return claim !== undefined && /^\d{1,3}$/.test(claim.trim()) ? Number(claim) : -1;
}

function isTime(times: NonNullable<Condition['time']>, { now, timeZone }: Facts): boolean {
  const { day, minute } = clockIn(timeZone, now);
  return times.some((time) => isWithin(time, day, minute));
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Day (0 is Monday) and minute of the day in a time zone. */
function clockIn(timeZone: string, now: number): { readonly day: number; readonly minute: number } {
  const clock = clocks.get(timeZone) ?? new Intl.DateTimeFormat('en-GB', { ...clockFields, timeZone });
  clocks.set(timeZone, clock);
  const parts = new Map(clock.formatToParts(now).map(({ type, value }) => [type, value]));
  const name = parts.get('weekday')?.slice(0, 3).toLowerCase();
  return {
    day: names.indexOf(name ?? ''),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}

const names: readonly string[] = weekdays;

const clockFields = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

function memo<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

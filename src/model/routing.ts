import type { PartKind } from './message.ts';

/** What a rule asks of the helpdesk beside the conversation itself, in no vendor's words. */
export interface Routing {
  /** The helpdesk's own id of a group of agents. */
  readonly group?: string;
  /** The helpdesk's own id of one agent: goes before the group. */
  readonly agent?: string;
  /** 0 (ordinary) to 10 (most urgent). */
  readonly priority?: number;
}

/** `helpdesk` is left out where a rule only says how: then it is the helpdesk that would have the conversation anyway. */
export interface Rule {
  readonly name?: string;
  readonly when: Condition;
  readonly helpdesk?: string;
  readonly routing: Routing;
  /** It also moves a conversation whose session goes on. */
  readonly moves: boolean;
}

/**
 * All that is named must hold; of a list, any entry. `sessionFrom`, `page` and the values of `attributes` may have `*`
 * for any run of characters. What comes from a session-from is the client's claim, and no proof, unless it was signed.
 */
export interface Condition {
  /** What the visitor came with last. */
  readonly sessionFrom?: readonly string[];
  /** The path of the mini-program card that the visitor sends. */
  readonly page?: readonly string[];
  readonly type?: readonly PartKind[];
  /** Part of the visitor's text, whatever its case. */
  readonly keyword?: readonly string[];
  /** The event that opened the conversation; `message` where none did. */
  readonly event?: readonly string[];
  readonly time?: readonly TimeOfWeek[];
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
  /** The VIP level or above. */
  readonly vip?: number;
}

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export type Weekday = (typeof weekdays)[number];

/** From `from` (inclusive) to `to` (exclusive), minutes of the day; past midnight where `to` is not later than `from`. */
export interface TimeOfWeek {
  /** The days on which it begins. */
  readonly days: readonly Weekday[];
  readonly from: number;
  readonly to: number;
}

const ofMessage = ['keyword', 'type', 'page'] as const;
const ofEvent = ['sessionFrom', 'event', 'attributes', 'vip'] as const;

/**
 * Whether a message, or an event with which a visitor comes, brings anything new that a condition asks for. The time of
 * day is always new.
 */
export function countsWith(when: Condition, brings: 'message' | 'event'): boolean {
  const asks = [...ofMessage, ...ofEvent].filter((name) => when[name] !== undefined);
  const brought: readonly string[] = brings === 'message' ? ofMessage : ofEvent;
  return asks.length === 0 || asks.some((name) => brought.includes(name));
}

/** Whether a minute of a day lies in a time. `day` counts from 0, Monday. */
export function isWithin({ days, from, to }: TimeOfWeek, day: number, minute: number): boolean {
  const begins = (place: number) => days.some((name) => weekdays[(place + 7) % 7] === name);
  if (from < to) return begins(day) && minute >= from && minute < to;
  return (begins(day) && minute >= from) || (begins(day - 1) && minute < to);
}

/** Whether a text is what a pattern says, in which `*` stands for any run of characters. Linear but for its stars. */
export function fits(pattern: string, text: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return text === pattern;
  if (text.length < first.length + last.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const piece of others) {
    const found = text.indexOf(piece, at);
    if (found === -1 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}

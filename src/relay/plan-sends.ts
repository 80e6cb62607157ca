import type { SendRules } from '../ports/channel.ts';

/**
 * Which of the replies that wait go out now, as one send. The channel grants a visitor's act a few sends only, agents
 * write in bursts of short lines, and nobody knows what comes next: so the fewer sends remain, the longer a text waits
 * for company. Pure.
 */

/** A reply that waits, first in the lane first. Times are milliseconds since 1970. */
export interface WaitingReply {
  readonly id: string;
  /** The text it is sent as; left out where it cannot be joined with another. */
  readonly text?: string;
  /** Written by a machine: it is marked as such, and never joined with what a person wrote. */
  readonly isRobot?: boolean;
  /** The bridge's own words, or the vendor's: they yield to people's. */
  readonly automatic: boolean;
  readonly receivedAt: number;
  /** Automatic words make no sense after this. */
  readonly staleAt?: number;
  /** It is half done, or may have arrived: it goes with those of the same send, and with no other. */
  readonly begun?: string;
  /** A part of it has reached the visitor, and the rest is owed to him. */
  readonly isHalfDone?: boolean;
}

/** What the channel still takes for this visitor. */
export interface SendWindow {
  readonly left: number;
  readonly endsAt: number;
  /** How many sends the visitor's last act granted. */
  readonly granted: number;
  /** When he acted last. */
  readonly actedAt: number;
}

export type SendPlan =
  | { readonly kind: 'nothing' }
  /** One send: these replies, in order. */
  | { readonly kind: 'send'; readonly ids: readonly string[] }
  /** Nothing is sent before then, unless something comes. */
  | { readonly kind: 'wait'; readonly until: number }
  /** The visitor has to act first. `until`: the first automatic reply is stale then. */
  | { readonly kind: 'hold'; readonly because: 'window' | 'allowance'; readonly until?: number }
  | { readonly kind: 'drop'; readonly ids: readonly string[]; readonly code: 'stale' | 'yielded' };

/** A text that waits is sent a little before the window closes. */
const beforeEndMs = 5000;

export function planSends(
  waiting: readonly WaitingReply[],
  window: SendWindow,
  given: { readonly rules: SendRules; readonly now: number; readonly typingAt: number },
): SendPlan {
  const { now } = given;
  const [head] = waiting;
  if (!head) return { kind: 'nothing' };
  const owed = sendsOwed(waiting);
  const stale = waiting.filter((reply) => (staleAt(reply, owed) ?? Number.POSITIVE_INFINITY) <= now);
  if (stale.length > 0) return { kind: 'drop', ids: idsOf(stale), code: 'stale' };
  if (window.endsAt <= now) return hold('window', waiting, owed);
  if (window.left <= 0) return hold('allowance', waiting, owed);
  const group = gather(waiting, given.rules.textMaxBytes);
  if (head.begun !== undefined && owed.has(head.begun)) return { kind: 'send', ids: idsOf(group) };
  const next = waiting[group.length];
  return group.some(({ automatic }) => !automatic)
    ? planPeople(group, window, { ...given, isComplete: next !== undefined })
    : planAutomatic(group, window, {
        rules: given.rules,
        hasFollower: waiting.some(({ automatic }) => !automatic),
      });
}

function planPeople(
  group: readonly WaitingReply[],
  window: SendWindow,
  given: {
    readonly rules: SendRules;
    readonly now: number;
    readonly typingAt: number;
    readonly isComplete: boolean;
  },
): SendPlan {
  const { rules, now, typingAt, isComplete } = given;
  const times = group.filter(({ automatic }) => !automatic).map(({ receivedAt }) => receivedAt);
  const first = Math.min(...times);
  // What stands behind cannot join, and the visitor who acts is waiting: nothing is won by waiting.
  if (isComplete || window.actedAt > first || group.every(({ text }) => text === undefined)) {
    return { kind: 'send', ids: idsOf(group) };
  }
  const wait = waitFor(window.left, rules.joinWaitMs);
  const last = Math.max(...times, wait > 0 ? typingAt : 0);
  const until = Math.min(last + wait, first + rules.joinWaitMaxMs, window.endsAt - beforeEndMs);
  return until <= now ? { kind: 'send', ids: idsOf(group) } : { kind: 'wait', until };
}

/** Automatic words alone go while sends are plenty; else they wait to go along with a person's. */
function planAutomatic(
  group: readonly WaitingReply[],
  window: SendWindow,
  { rules, hasFollower }: { readonly rules: SendRules; readonly hasFollower: boolean },
): SendPlan {
  // Of a grant of two, one may be spent on a welcome.
  const reserve = Math.min(rules.reserveForHuman, window.granted - 1);
  if (window.left > reserve) return { kind: 'send', ids: idsOf(group) };
  if (hasFollower) return { kind: 'drop', ids: idsOf(group), code: 'yielded' };
  return { kind: 'wait', until: Math.min(...group.map(({ staleAt }) => staleAt ?? Number.MAX_SAFE_INTEGER)) };
}

function hold(
  because: 'window' | 'allowance',
  waiting: readonly WaitingReply[],
  owed: ReadonlySet<string>,
): SendPlan {
  const stale = waiting.flatMap((reply) => staleAt(reply, owed) ?? []);
  return { kind: 'hold', because, ...(stale.length > 0 && { until: Math.min(...stale) }) };
}

/**
 * Sends that were begun and are made again whatever is left: with a person's words, or half done. Automatic words that
 * may have arrived are not worth one that is kept for people.
 */
function sendsOwed(waiting: readonly WaitingReply[]): ReadonlySet<string> {
  return new Set(
    waiting.flatMap(({ begun, automatic, isHalfDone }) =>
      begun !== undefined && (!automatic || isHalfDone) ? [begun] : [],
    ),
  );
}

/** When a reply makes no sense any more; `undefined`: never. */
function staleAt(reply: WaitingReply, owed: ReadonlySet<string>): number | undefined {
  const isOwed = !reply.automatic || (reply.begun !== undefined && owed.has(reply.begun));
  return isOwed ? undefined : reply.staleAt;
}

/** The replies from the first on that fit into one send. */
function gather(waiting: readonly WaitingReply[], maxBytes: number): readonly WaitingReply[] {
  const [head] = waiting;
  if (head?.begun !== undefined) return takeWhile(waiting, ({ begun }) => begun === head.begun);
  if (!head || head.text === undefined) return waiting.slice(0, 1);
  let bytes = Buffer.byteLength(head.text);
  const rest = takeWhile(waiting.slice(1), ({ text, begun, isRobot }) => {
    if (text === undefined || begun !== undefined || isRobot !== head.isRobot) return false;
    bytes += 1 + Buffer.byteLength(text);
    return bytes <= maxBytes;
  });
  return [head, ...rest];
}

function waitFor(left: number, waits: readonly number[]): number {
  return waits[Math.min(left, waits.length) - 1] ?? 0;
}

function takeWhile<Item>(items: readonly Item[], belongs: (item: Item) => boolean): readonly Item[] {
  const end = items.findIndex((item) => !belongs(item));
  return end < 0 ? items : items.slice(0, end);
}

function idsOf(replies: readonly WaitingReply[]): readonly string[] {
  return replies.map(({ id }) => id);
}

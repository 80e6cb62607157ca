import type { Part } from '../model/message.ts';
import type { Routing, Rule } from '../model/routing.ts';
import { findRule } from './rules.ts';

/**
 * Which of several helpdesks has a conversation. It has exactly one owner at any time: the channel's own agents while
 * their route stands (`Route`), else the helpdesk of its stay, else the default. A stay that is held (its session goes
 * on) is moved by nothing but a rule that `moves`, or an outage; one that is not held is chosen anew by the next message.
 *
 * | who has it      | what happens                                              | who has it then                |
 * | --------------- | --------------------------------------------------------- | ------------------------------ |
 * | nobody yet      | a message; the first rule that holds names B, or none does | B, or the default: held        |
 * | nobody yet      | an event with which the visitor comes; a rule names B      | B, not held                    |
 * | A, held         | a message; the first rule that holds moves nothing         | A, held for longer             |
 * | A, held         | a message; a rule that moves names B                       | B, held; what waits goes along |
 * | A, held         | an event that brings what a rule that moves asks for       | B, not held                    |
 * | A, held         | A's session ends, and nobody serves there                  | A, not held                    |
 * | A, held         | A's session is handed on or transferred                    | A, held                        |
 * | A, held         | nothing, until `heldUntil`                                 | A, not held                    |
 * | A, not held     | a session begins at A, or an agent of A writes             | A, held                        |
 * | A, not held     | a message; a rule names B, or none does                    | B, or the default: held        |
 * | A, not held     | the visitor answers A's question (a rating)                | A, not held                    |
 * | B               | the visitor gives the rating that A asked for              | B; A gets the rating           |
 * | B               | a session begins or ends at A, an agent of A writes        | B; the visitor gets the reply  |
 * | A               | the hand-over word; a rule for the own agents, as above    | the own agents                 |
 * | the own agents  | a message, an event                                        | the own agents                 |
 * | the own agents  | a rule that moves names B                                  | B, held                        |
 * | the own agents  | they left, or their time is over; then a message           | A while held, else by rules    |
 * | A, down         | a message, or another attempt fails                        | the next that is up, held      |
 * | B, A is up again | a message                                                 | B while held, else by rules    |
 * | A, all are down | a message                                                  | A                              |
 * | A, unconfigured | a message                                                  | by rules                       |
 */
export interface Stay {
  /** Left out: no helpdesk has had the conversation. */
  readonly helpdesk?: string;
  readonly heldUntil: number;
  /** What is asked of the helpdesk. */
  readonly routing: Routing;
  readonly opened?: Opened;
}

/** With what the visitor came last. */
export interface Opened {
  readonly event: string;
  readonly sessionFrom?: string;
  /** A message was decided since then: the next conversation was opened by a message. */
  readonly isSpent: boolean;
}

/** How a tenant's conversations are shared out; helpdesks by their ids. */
export interface TenantRouting {
  readonly rules: readonly Rule[];
  /** Who has what no rule leads elsewhere: a helpdesk, or the channel's own agents. */
  readonly home: string;
  readonly timeZone: string;
  /** How long a stay is held after the last word. */
  readonly idleMs: number;
  /** Left out: a helpdesk that is down keeps its conversations. */
  readonly failoverAfterMs?: number;
  readonly vipAttribute: string;
}

export interface StayGiven {
  readonly now: number;
  readonly routing: TenantRouting;
  /** The helpdesks that messages are forwarded to, in order. */
  readonly desks: readonly string[];
  readonly ownAgents: string | undefined;
  /** The own agents have the conversation. */
  readonly isTheirs: boolean;
  readonly isDown: (helpdesk: string) => boolean;
  /** What is known of the visitor. Left out: what the session-from says. */
  readonly attributes?: ReadonlyMap<string, string> | undefined;
}

/** `brings` is left out for what is no act of the visitor's, or tells only where he is. */
export interface StayPush {
  readonly brings?: 'message' | 'event';
  readonly parts: readonly Part[];
  /** The helpdesk whose question the message answers. */
  readonly answers?: string;
}

/** Whom a rule, or the default, wants to have the conversation. */
export interface Target {
  readonly helpdesk: string;
  readonly routing: Routing;
  readonly rule?: Rule;
}

export const noStay: Stay = { heldUntil: 0, routing: {} };

/** `undefined`: the conversation stays where it is. Pure. */
export function chooseTarget(stay: Stay, push: StayPush, given: StayGiven): Target | undefined {
  if (push.brings === undefined) return undefined;
  const { routing, now } = given;
  const { opened } = openedAfter(stay, push, false);
  const isFresh = push.brings === 'event' || stay.opened?.isSpent === false;
  const { timeZone, vipAttribute } = routing;
  const facts = {
    now,
    timeZone,
    vipAttribute,
    brings: push.brings,
    parts: push.parts,
    event: isFresh ? opened?.event : undefined,
    sessionFrom: opened?.sessionFrom,
    attributes: given.attributes,
  };
  const isStanding = isHeld(stay, given);
  const rule = findRule(routing.rules, facts, given.isTheirs || isStanding);
  if (!given.isTheirs && !isStanding) {
    return isAnswer(stay, push, given) ? undefined : targetOf(rule, routing.home);
  }
  const present = given.isTheirs ? given.ownAgents : stay.helpdesk;
  return rule?.moves && present !== undefined ? targetOf(rule, present) : undefined;
}

/** The session of the helpdesk goes on, as far as anybody knows. */
export function isHeld(
  { helpdesk, heldUntil }: Stay,
  { now, desks }: Pick<StayGiven, 'now' | 'desks'>,
): boolean {
  return helpdesk !== undefined && heldUntil > now && desks.includes(helpdesk);
}

function isAnswer({ helpdesk }: Stay, { answers }: StayPush, { desks }: StayGiven): boolean {
  return answers !== undefined && answers === helpdesk && desks.includes(helpdesk);
}

/** Where a push goes that is not for the own agents, and the stay from then on: the same object where nothing changes. */
export function settleStay(
  stay: Stay,
  { target, push }: { readonly target: Target | undefined; readonly push: StayPush },
  given: StayGiven,
): { readonly helpdesk: string | undefined; readonly stay: Stay; readonly isOutage: boolean } {
  const { now, desks, routing, isDown } = given;
  const present = deskOf(stay, given);
  if (push.brings === undefined) return { helpdesk: present, stay, isOutage: false };
  const wanted = target && desks.includes(target.helpdesk) ? target.helpdesk : present;
  if (wanted === undefined) return { helpdesk: undefined, stay, isOutage: false };
  const isStaying = target === undefined && isHeld(stay, given);
  // It begins nothing: the session whose rating it is has ended.
  if (isAnswer(stay, push, given) && target === undefined && !isStaying) {
    return { helpdesk: present, stay, isOutage: false };
  }
  const leavesByOutage = push.brings === 'message' || !isStaying;
  const helpdesk = leavesByOutage ? nextUp(wanted, desks, isDown) : wanted;
  const asked = target?.routing ?? stay.routing;
  const isKept = push.brings === 'message' || isStaying;
  return {
    helpdesk,
    isOutage: helpdesk !== wanted,
    stay: {
      ...openedAfter(stay, push, isStaying),
      helpdesk,
      heldUntil: isKept ? now + routing.idleMs : 0,
      routing: helpdesk === wanted ? asked : elsewhere(asked),
    },
  };
}

/** What the own agents' having a push changes of the stay behind them. */
export function passOver(stay: Stay, push: StayPush): Stay {
  return push.brings === undefined ? stay : openedAfter(stay, push, false);
}

/** The helpdesk that has the conversation while the own agents have not. */
export function deskOf(
  stay: Stay,
  { desks, routing }: Pick<StayGiven, 'desks' | 'routing'>,
): string | undefined {
  if (stay.helpdesk !== undefined && desks.includes(stay.helpdesk)) return stay.helpdesk;
  return desks.includes(routing.home) ? routing.home : desks[0];
}

/** The next helpdesk in order that is up, beginning with this one, and this one where none is. */
export function nextUp(
  helpdesk: string,
  desks: readonly string[],
  isDown: (helpdesk: string) => boolean,
): string {
  const place = desks.indexOf(helpdesk);
  const inTurn = [...desks.slice(place), ...desks.slice(0, place)];
  return inTurn.find((desk) => !isDown(desk)) ?? helpdesk;
}

/** What may be asked of another helpdesk: groups and agents are the first one's own. */
export function elsewhere({ priority }: Routing): Routing {
  return priority === undefined ? {} : { priority };
}

function targetOf(rule: Rule | undefined, otherwise: string): Target {
  if (rule === undefined) return { helpdesk: otherwise, routing: {} };
  return { helpdesk: rule.helpdesk ?? otherwise, routing: rule.routing, rule };
}

/** A session-from stays what the visitor came with until he comes with another. */
function openedAfter(stay: Stay, { brings, parts }: StayPush, isSpent: boolean): Stay {
  if (brings !== 'event') {
    return stay.opened && !stay.opened.isSpent
      ? { ...stay, opened: { ...stay.opened, isSpent: true } }
      : stay;
  }
  const event = parts.find((part) => part.kind === 'event');
  if (event?.kind !== 'event') return stay;
  const sessionFrom = event.context ?? stay.opened?.sessionFrom;
  return {
    ...stay,
    opened: { event: event.name, ...(sessionFrom !== undefined && { sessionFrom }), isSpent },
  };
}

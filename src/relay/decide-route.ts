/**
 * A conversation's route to the channel's own agents. None, or `ended` → `waiting` (a message was handed over; whether
 * somebody takes the visitor is not seen, unless the channel tells) → `served` (it told) → `ended`. A message that
 * comes all the same shows that nobody serves: `waiting` again. The end is told, or comes with time.
 */
export interface Route {
  readonly state: 'waiting' | 'served' | 'ended';
  /** It stands until then. */
  readonly until: number;
  /** What moved it last, by the channel's clock: what is older moves it no more. */
  readonly movedAt: number;
  /** By the channel's clock: what was said since then may not have been seen. */
  readonly unseenFrom: number | null;
}

/** What a push says that the route depends on. Times of the channel's clock. */
export interface RoutedPush {
  readonly writtenAt: number;
  readonly isMessage: boolean;
  /** The visitor has acted: he is still there. */
  readonly opens: boolean;
  /** His words ask for the channel's own agents. */
  readonly asksForThem: boolean;
  /** A rule moves him from them to another helpdesk. */
  readonly leavesThem?: boolean;
  readonly ownAgents?: 'took' | 'passedOn' | 'left' | undefined;
}

export interface RouteDecision {
  /** Whose the push is. `handOver`: the answer hands it over; what is no message is theirs without being handed over. */
  readonly to: 'helpdesk' | 'ownAgents' | 'handOver';
  /** The route from now on: the same object where nothing moves it. */
  readonly route: Route | undefined;
  /** The conversation has just left the other helpdesk, or comes back to it. */
  readonly turned?: 'away' | 'back';
  /** Nothing was seen in between, and this push shows it. */
  readonly gap?: Gap;
}

export interface Gap {
  readonly from: number;
  readonly to: number;
}

interface Given {
  readonly now: number;
  /** How long a route stands after a push. */
  readonly ttlMs: number;
  /** There is no other helpdesk: whatever the route is, all messages are handed over. */
  readonly isAlone: boolean;
}

/** Two messages of a visitor who writes on are no gap, though an agent may have come and gone between them. */
const leastGapMs = 60_000;

/** Who has a push, and what it makes of the route. Pure. */
export function decideRoute(route: Route | undefined, push: RoutedPush, given: Given): RouteDecision {
  if (push.ownAgents !== undefined) return followAgents(route, push, given);
  const isTheirs = given.isAlone || (stands(route, given.now) && !push.leavesThem);
  if (push.isMessage) {
    return isTheirs || push.asksForThem ? handOver(route, push, given) : leaveToHelpdesk(route, push);
  }
  if (push.leavesThem) return leaveToHelpdesk(route, push);
  if (!isTheirs) return { to: 'helpdesk', route };
  // That an event comes says nothing about messages: nobody knows whether they would.
  const isThere = push.opens && stands(route, given.now);
  return { to: 'ownAgents', route: isThere ? { ...route, until: given.now + given.ttlMs } : route };
}

/** Whether the conversation is theirs. */
export function stands(route: Route | undefined, now: number): route is Route {
  return route !== undefined && route.state !== 'ended' && route.until > now;
}

function handOver(route: Route | undefined, push: RoutedPush, given: Given): RouteDecision {
  const { writtenAt } = push;
  const next: Route = {
    state: 'waiting',
    until: given.now + given.ttlMs,
    movedAt: Math.max(route?.movedAt ?? 0, writtenAt),
    unseenFrom: Math.max(unseenFrom(route) ?? 0, writtenAt),
  };
  const isNew = !given.isAlone && !stands(route, given.now);
  return { to: 'handOver', route: next, ...(isNew && { turned: 'away' }), ...gapUntil(writtenAt, route) };
}

function leaveToHelpdesk(route: Route | undefined, { writtenAt }: RoutedPush): RouteDecision {
  if (route === undefined || route.state === 'ended') return { to: 'helpdesk', route };
  const movedAt = Math.max(route.movedAt, writtenAt);
  return { to: 'helpdesk', turned: 'back', ...gapUntil(writtenAt, route), route: end(route, movedAt) };
}

/** The channel tells what its agents do; not always in order. */
function followAgents(route: Route | undefined, push: RoutedPush, given: Given): RouteDecision {
  const { writtenAt, ownAgents } = push;
  const movedAt = route?.movedAt ?? 0;
  if (ownAgents === 'left') {
    if (route === undefined || route.state === 'ended' || writtenAt < movedAt) {
      return { to: 'ownAgents', route };
    }
    const turned = given.isAlone ? {} : { turned: 'back' as const };
    return { to: 'ownAgents', ...turned, ...gapUntil(writtenAt, route), route: end(route, writtenAt) };
  }
  const isLate = route?.state === 'ended' ? writtenAt <= movedAt : writtenAt < movedAt;
  if (isLate) return { to: 'ownAgents', route };
  const isNew = !given.isAlone && !stands(route, given.now);
  const from = ownAgents === 'took' ? writtenAt : (unseenFrom(route) ?? writtenAt);
  const next: Route = {
    state: 'served',
    until: given.now + given.ttlMs,
    movedAt: writtenAt,
    unseenFrom: from,
  };
  return { to: 'ownAgents', route: next, ...(isNew && { turned: 'away' }) };
}

function end(route: Route, movedAt: number): Route {
  return { ...route, state: 'ended', movedAt, unseenFrom: null };
}

function unseenFrom(route: Route | undefined): number | null {
  return route === undefined || route.state === 'ended' ? null : route.unseenFrom;
}

function gapUntil(to: number, route: Route | undefined): { readonly gap?: Gap } {
  const from = unseenFrom(route);
  return from !== null && to - from >= leastGapMs ? { gap: { from, to } } : {};
}

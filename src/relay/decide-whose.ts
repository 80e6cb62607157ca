import { countsWith, type Rule } from '../model/routing.ts';
import { desksOf, type Helpdesk, ownAgentsOf, type Tenant } from './bridge.ts';
import { decideRoute, type Gap, type Route, type RoutedPush, stands } from './decide-route.ts';
import {
  chooseTarget,
  deskOf,
  isHeld,
  passOver,
  type Stay,
  type StayGiven,
  type StayPush,
  settleStay,
  type Target,
} from './decide-stay.ts';
import type { Whose } from './route-steps.ts';

/** Whose a push is, and what it makes of the conversation. */
export interface PushDecision {
  readonly helpdesk: Helpdesk | undefined;
  readonly mayForward: boolean;
  /** The answer to the push hands it over. */
  readonly isHandedOver: boolean;
  readonly route: Route | undefined;
  readonly stay: Stay;
  readonly gap?: Gap;
  /** It goes elsewhere as the helpdesk that should have it is down. */
  readonly isOutage?: boolean;
  /** Whose it is was chosen anew: by a rule, or by none, which is the default. */
  readonly chosen?: { readonly rule?: string };
  /** A helpdesk that learns of it. */
  readonly told?: { readonly desk: Helpdesk; readonly turned: 'away' | 'moved' | 'back' };
}

interface WhosePush extends Pick<StayPush, 'parts' | 'answers'> {
  readonly push: RoutedPush;
  /** The message is the rating that this helpdesk asked for: it goes there, and moves nothing. */
  readonly rates?: Helpdesk;
}

/** Whose a push is where there is something to choose: several helpdesks, or rules. Pure. */
export function decideWhose(
  { route, stay }: Whose,
  { push, parts, answers, rates }: WhosePush,
  {
    tenant,
    routing,
    now,
    isDown,
    attributes,
  }: Pick<StayGiven, 'routing' | 'now' | 'isDown' | 'attributes'> & { readonly tenant: Tenant },
): PushDecision {
  const desks = desksOf(tenant);
  const ownAgents = ownAgentsOf(tenant);
  const given: StayGiven = {
    now,
    routing,
    desks: desks.map(({ id }) => id),
    ownAgents: ownAgents?.id,
    isTheirs: stands(route, now),
    isDown,
    attributes,
  };
  const brought: StayPush = { parts, ...(answers !== undefined && { answers }), ...bringing(push) };
  const target = chooseTarget(stay, brought, given);
  // Where its agents take visitors by themselves, nobody takes a visitor from them.
  const mayLeave = tenant.channel.ownAgents === undefined;
  const isForThem = ownAgents !== undefined && target?.helpdesk === ownAgents.id;
  const decision = decideRoute(
    route,
    {
      ...push,
      asksForThem: push.asksForThem || isForThem,
      leavesThem: given.isTheirs && target !== undefined && !isForThem && !push.asksForThem && mayLeave,
    },
    { now, ttlMs: tenant.routeTtlMs, isAlone: desks.length === 0 },
  );
  const find = (id: string | undefined) => desks.find((desk) => desk.id === id);
  const told = (desk: Helpdesk | undefined, turned: 'away' | 'moved' | 'back') =>
    desk === undefined ? {} : { told: { desk, turned } };
  const { gap, turned } = decision;
  const chosen = target && { chosen: target.rule ? { rule: nameRule(target.rule, routing.rules) } : {} };
  const kept = { route: decision.route, ...(gap && { gap }) };
  const common = { ...kept, ...chosen };
  const held = isHeld(stay, given) ? find(stay.helpdesk) : undefined;
  // An event cannot be handed over: it is theirs whom the rule means, and nobody else begins a session for it.
  if (decision.to !== 'helpdesk' || (isForThem && !push.isMessage)) {
    const isHandedOver = decision.to === 'handOver';
    const next = passOver(stay, brought);
    return {
      ...common,
      helpdesk: ownAgents,
      mayForward: false,
      isHandedOver,
      stay: next,
      ...(turned ? told(held, turned) : {}),
    };
  }
  if (rates !== undefined && rates.id !== deskOf(stay, given) && !isMovedByWords(target)) {
    return {
      ...kept,
      helpdesk: rates,
      mayForward: true,
      isHandedOver: false,
      stay,
      ...(turned === 'back' ? told(find(deskOf(stay, given)), 'back') : {}),
    };
  }
  const settled = settleStay(stay, { target, push: brought }, given);
  const desk = find(settled.helpdesk ?? deskOf(stay, given));
  // What is down is told nothing: it could not be reached, and tries would stand before all else there.
  const hasLeft = held !== undefined && desk !== undefined && held.id !== desk.id && !isDown(held.id);
  return {
    ...common,
    helpdesk: desk,
    mayForward: true,
    isHandedOver: false,
    stay: settled.stay,
    isOutage: settled.isOutage,
    ...(hasLeft ? told(held, 'moved') : turned === 'back' ? told(desk, 'back') : {}),
  };
}

/** As the configuration names it, or by its place there. */
function nameRule(rule: Rule, rules: readonly Rule[]): string {
  return rule.name ?? `rules[${rules.indexOf(rule)}]`;
}

/** What the visitor came with before decides of the next conversation, and of no answer to the last one. */
function isMovedByWords(target: Target | undefined): boolean {
  const rule = target?.rule;
  return rule?.moves === true && countsWith(rule.when, 'message');
}

function bringing({ isMessage, opens, ownAgents }: RoutedPush): Pick<StayPush, 'brings'> {
  if (ownAgents !== undefined) return {};
  return isMessage ? { brings: 'message' } : opens ? { brings: 'event' } : {};
}

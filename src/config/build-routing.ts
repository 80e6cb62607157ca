import type { z } from 'zod';
import type { Condition, Routing, Rule, TimeOfWeek } from '../model/routing.ts';
import type { RoutingConfig } from './config.ts';
import type { routingSchema } from './routing-schema.ts';

type Settings = z.output<ReturnType<typeof routingSchema>>;
type RuleSettings = NonNullable<Settings['rules']>[number];

/** The rules in the form in which the program uses them: words in lower case, times in minutes, ids as texts. */
export function buildRouting(settings: Settings): RoutingConfig {
  const { default: home, timeZone, idleSec, failoverAfterSec, vipAttribute, rules = [] } = settings;
  return {
    ...(home !== undefined && { default: home }),
    timeZone,
    idleMs: idleSec * 1000,
    ...(failoverAfterSec !== undefined && { failoverAfterMs: failoverAfterSec * 1000 }),
    vipAttribute,
    rules: rules.map(buildRule),
  };
}

function buildRule({ name, when, helpdesk, moves, ...routing }: RuleSettings): Rule {
  return {
    ...(name !== undefined && { name }),
    when: buildCondition(when),
    ...(helpdesk !== undefined && { helpdesk }),
    routing: buildHint(routing),
    moves,
  };
}

function buildHint({ group, agent, priority }: Pick<RuleSettings, 'group' | 'agent' | 'priority'>): Routing {
  return {
    ...(group !== undefined && { group: String(group) }),
    ...(agent !== undefined && { agent: String(agent) }),
    ...(priority !== undefined && { priority }),
  };
}

function buildCondition({ keyword, time, ...others }: RuleSettings['when']): Condition {
  const named = Object.entries(others).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(named),
    ...(keyword && { keyword: keyword.map((word) => word.trim().toLowerCase()) }),
    ...(time && { time: time.map(buildTime) }),
  };
}

function buildTime({ days, from, to }: NonNullable<RuleSettings['when']['time']>[number]): TimeOfWeek {
  return { days, from: minutesOf(from), to: minutesOf(to) };
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

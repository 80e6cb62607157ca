import { type Condition, countsWith, fits, isWithin, type Rule, weekdays } from '../model/routing.ts';
import type { RoutingConfig, TenantConfig } from './config.ts';
import type { Finding } from './faults.ts';

/** What is odd about the rules of a tenant, and stops no start. */
export function findRuleDoubts({ name, routing, helpdesks }: TenantConfig): readonly Finding[] {
  const path = ['tenants', name];
  const { rules } = routing;
  return [
    ...rules.flatMap((rule, place) =>
      findShadows(rules, rule, place).map(({ text, at }) => ({
        path: [...path, 'routing', 'rules', place, ...at],
        text,
      })),
    ),
    ...findUnreached(routing, helpdesks).map((helpdesk) => ({
      path: [...path, 'helpdesks', helpdesk],
      text: 'no rule leads here, it is not the default, and nothing fails over: it will have no conversation',
    })),
  ];
}

interface Doubt {
  readonly text: string;
  /** Below the rule. */
  readonly at: Finding['path'];
}

/** A rule that an earlier one never lets come to its turn, and words that an earlier one has taken. */
function findShadows(rules: readonly Rule[], rule: Rule, place: number): readonly Doubt[] {
  const earlier = rules.slice(0, place);
  const shadow = earlier.findIndex((other) => shadows(other, rule));
  if (shadow !== -1)
    return [{ text: `unreachable: ${nameOf(rules, shadow)} holds whenever this one does`, at: [] }];
  return (rule.when.keyword ?? []).flatMap((word, index) => {
    const one = { ...rule, when: { ...rule.when, keyword: [word] } };
    const taken = earlier.findIndex((other) => shadows(other, one));
    if (taken === -1) return [];
    const at = ['when', 'keyword', index];
    return [{ text: `two rules for one word: ${nameOf(rules, taken)} has it already`, at }];
  });
}

function nameOf(rules: readonly Rule[], place: number): string {
  const name = rules[place]?.name;
  return name === undefined ? `rules[${place}]` : `rules[${place}] (${name})`;
}

/** Helpdesks that nothing leads to. Words lead to those that messages are handed over to. */
function findUnreached(
  { rules, default: home, failoverAfterMs }: RoutingConfig,
  helpdesks: TenantConfig['helpdesks'],
): readonly string[] {
  if (failoverAfterMs !== undefined) return [];
  const desks = helpdesks.filter(({ adapter }) => !adapter.handsOver).map(({ name }) => name);
  const reached = new Set([home ?? desks[0], ...rules.map(({ helpdesk }) => helpdesk)]);
  return desks.filter((name) => !reached.has(name));
}

/**
 * Whether the later rule never comes to its turn for the earlier one. One that moves looks at a session that goes on too,
 * and then the earlier one has to count there as well.
 */
function shadows(earlier: Rule, later: Rule): boolean {
  const counts = (['message', 'event'] as const).every(
    (brings) => countsWith(earlier.when, brings) || !countsWith(later.when, brings),
  );
  return covers(earlier.when, later.when) && (!later.moves || counts);
}

/** Whether one condition holds whenever the other does. Never yes where it is not so; sometimes no where it is. */
function covers(wide: Condition, narrow: Condition): boolean {
  return (
    within(narrow.keyword, wide.keyword, (word, wanted) => word.includes(wanted)) &&
    within(narrow.sessionFrom, wide.sessionFrom, isFitting) &&
    within(narrow.page, wide.page, isFitting) &&
    within(narrow.type, wide.type, (kind, wanted) => kind === wanted) &&
    within(narrow.event, wide.event, (event, wanted) => event === wanted) &&
    coversAttributes(wide.attributes, narrow.attributes) &&
    (wide.vip === undefined || (narrow.vip !== undefined && narrow.vip >= wide.vip)) &&
    coversTime(wide.time, narrow.time)
  );
}

/** Each entry of the narrow list is taken by one of the wide list; what asks for nothing takes all. */
function within<Entry>(
  narrow: readonly Entry[] | undefined,
  wide: readonly Entry[] | undefined,
  isTaken: (entry: Entry, wanted: Entry) => boolean,
): boolean {
  if (wide === undefined) return true;
  return narrow?.every((entry) => wide.some((wanted) => isTaken(entry, wanted))) ?? false;
}

/** A star in the narrow pattern is fitted by a star only, as no pattern has one in its words. */
function isFitting(pattern: string, wanted: string): boolean {
  return fits(wanted, pattern);
}

function coversAttributes(wide: Condition['attributes'] = {}, narrow: Condition['attributes'] = {}): boolean {
  return Object.entries(wide).every(([name, values]) => within(narrow[name], values, isFitting));
}

function coversTime(wide: Condition['time'], narrow: Condition['time']): boolean {
  if (wide === undefined) return true;
  const minutes = Array.from({ length: 1440 }, (_, minute) => minute);
  const holds = (times: NonNullable<Condition['time']>, day: number, minute: number) =>
    times.some((time) => isWithin(time, day, minute));
  return weekdays.every((_, day) =>
    minutes.every(
      (minute) => (narrow !== undefined && !holds(narrow, day, minute)) || holds(wide, day, minute),
    ),
  );
}

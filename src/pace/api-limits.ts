import type { ApiLimits, PaceRules, QuotaReading } from '../ports/pace.ts';
import type { ApiTable } from '../store/account-tables.ts';
import { minuteMs } from './spans.ts';

/** What the platform itself has said of an API. */
export interface Said {
  readonly perDay?: number;
  readonly rate?: NonNullable<QuotaReading['rate']>;
}

/** What the store has kept of that. */
export function saidIn(row: Pick<ApiTable, 'per_day' | 'rate_calls' | 'rate_per_ms'>): Said {
  const { per_day: perDay, rate_calls: calls, rate_per_ms: perMs } = row;
  return {
    ...(perDay !== null && { perDay: Number(perDay) }),
    ...(calls !== null && perMs !== null && { rate: { calls: Number(calls), perMs: Number(perMs) } }),
  };
}

/** Our own limits hold beside the platform's; its word takes the place of what it documents. */
export function limitsOf(api: string, { own, documented }: PaceRules, said: Said): ApiLimits {
  const mine = own.get(api) ?? {};
  const { perDay: saidPerDay, rate } = said;
  const perMinute = least(mine.perMinute, rate?.perMs === minuteMs ? rate.calls : undefined);
  const perDay = least(mine.perDay, saidPerDay ?? documented.get(api)?.perDay);
  return {
    ...(mine.perSecond !== undefined && { perSecond: mine.perSecond }),
    ...(perMinute !== undefined && { perMinute }),
    ...(perDay !== undefined && { perDay }),
  };
}

function least(...values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** A call's name without what may stand behind its path. */
export function apiOf(name: string): string {
  return name.split('?', 1)[0] ?? name;
}

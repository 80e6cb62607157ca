import { sql } from 'kysely';
import type { ApiTable, CounterSpan, CounterTable } from './account-tables.ts';
import { queries, statement } from './statement.ts';

/** Which counter: the calls of one API in the minute or the day that begins then. */
interface CounterKey extends Record<string, string | number> {
  readonly tenant: string;
  readonly api: string;
  readonly span: CounterSpan;
  readonly startsAt: number;
}

/**
 * Reserves so many calls, if all of them are below `most`. Expect 1: whoever shares the counter may have been quicker.
 * A negative number gives calls back.
 */
export const reserveCalls = statement<
  CounterKey & { readonly calls: number; readonly most: number },
  { used: number }
>(
  'counter.reserve',
  (arg) => sql<{ used: number }>`
    insert into counter (tenant, api, span, starts_at, used)
    select cast(${arg('tenant')} as text), cast(${arg('api')} as text), cast(${arg('span')} as text),
      cast(${arg('startsAt')} as bigint), cast(${arg('calls')} as bigint)
    where cast(${arg('calls')} as bigint) <= cast(${arg('most')} as bigint)
    on conflict (tenant, span, starts_at, api) do update set used = counter.used + excluded.used
      where counter.used + excluded.used <= cast(${arg('most')} as bigint)
    returning used`,
);

/** The platform's own count takes the place of ours. */
export const setCalls = statement<CounterKey & { readonly used: number }>('counter.set', (arg) =>
  queries
    .insertInto('counter')
    .values({
      tenant: arg('tenant'),
      api: arg('api'),
      span: arg('span'),
      starts_at: arg('startsAt'),
      used: arg('used'),
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant', 'span', 'starts_at', 'api']).doUpdateSet({ used: arg('used') }),
    ),
);

/** A tenant's counters of one span that begin then or later. */
export const readCounters = statement<{ tenant: string; span: CounterSpan; since: number }, CounterTable>(
  'counter.read',
  (arg) =>
    queries
      .selectFrom('counter')
      .selectAll()
      .where('tenant', '=', arg('tenant'))
      .where('span', '=', arg('span'))
      .where('starts_at', '>=', arg('since')),
);

/** What is over, and what a clock that was wrong has counted ahead. */
export const forgetCounters = statement<{ tenant: string; span: CounterSpan; before: number; after: number }>(
  'counter.forget',
  (arg) =>
    queries
      .deleteFrom('counter')
      .where('tenant', '=', arg('tenant'))
      .where('span', '=', arg('span'))
      .where((row) => row.or([row('starts_at', '<', arg('before')), row('starts_at', '>', arg('after'))])),
);

/** What the platform said of a tenant's APIs. */
export const readApis = statement<{ tenant: string }, ApiTable>('api.read', (arg) =>
  queries.selectFrom('api').selectAll().where('tenant', '=', arg('tenant')),
);

/**
 * The platform takes no call of this API until then; `until` 0 lifts it. A longer pause that another instance was told of
 * stands, unless no pause is that long: its clock was wrong.
 */
export const pauseApi = statement<{
  tenant: string;
  api: string;
  until: number;
  code: string | null;
  longest: number;
}>('api.pause', (arg) =>
  queries
    .insertInto('api')
    .values({
      tenant: arg('tenant'),
      api: arg('api'),
      paused_until: arg('until'),
      paused_code: arg('code'),
      alarmed_day: 0,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant', 'api']).doUpdateSet({
        paused_until: sql`case when ${isLonger(arg)} then api.paused_until else excluded.paused_until end`,
        paused_code: sql`case when ${isLonger(arg)} then api.paused_code else excluded.paused_code end`,
      }),
    ),
);

function isLonger(arg: (name: 'longest') => number) {
  return sql`excluded.paused_until > 0 and api.paused_until > excluded.paused_until
    and api.paused_until <= cast(${arg('longest')} as bigint)`;
}

/** Prolongs a pause that is over. Gives a row only to the first who asks. */
export const claimPause = statement<
  { tenant: string; api: string; now: number; until: number },
  { api: string }
>('api.claimPause', (arg) =>
  queries
    .updateTable('api')
    .set({ paused_until: arg('until') })
    .where('tenant', '=', arg('tenant'))
    .where('api', '=', arg('api'))
    .where('paused_until', '>', 0)
    .where('paused_until', '<=', arg('now'))
    .returning('api'),
);

/** The platform's own figures; what it did not say stays as it was. */
export const learnLimits = statement<{
  tenant: string;
  api: string;
  perDay: number | null;
  rateCalls: number | null;
  ratePerMs: number | null;
}>('api.learn', (arg) =>
  queries
    .insertInto('api')
    .values({
      tenant: arg('tenant'),
      api: arg('api'),
      per_day: arg('perDay'),
      rate_calls: arg('rateCalls'),
      rate_per_ms: arg('ratePerMs'),
      paused_until: 0,
      alarmed_day: 0,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant', 'api']).doUpdateSet({
        per_day: sql`coalesce(excluded.per_day, api.per_day)`,
        rate_calls: sql`coalesce(excluded.rate_calls, api.rate_calls)`,
        rate_per_ms: sql`coalesce(excluded.rate_per_ms, api.rate_per_ms)`,
      }),
    ),
);

/** Somebody is told of this day's quota. Gives a row only to the first who asks. */
export const markAlarmed = statement<{ tenant: string; api: string; day: number }, { api: string }>(
  'api.alarmed',
  (arg) => sql<{ api: string }>`
    insert into api (tenant, api, paused_until, alarmed_day)
    values (${arg('tenant')}, ${arg('api')}, 0, ${arg('day')})
    on conflict (tenant, api) do update set alarmed_day = excluded.alarmed_day
      where api.alarmed_day <> excluded.alarmed_day
    returning api`,
);

/** Replies that were put off until exactly then are due now. */
export const releasePutOff = statement<{ tenant: string; until: number; now: number }>(
  'counter.releasePutOff',
  (arg) =>
    queries
      .updateTable('message')
      .set({ due: arg('now') })
      .where('finished_at', 'is', null)
      .where('due', '=', arg('until'))
      .where('tenant', '=', arg('tenant'))
      .where('lane', '=', 'reply')
      .where('state', '=', 'queued'),
);

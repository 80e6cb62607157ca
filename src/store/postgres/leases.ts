import { sql } from 'kysely';
import { BridgeError } from '../../ports/errors.ts';
import type { LeaseAnswer, LeaseAsk, LeaseDesk } from '../../ports/leases.ts';
import type { Step, Store } from '../../ports/store.ts';
import { databaseNow } from '../database-time.ts';
import { statement } from '../statement.ts';

/** The database's time, which is the same for all instances; `at` stands for it in tests. */
const timeOf = (at: number | null) => sql<number>`coalesce(cast(${at} as bigint), ${databaseNow})`;

export const readTime = statement<{ at: number | null }, { now: number }>(
  'lease.time',
  (arg) => sql<{ now: number }>`select ${timeOf(arg('at'))} as now`,
);

/** Slots that are free count no more. */
export const forgetLeases = statement<{ name: string; at: number | null }>(
  'lease.forget',
  (arg) => sql`delete from pace_lease where name = ${arg('name')} and blocked_until <= ${timeOf(arg('at'))}`,
);

/** Slots that nobody has until they are free. */
export const parkSlots = statement<{
  name: string;
  holder: string;
  calls: number;
  freeInMs: number;
  at: number | null;
}>(
  'lease.park',
  (arg) => sql`
    insert into pace_lease (name, holder, turn, calls, wants, good_until, blocked_until, free_at)
    select cast(${arg('name')} as text), cast(${arg('holder')} as text), 0, cast(${arg('calls')} as bigint), 0, 0,
      now.ms + cast(${arg('freeInMs')} as bigint), now.ms + cast(${arg('freeInMs')} as bigint)
    from (select ${timeOf(arg('at'))} as ms) as now
    on conflict (name, holder) do nothing`,
);

interface Lease extends Record<string, string | number | null> {
  readonly name: string;
  readonly holder: string;
  readonly turn: number;
  readonly keep: number;
  readonly more: number;
  readonly most: number;
  readonly wants: number;
  readonly leaseMs: number;
  readonly lingerMs: number;
  readonly freeInMs: number;
  readonly at: number | null;
}

/**
 * What a holder keeps, and more as far as others have not all. A row comes back only if what he keeps is still his: it
 * is blocked for longer than he may use it, so whoever asks in time finds it.
 */
export const takeLease = statement<Lease, { calls: number; good_until: number }>(
  'lease.take',
  (arg) => sql<{ calls: number; good_until: number }>`
    insert into pace_lease (name, holder, turn, calls, wants, good_until, blocked_until, free_at)
    select cast(${arg('name')} as text), cast(${arg('holder')} as text), cast(${arg('turn')} as bigint),
      cast(${arg('keep')} as bigint) + greatest(0, least(cast(${arg('more')} as bigint),
        cast(${arg('most')} as bigint) - cast(${arg('keep')} as bigint) - (
          select coalesce(cast(sum(other.calls) as bigint), 0) from pace_lease as other
          where other.name = ${arg('name')} and other.holder <> ${arg('holder')} and other.blocked_until > now.ms))),
      cast(${arg('wants')} as bigint), now.ms + cast(${arg('leaseMs')} as bigint),
      now.ms + cast(${arg('leaseMs')} as bigint) + cast(${arg('lingerMs')} as bigint),
      now.ms + cast(${arg('freeInMs')} as bigint)
    from (select ${timeOf(arg('at'))} as ms) as now
    where cast(${arg('keep')} as bigint) = 0 or exists (
      select 1 from pace_lease as own
      where own.name = ${arg('name')} and own.holder = ${arg('holder')} and own.blocked_until > now.ms)
    on conflict (name, holder) do update set
      turn = excluded.turn, calls = excluded.calls, wants = excluded.wants, good_until = excluded.good_until,
      blocked_until = excluded.blocked_until, free_at = excluded.free_at
      where pace_lease.turn < excluded.turn
    returning calls, good_until`,
);

/** The others of a window. Who is gone wants nothing, and what he had is free when it is blocked no longer. */
export const readHolders = statement<
  { name: string; holder: string; at: number | null },
  { holder: string; wants: number; freeInMs: number }
>(
  'lease.holders',
  (arg) => sql<{ holder: string; wants: number; freeInMs: number }>`
    select holder, case when good_until > now.ms then wants else 0 end as wants,
      greatest(0, case when good_until > now.ms and calls > 0 then free_at else blocked_until end - now.ms) as "freeInMs"
    from pace_lease, (select ${timeOf(arg('at'))} as ms) as now
    where name = ${arg('name')} and holder <> ${arg('holder')} and blocked_until > now.ms`,
);

/**
 * Leases of a store that several instances have. A batch names its windows, so that two that ask about the same one go one
 * after the other, and each statement sees what the ask before has left. `timeAt` stands for the database's clock in tests.
 */
export function createLeaseDesk(store: Store, timeAt: () => number | null = () => null): LeaseDesk {
  return {
    async exchange(asks) {
      const at = timeAt();
      const parts = asks.map((ask) => stepsFor(ask, at));
      const rows = await store.batch(parts.flat());
      let place = 0;
      return parts.map((steps, index) => {
        place += steps.length;
        return answerOf(asks[index], rows.slice(place - 2, place));
      });
    },
    async now() {
      const [[row]] = await store.batch([readTime({ at: timeAt() })]);
      if (!row) throw new BridgeError('bug', 'expected the database to tell its time');
      return row.now;
    },
  };
}

function stepsFor({ parked, ...ask }: LeaseAsk, at: number | null): readonly Step[] {
  const { name, holder } = ask;
  return [
    forgetLeases({ name, at }),
    ...parked.map(({ calls, freeInMs }, index) =>
      parkSlots({ name, holder: `${holder} ${ask.turn}.${index}`, calls, freeInMs, at }),
    ),
    takeLease({ ...ask, at }),
    readHolders({ name, holder, at }),
  ];
}

function answerOf(ask: LeaseAsk | undefined, rows: readonly (readonly unknown[])[]): LeaseAnswer {
  const [taken, others] = rows as [readonly { calls: number; good_until: number }[], LeaseAnswer['others']]; // as they say
  const [row] = taken;
  return { held: row?.calls, now: (row?.good_until ?? 0) - (ask?.leaseMs ?? 0), others };
}

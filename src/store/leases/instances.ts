import { sql } from 'kysely';
import { databaseNow as now } from '../database-time.ts';
import { freeOfCopies } from '../postgres/locks.ts';
import { statement } from '../statement.ts';

/**
 * Processes that share a store. A row is the right to hold lanes: it is renewed in time by its process, and taken away
 * by whoever first sees that it was not. Lanes of whom no row is left are free. All times are the database's own, since
 * the clocks of instances need not agree. Only PostgreSQL knows these statements.
 */
/** An instance begins. Expect 1: somebody copies the store, and needs it for himself. */
export const joinInstances = statement<{ instance: string; leaseMs: number }>(
  'instance.join',
  (arg) => sql`
    insert into instance (id, until)
    select cast(${arg('instance')} as text), ${now} + cast(${arg('leaseMs')} as bigint) where ${freeOfCopies}`,
);

/** Expect 1: its time was over, and somebody may have its lanes. */
export const renewInstance = statement<{ instance: string; leaseMs: number }>(
  'instance.renew',
  (arg) => sql`
    update instance set until = ${now} + cast(${arg('leaseMs')} as bigint)
    where id = ${arg('instance')} and until > ${now}`,
);

/** An instance ends: its lanes are free. */
export const leaveInstances = statement<{ instance: string }>(
  'instance.leave',
  (arg) => sql`delete from instance where id = ${arg('instance')}`,
);

/** Instances whose time is over. */
export const lapsedInstances = statement<Record<string, never>, { id: string }>(
  'instance.lapsed',
  () => sql<{ id: string }>`select id from instance where until <= ${now}`,
);

/**
 * Takes the row of an instance away whose time is over: its lanes are free. Expect 1, so that of many who see it one
 * does what is to be done. It waits for a renewal that is under way, which it must not overtake.
 */
export const buryInstance = statement<{ instance: string }>(
  'instance.bury',
  (arg) => sql`delete from instance where id = ${arg('instance')} and until <= ${now}`,
);

import { sql } from 'kysely';
import { queries, statement } from './statement.ts';
import type { LaneName, MessageTable } from './tables.ts';

/** A lane with something due. */
export interface DueLane {
  readonly tenant: string;
  readonly conversation: string;
  readonly helpdesk: string | null;
  readonly lane: LaneName;
}

/**
 * Lanes whose time has come, longest waiting first: one row for each message that is due, so that a lane may come twice,
 * and `most` rows mean that there may be more.
 */
export const dueLanes = statement<{ now: number; most: number }, DueLane>(
  'lane.due',
  (arg) => sql<DueLane>`
    select tenant, conversation, helpdesk, lane from message
    where finished_at is null and due is not null and due <= ${arg('now')} and conversation is not null
    order by due limit ${arg('most')}`,
);

/** Helpdesk turns with a due wake, in the same way; `conversation` is empty for the helpdesk's own. */
export const dueWakeLanes = statement<
  { now: number; most: number },
  { helpdesk: string; conversation: string }
>('lane.dueWakes', (arg) =>
  queries
    .selectFrom('wake')
    .select(['helpdesk', 'conversation'])
    .where('due', '<=', arg('now'))
    .orderBy('due')
    .limit(arg('most')),
);

/** When the next thing is due that is not due yet; null if nothing is. What waits for an event (`never`) has no time. */
export const nextDue = statement<{ now: number; never: number }, { due: number | null }>(
  'lane.nextDue',
  (arg) => sql<{ due: number | null }>`
    select min(due) as due from (
      select min(due) as due from message
      where finished_at is null and due is not null and due > ${arg('now')} and due < ${arg('never')}
      union all select min(due) from wake where due > ${arg('now')} and due < ${arg('never')}
      union all select min(due) from pull where due is not null and due > ${arg('now')} and due < ${arg('never')}
      union all select min(due) from media where due is not null and due > ${arg('now')} and due < ${arg('never')}
    ) as times`,
);

/** Rows that were in flight when the process died. */
export const inFlight = statement<Record<string, never>, MessageTable>(
  'lane.inFlight',
  () => sql<MessageTable>`
    select * from message where finished_at is null and state in ('forwarding', 'reacting', 'sending')`,
);

import { sql } from 'kysely';
import { statement } from './statement.ts';
import type { LaneName, MessageTable } from './tables.ts';

/** A lane with something due. */
export interface DueLane {
  readonly tenant: string;
  readonly conversation: string;
  readonly helpdesk: string | null;
  readonly lane: LaneName;
}

/** Lanes whose time has come, longest waiting first. */
export const dueLanes = statement<{ now: number; most: number }, DueLane>(
  'lane.due',
  (arg) => sql<DueLane>`
    select distinct tenant, conversation, helpdesk, lane from (
      select tenant, conversation, helpdesk, lane from message
      where finished_at is null and due is not null and due <= ${arg('now')} and conversation is not null
      order by due limit ${arg('most')}) as waiting`,
);

/** Helpdesk turns with a due wake; `conversation` is empty for the helpdesk's own. */
export const dueWakeLanes = statement<
  { now: number; most: number },
  { helpdesk: string; conversation: string }
>(
  'lane.dueWakes',
  (arg) => sql<{ helpdesk: string; conversation: string }>`
    select distinct helpdesk, conversation from wake where due <= ${arg('now')} limit ${arg('most')}`,
);

/** When the next thing is due that is not due yet; null if nothing is. */
export const nextDue = statement<{ now: number; never: number }, { due: number | null }>(
  'lane.nextDue',
  (arg) => sql<{ due: number | null }>`
    select min(due) as due from (
      select min(due) as due from message
      where finished_at is null and due is not null and due > ${arg('now')} and due < ${arg('never')}
      union all select min(due) from wake where due > ${arg('now')}
      union all select min(due) from pull where due is not null and due > ${arg('now')}
      union all select min(due) from media where due is not null and due > ${arg('now')}) as times`,
);

/** Rows that were in flight when the process died. */
export const inFlight = statement<Record<string, never>, MessageTable>(
  'lane.inFlight',
  () => sql<MessageTable>`
    select * from message where finished_at is null and state in ('forwarding', 'reacting', 'sending')`,
);

import { sql } from 'kysely';
import { statement } from './statement.ts';
import type { LaneName, MessageTable } from './tables.ts';

/** Where a walk along due times goes on: behind this row. */
export interface DuePlace {
  readonly due: number;
  readonly id: string;
}

/** Where a walk along due times begins. */
export const firstPlace: DuePlace = { due: -1, id: '' };

/** A lane with something due, by the row that is. */
export interface DueLane extends DuePlace {
  readonly tenant: string;
  readonly conversation: string;
  readonly helpdesk: string | null;
  readonly lane: LaneName;
}

/**
 * Lanes whose time has come, longest waiting first, a page at a time: one row for each message that is due, so that a
 * lane may come twice.
 */
export const dueLanes = statement<{ now: number; most: number; due: number; id: string }, DueLane>(
  'lane.due',
  (arg) => sql<DueLane>`
    select id, due, tenant, conversation, helpdesk, lane from message
    where finished_at is null and due is not null and due <= ${arg('now')}
      and (due, id) > (cast(${arg('due')} as bigint), ${arg('id')}) and conversation is not null
    order by due, id limit ${arg('most')}`,
);

/** A helpdesk's turn with a due wake; `conversation` is empty for the helpdesk's own. */
export interface DueWakeLane {
  readonly due: number;
  readonly helpdesk: string;
  readonly conversation: string;
}

/** Helpdesk turns with a due wake, in the same way. */
export const dueWakeLanes = statement<
  { now: number; most: number; due: number; helpdesk: string; conversation: string },
  DueWakeLane
>(
  'lane.dueWakes',
  (arg) => sql<DueWakeLane>`
    select due, helpdesk, conversation from wake
    where due <= ${arg('now')}
      and (due, helpdesk, conversation) > (cast(${arg('due')} as bigint), ${arg('helpdesk')}, ${arg('conversation')})
    order by due, helpdesk, conversation limit ${arg('most')}`,
);

/** A topic that is to be asked now. */
export interface DuePullLane {
  readonly due: number;
  readonly helpdesk: string;
  readonly topic: string;
  readonly conversation: string;
}

/** Topics to be asked now, in the same way. */
export const duePullLanes = statement<
  { now: number; most: number; due: number; helpdesk: string; topic: string; conversation: string },
  DuePullLane
>(
  'lane.duePulls',
  (arg) => sql<DuePullLane>`
    select due, helpdesk, topic, conversation from pull
    where due is not null and due <= ${arg('now')}
      and (due, helpdesk, topic, conversation)
        > (cast(${arg('due')} as bigint), ${arg('helpdesk')}, ${arg('topic')}, ${arg('conversation')})
    order by due, helpdesk, topic, conversation limit ${arg('most')}`,
);

/** When the next thing is due that is not due yet; null if nothing is. What waits for an event (`never`) has no time. */
export const nextDue = statement<{ now: number; never: number }, { due: number | null }>(
  'lane.nextDue',
  (arg) => sql<{ due: number | null }>`
    select min(due) as due from (
      select min(due) as due from message
      where finished_at is null and due is not null and due > ${arg('now')} and due < ${arg('never')}
      union all select min(due) from wake where due > ${arg('now')} and due < ${arg('never')}
      union all select min(due) from knock where due is not null and due > ${arg('now')} and due < ${arg('never')}
      union all select min(due) from pull where due is not null and due > ${arg('now')} and due < ${arg('never')}
    ) as times`,
);

/** Rows that were in flight when the process died. */
export const inFlight = statement<Record<string, never>, MessageTable>(
  'lane.inFlight',
  () => sql<MessageTable>`
    select * from message where finished_at is null and state in ('forwarding', 'reacting', 'sending')`,
);

/**
 * Rows of one conversation that are in flight, in order: at the beginning of a turn, what an earlier one could not settle.
 * They are few, and sorted by no index: the one that has this order has the whole history of the visitor.
 */
export const inFlightOf = statement<{ conversation: string }, MessageTable>(
  'lane.inFlightOf',
  (arg) => sql<MessageTable>`
    select * from message
    where conversation = ${arg('conversation')} and lane in ('react', 'forward', 'reply') and finished_at is null
      and state in ('forwarding', 'reacting', 'sending')
    order by seq + 0`,
);

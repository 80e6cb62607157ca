import { sql } from 'kysely';
import { isOpen } from './by-key.ts';
import { queries, statement } from './statement.ts';
import type { MessageState } from './tables.ts';

/** What a restart makes of a row that was in flight; another start is counted. */
export const settleRestarted = statement<{
  id: string;
  state: MessageState;
  due: number | null;
  code: string | null;
  lost: string | null;
  finishedAt: number | null;
}>(
  'restart.settle',
  (arg) => sql`
    update message set state = ${arg('state')}, due = ${arg('due')}, code = ${arg('code')}, lost = ${arg('lost')},
      finished_at = ${arg('finishedAt')}, starts = starts + 1
    where id = ${arg('id')} and ${isOpen}`,
);

/** Where a page of conversations ends in which something is not finished, and how many there are in it. */
export const openPage = statement<
  { after: string; most: number },
  { last: string | null; conversations: number }
>(
  'restart.openPage',
  (arg) => sql<{ last: string | null; conversations: number }>`
    select max(conversation) as last, count(*) as conversations from (
      select distinct conversation from message
      where finished_at is null and conversation > ${arg('after')}
      order by conversation limit ${arg('most')}) as page`,
);

/**
 * Firsts of lanes that nothing would wake, of some of the conversations: whatever stood before them was finished when the
 * process died. Gives their ids.
 */
export const promoteFirstsBetween = statement<{ after: string; last: string; now: number }, { id: string }>(
  'restart.promoteFirstsBetween',
  (arg) => sql<{ id: string }>`
    update message set due = ${arg('now')}
    where finished_at is null and conversation > ${arg('after')} and conversation <= ${arg('last')}
      and due is null and lane is not null and state in ('received', 'queued', 'waiting', 'held')
      and not exists (
        select 1 from message as ahead
        where ahead.conversation = message.conversation and ahead.lane = message.lane and ahead.finished_at is null
          and ahead.seq < message.seq and (ahead.lane = 'reply' or ahead.helpdesk = message.helpdesk))
    returning id`,
);

/** What waits for a helpdesk. */
export interface OpenHelpdesk {
  readonly helpdesk: string;
  readonly waiting: number;
}

/** How many messages wait for each helpdesk in some of the conversations. */
export const openHelpdesksBetween = statement<{ after: string; last: string }, OpenHelpdesk>(
  'restart.openHelpdesksBetween',
  (arg) => sql<OpenHelpdesk>`
    select helpdesk, count(*) as waiting from message
    where finished_at is null and conversation > ${arg('after')} and conversation <= ${arg('last')}
      and lane is not null and helpdesk is not null
    group by helpdesk`,
);

/** How many wakes and topics wait for each helpdesk. */
export const openSchedules = statement<Record<string, never>, OpenHelpdesk>(
  'restart.openSchedules',
  () => sql<OpenHelpdesk>`
    select helpdesk, count(*) as waiting from (
      select helpdesk from wake
      union all select helpdesk from pull where due is not null) as open
    group by helpdesk`,
);

/** Helpdesks for which something waits without a time. */
export const parkedHelpdesks = statement<{ never: number }, { helpdesk: string }>(
  'restart.parkedHelpdesks',
  (arg) => sql<{ helpdesk: string }>`
    select helpdesk from message
    where finished_at is null and due = cast(${arg('never')} as bigint) and helpdesk is not null
    union select helpdesk from wake where due = cast(${arg('never')} as bigint)
    union select helpdesk from pull where due = cast(${arg('never')} as bigint)`,
);

type Parked = { helpdesk: string; never: number };
type Unparked = Parked & { now: number };

/**
 * Rows of a helpdesk that left the configuration wait without a time, so that they stand in nobody's way; those of some of
 * the conversations. Replies can still be sent (`replies` 0) unless the tenant left too (1).
 */
export const parkMessagesBetween = statement<Parked & { after: string; last: string; replies: number }>(
  'restart.parkMessagesBetween',
  (arg) => sql`
    update message set due = cast(${arg('never')} as bigint)
    where finished_at is null and conversation > ${arg('after')} and conversation <= ${arg('last')}
      and helpdesk = ${arg('helpdesk')} and due is not null
      and (lane <> 'reply' or ${arg('replies')} = 1)`,
);

/** The helpdesk is back in the configuration: what waits for no medium and no visitor is due. */
export const unparkMessages = statement<Unparked>(
  'restart.unparkMessages',
  (arg) => sql`
    update message set due = cast(${arg('now')} as bigint)
    where finished_at is null and helpdesk = ${arg('helpdesk')} and due = cast(${arg('never')} as bigint)
      and state in ('received', 'queued', 'waiting')
      and not exists (select 1 from media where media.message = message.id and media.state = 'wanted')`,
);

export const parkWakes = statement<Parked>('restart.parkWakes', (arg) =>
  queries
    .updateTable('wake')
    .set({ due: arg('never') })
    .where('helpdesk', '=', arg('helpdesk')),
);

export const unparkWakes = statement<Unparked>('restart.unparkWakes', (arg) =>
  queries
    .updateTable('wake')
    .set({ due: arg('now') })
    .where('helpdesk', '=', arg('helpdesk'))
    .where('due', '=', arg('never')),
);

export const parkPulls = statement<Parked>('restart.parkPulls', (arg) =>
  queries
    .updateTable('pull')
    .set({ due: arg('never') })
    .where('helpdesk', '=', arg('helpdesk'))
    .where('due', 'is not', null),
);

/** Also of a page that was being fetched when the process died. */
export const unparkPulls = statement<Unparked>('restart.unparkPulls', (arg) =>
  queries
    .updateTable('pull')
    .set({ due: arg('now') })
    .where('helpdesk', '=', arg('helpdesk'))
    .where('due', '=', arg('never')),
);

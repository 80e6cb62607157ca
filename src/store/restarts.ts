import { sql } from 'kysely';
import { statement } from './statement.ts';
import { type MessageState, NEVER } from './tables.ts';

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
    where id = ${arg('id')} and finished_at is null`,
);

/** Firsts of lanes that nothing would wake: whatever stood before them was finished when the process died. */
export const promoteAllFirsts = statement<{ now: number }>(
  'restart.promoteFirsts',
  (arg) => sql`
    update message set due = ${arg('now')}
    where finished_at is null and due is null and lane is not null and state in ('received', 'queued', 'waiting')
      and not exists (
        select 1 from message as ahead
        where ahead.conversation = message.conversation and ahead.lane = message.lane and ahead.finished_at is null
          and ahead.seq < message.seq and (ahead.lane = 'reply' or ahead.helpdesk = message.helpdesk))`,
);

/** Which helpdesks have rows that are not finished. */
export const openHelpdesks = statement<
  Record<string, never>,
  { tenant: string; helpdesk: string; rows: number }
>(
  'restart.openHelpdesks',
  () => sql<{ tenant: string; helpdesk: string; rows: number }>`
    select tenant, helpdesk, count(*) as rows from message
    where finished_at is null and lane is not null and helpdesk is not null group by tenant, helpdesk`,
);

/**
 * Rows of a helpdesk that left the configuration wait without a time, so that they stand in nobody's way. Replies can
 * still be sent (`replies` 0) unless the tenant left too (1).
 */
export const parkHelpdesk = statement<{ helpdesk: string; replies: number }>(
  'restart.park',
  (arg) => sql`
    update message set due = ${sql.lit(NEVER)}
    where finished_at is null and helpdesk = ${arg('helpdesk')} and due is not null
      and (lane <> 'reply' or ${arg('replies')} = 1)`,
);

/** The helpdesk is back in the configuration: what waits for no medium and no visitor is due. */
export const unparkHelpdesk = statement<{ helpdesk: string; now: number }>(
  'restart.unpark',
  (arg) => sql`
    update message set due = ${arg('now')}
    where finished_at is null and helpdesk = ${arg('helpdesk')} and due = ${sql.lit(NEVER)}
      and state in ('received', 'queued', 'waiting')
      and not exists (select 1 from media where media.message = message.id and media.state = 'wanted')`,
);

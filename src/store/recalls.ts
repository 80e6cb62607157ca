import { sql } from 'kysely';
import { isOpen } from './by-key.ts';
import { statement } from './statement.ts';

/** Ids are the helpdesk's own: another may have the same. */
type Recall = {
  readonly conversation: string;
  readonly helpdesk: string;
  readonly vendorId: string;
};

/**
 * The agent took a reply back. It is not sent any more; one that is under way is only marked (`code` is `recalled`), as
 * nobody knows yet what becomes of it.
 */
export const dropRecalled = statement<Recall & { now: number }>(
  'recall.drop',
  (arg) => sql`
    update message set
      state = case when state = 'sending' then state else 'dropped' end,
      finished_at = case when state = 'sending' then null else cast(${arg('now')} as bigint) end,
      code = 'recalled', due = null
    where conversation = ${arg('conversation')} and lane = 'reply' and vendor_id = ${arg('vendorId')}
      and helpdesk = ${arg('helpdesk')} and finished_at is null and state in ('queued', 'held', 'sending')`,
);

/** Ends a reply that was taken back while it was under way and did not go out. Stands before its settlement. */
export const endRecalled = statement<{ id: string; now: number }>(
  'recall.end',
  (arg) => sql`
    update message set state = 'dropped', due = null, finished_at = ${arg('now')}
    where id = ${arg('id')} and lane = 'reply' and state = 'sending' and code = 'recalled' and ${isOpen}`,
);

/** Whether a reply was taken back while it was under way: one row, or none. */
export const findRecalled = statement<{ id: string }, { id: string }>(
  'recall.find',
  (arg) => sql<{ id: string }>`
    select id from message where id = ${arg('id')} and state = 'sending' and code = 'recalled'`,
);

/** Whether any of a reply that a person wrote has gone out: one row, or none. */
export const findSentReply = statement<Recall, { id: string }>(
  'recall.findSent',
  (arg) => sql<{ id: string }>`
    select id from message
    where conversation = ${arg('conversation')} and lane = 'reply' and vendor_id = ${arg('vendorId')}
      and helpdesk = ${arg('helpdesk')} and state = 'sent' and automatic = 0 and finished_at is not null
    limit 1`,
);

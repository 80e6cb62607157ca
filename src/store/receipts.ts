import { sql } from 'kysely';
import { holds } from './by-key.ts';
import { statement } from './statement.ts';

/**
 * The helpdesk shows our message: it is forwarded, whatever it was in, and no longer unconfirmed. A helpdesk can confirm
 * only what is its own.
 */
export const confirmForward = statement<{
  id: string;
  conversation: string;
  helpdesk: string;
  vendorId: string | null;
  now: number;
}>(
  'receipt.confirm',
  (arg) => sql`
    update message set state = 'forwarded', due = null, code = 'receipt', finished_at = coalesce(finished_at, ${arg('now')}),
      vendor_id = coalesce(${arg('vendorId')}, vendor_id)
    where id = ${arg('id')} and lane = 'forward' and ${holds(sql`conversation = ${arg('conversation')}`)}
      and helpdesk = ${arg('helpdesk')}`,
);

/** The helpdesk took a message and did not confirm it in time. Gives its id; none where the receipt was quicker. */
export const markUnconfirmed = statement<{ id: string }, { id: string }>(
  'receipt.markUnconfirmed',
  (arg) => sql<{ id: string }>`
    update message set code = 'unconfirmed'
    where id = ${arg('id')} and lane = 'forward' and state = 'forwarded' and coalesce(code, '') <> 'receipt'
    returning id`,
);

/** The same, and it is tried again: it is the first of its lane once more. `lost` tells the attempt what went before. */
export const reopenUnconfirmed = statement<{ id: string; lost: string; now: number }, { id: string }>(
  'receipt.reopen',
  (arg) => sql<{ id: string }>`
    update message set state = 'received', due = ${arg('now')}, finished_at = null, code = 'unconfirmed',
      lost = ${arg('lost')}, progress = null, attempts = 0
    where id = ${arg('id')} and lane = 'forward' and state = 'forwarded' and coalesce(code, '') <> 'receipt'
    returning id`,
);

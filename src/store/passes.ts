import { sql } from 'kysely';
import { isOpen } from './by-key.ts';
import { statement } from './statement.ts';
import type { MessageTable } from './tables.ts';

/** All forwards of a conversation that wait at a helpdesk or are under way there, in order. */
export const openForwards = statement<{ conversation: string; helpdesk: string }, MessageTable>(
  'pass.openForwards',
  (arg) => sql<MessageTable>`
    select * from message
    where conversation = ${arg('conversation')} and lane = 'forward' and finished_at is null
      and helpdesk = ${arg('helpdesk')}
    order by seq`,
);

/**
 * Stands in a batch with `expect: 1` where it was decided what goes along: since then none came to the helpdesk, and none
 * that was under way came back.
 */
export const proveForwards = statement<
  { conversation: string; helpdesk: string; open: number; underWay: number },
  { open: number }
>(
  'pass.prove',
  (arg) => sql<{ open: number }>`
    select open from (
      select count(*) as open, count(case when state = 'forwarding' then 1 end) as under_way from message
      where conversation = ${arg('conversation')} and lane = 'forward' and finished_at is null
        and helpdesk = ${arg('helpdesk')}) as present
    where open = ${arg('open')} and under_way = ${arg('underWay')}`,
);

/**
 * A forward that certainly has not arrived goes to another helpdesk, where it begins anew; one that waits for a medium
 * goes on waiting. Expect 1: a miss means that it is under way, begun, or its outcome not known.
 */
export const passForward = statement<{ id: string; from: string; to: string }>(
  'pass.forward',
  (arg) => sql`
    update message set helpdesk = ${arg('to')}, state = 'received', attempts = 0, tries = 0, reason = null,
      code = 'passed', due = case when exists (
        select 1 from media where media.message = message.id and media.state = 'wanted') then due end
    where id = ${arg('id')} and helpdesk = ${arg('from')} and lane = 'forward' and ${isOpen}
      and state in ('received', 'waiting') and lost is null and progress is null`,
);

/** One that the other helpdesk has no use for ends here. Expect 1, as above. */
export const dropPassed = statement<{ id: string; from: string; now: number }>(
  'pass.drop',
  (arg) => sql`
    update message set state = 'dropped', due = null, code = 'passed', finished_at = ${arg('now')}
    where id = ${arg('id')} and helpdesk = ${arg('from')} and lane = 'forward' and ${isOpen}
      and state in ('received', 'waiting') and lost is null and progress is null`,
);

/** The first forward of a conversation at a helpdesk that nothing else would wake is due now. */
export const promoteForward = statement<{ conversation: string; helpdesk: string; now: number }>(
  'pass.promote',
  (arg) => sql`
    update message set due = ${arg('now')}
    where id = (
      select first.id from message as first
      where first.conversation = ${arg('conversation')} and first.lane = 'forward' and first.finished_at is null
        and first.helpdesk = ${arg('helpdesk')}
      order by first.seq limit 1)
    and due is null and state in ('received', 'waiting')`,
);

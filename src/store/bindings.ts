import { sql } from 'kysely';
import { isOpen } from './by-key.ts';
import { databaseNow } from './database-time.ts';
import { queries, statement } from './statement.ts';
import type { MessageTable } from './tables.ts';

/** Binds an outside id to a conversation, once: an id that is bound stays as it is. */
export const bind = statement<{ helpdesk: string; outside: string; conversation: string }>(
  'binding.bind',
  (arg) =>
    queries
      .insertInto('binding')
      .values({ helpdesk: arg('helpdesk'), outside: arg('outside'), conversation: arg('conversation') })
      .onConflict((conflict) => conflict.columns(['helpdesk', 'outside']).doNothing()),
);

/** Whose visitor an outside id names. */
export const findBinding = statement<{ helpdesk: string; outside: string }, { conversation: string }>(
  'binding.find',
  (arg) =>
    queries
      .selectFrom('binding')
      .select('conversation')
      .where('helpdesk', '=', arg('helpdesk'))
      .where('outside', '=', arg('outside')),
);

/**
 * When it came, by the database's time, and after what is there: events of one visitor may come to several processes,
 * whose clocks and ids differ.
 */
const arrivesNext = (arg: <Name extends 'helpdesk' | 'outside'>(name: Name) => string) => sql<number>`(
  select case when ${databaseNow} > coalesce(max(ahead.seq), 0) then ${databaseNow} else max(ahead.seq) + 1 end
  from message as ahead
  where ahead.helpdesk = ${arg('helpdesk')} and ahead.outside = ${arg('outside')} and ${isOpen})`;

/** Keeps an event whose visitor is not known yet, under his outside id; its sequence is that among such events. */
export const addStray = statement<{
  id: string;
  tenant: string;
  helpdesk: string;
  outside: string;
  event: string;
  writtenAt: number;
  raw: string | null;
  now: number;
}>('binding.addStray', (arg) =>
  queries.insertInto('message').values({
    id: arg('id'),
    tenant: arg('tenant'),
    conversation: null,
    helpdesk: arg('helpdesk'),
    outside: arg('outside'),
    direction: 'reply',
    lane: null,
    action: 'stray',
    seq: arrivesNext(arg),
    sender: '{"role":"system"}',
    parts: '[]',
    event: arg('event'),
    written_at: arg('writtenAt'),
    automatic: 0,
    state: 'received',
    attempts: 0,
    tries: 0,
    starts: 0,
    raw: arg('raw'),
    received_at: arg('now'),
  }),
);

/** Events that wait under an outside id, in order of arrival. */
export const straysOf = statement<{ helpdesk: string; outside: string }, MessageTable>(
  'binding.straysOf',
  (arg) =>
    queries
      .selectFrom('message')
      .selectAll()
      .where('helpdesk', '=', arg('helpdesk'))
      .where('outside', '=', arg('outside'))
      .where(isOpen)
      .orderBy('seq')
      .orderBy('id'),
);

/** Strays whose visitor was bound by somebody who could not adopt them any more. */
export const boundStrays = statement<
  Record<string, never>,
  { helpdesk: string; outside: string; conversation: string }
>(
  'binding.boundStrays',
  () => sql<{ helpdesk: string; outside: string; conversation: string }>`
    select distinct binding.helpdesk, binding.outside, binding.conversation
    from message join binding on binding.helpdesk = message.helpdesk and binding.outside = message.outside
    where message.outside is not null and message.conversation is null and message.finished_at is null`,
);

/** A stray found its conversation: its event has become rows there. Expect 1, so that it becomes them once. */
export const adoptStray = statement<{ id: string; conversation: string; now: number }>(
  'binding.adoptStray',
  (arg) => sql`
    update message set state = 'done', conversation = ${arg('conversation')}, finished_at = ${arg('now')}, seq = 0
    where id = ${arg('id')} and ${isOpen}`,
);

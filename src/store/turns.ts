import { sql } from 'kysely';
import { holds, isOpen } from './by-key.ts';
import { type HelpdeskLane, hasNothingOpen, hasNoWakeDue, isHelpdeskIdle } from './idle.ts';
import { queries, statement } from './statement.ts';
import type { MessageState, MessageTable, WakeTable } from './tables.ts';

/**
 * A turn is one go at the work of a lane. It takes the next number; every change of state it makes names that number, and
 * changes nothing once a newer turn has begun.
 */
export const beginTurn = statement<{ lane: string }, { turn: number }>('turn.begin', (arg) =>
  queries
    .insertInto('lane')
    .values({ id: arg('lane'), turn: 1, owner: null, again: 0 })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ turn: sql`lane.turn + 1` }))
    .returning('turn'),
);

/** Stands in a turn's batches with `expect: 1`: a stale turn changes nothing. */
export const proveTurn = statement<{ lane: string; turn: number }, { turn: number }>('turn.prove', (arg) =>
  queries.selectFrom('lane').select('turn').where('id', '=', arg('lane')).where('turn', '=', arg('turn')),
);

/** Gives a row where nothing is open in a helpdesk's lane of a conversation: its turn need not look for more. */
export const findIdleHelpdesk = statement<HelpdeskLane, { idle: number }>(
  'turn.findIdleHelpdesk',
  (arg) => sql<{ idle: number }>`
    select 1 as idle
    where ${isHelpdeskIdle({ conversation: arg('conversation'), helpdesk: arg('helpdesk'), now: arg('now') })}`,
);

/** The same for a visitor's lane of replies. */
export const findIdleReplies = statement<{ conversation: string }, { idle: number }>(
  'turn.findIdleReplies',
  (arg) => sql<{ idle: number }>`
    select 1 as idle where ${hasNothingOpen(arg('conversation'), sql`message.lane = 'reply'`)}`,
);

/** Takes the oldest due reaction into flight. */
export const claimReaction = statement<HelpdeskLane, MessageTable>(
  'turn.claimReaction',
  (arg) => sql<MessageTable>`
    update message set state = 'reacting', attempts = attempts + 1, started_at = ${arg('now')}, due = null
    where id = (
      select first.id from message as first
      where first.conversation = ${arg('conversation')} and first.lane = 'react' and first.finished_at is null
        and first.helpdesk = ${arg('helpdesk')} and ${holds(sql`first.due <= ${arg('now')}`)}
      order by first.seq limit 1)
    returning *`,
);

/** The wakes whose time has come, oldest first. */
export const dueWakes = statement<HelpdeskLane, WakeTable>('turn.dueWakes', (arg) =>
  queries
    .selectFrom('wake')
    .selectAll()
    .where('helpdesk', '=', arg('helpdesk'))
    .where('conversation', '=', arg('conversation'))
    .where(holds(sql`due <= ${arg('now')}`))
    .orderBy('due'),
);

/**
 * Takes the first waiting forward into flight, if it is due. Nothing is taken while a reaction is in flight or due, or a
 * wake is due: they go first.
 */
export const claimForward = statement<HelpdeskLane, MessageTable>(
  'turn.claimForward',
  (arg) => sql<MessageTable>`
    update message set state = 'forwarding', attempts = attempts + 1, started_at = ${arg('now')}, due = null
    where id = (
      select first.id from message as first
      where first.conversation = ${arg('conversation')} and first.lane = 'forward' and first.finished_at is null
        and first.helpdesk = ${arg('helpdesk')}
      order by first.seq limit 1)
    and state in ('received', 'waiting') and (due is null or due <= ${arg('now')})
    and not exists (
      select 1 from message as urgent
      where urgent.conversation = ${arg('conversation')} and urgent.lane = 'react' and urgent.finished_at is null
        and urgent.helpdesk = ${arg('helpdesk')} and (urgent.state = 'reacting' or urgent.due <= ${arg('now')}))
    and ${hasNoWakeDue({ conversation: arg('conversation'), helpdesk: arg('helpdesk'), now: arg('now') })}
    returning *`,
);

/** The first forwards that wait in a lane, in order: what stands behind the one in flight. */
export const waitingForwards = statement<HelpdeskLane, MessageTable>(
  'turn.waitingForwards',
  (arg) => sql<MessageTable>`
    select * from message
    where conversation = ${arg('conversation')} and lane = 'forward' and finished_at is null
      and helpdesk = ${arg('helpdesk')} and state in ('received', 'waiting')
    order by seq limit 20`,
);

/** The first replies that are not finished, in order. */
export const openReplies = statement<{ conversation: string; most: number }, MessageTable>(
  'turn.openReplies',
  (arg) =>
    queries
      .selectFrom('message')
      .selectAll()
      .where('conversation', '=', arg('conversation'))
      .where('lane', '=', 'reply')
      .where('finished_at', 'is', null)
      .orderBy('seq')
      .limit(arg('most')),
);

/** Takes a waiting reply into flight, as a part of one send: it waits for no company any more. Expect 1. */
export const claimReply = statement<{ id: string; send: string; now: number }, MessageTable>(
  'turn.claimReply',
  (arg) => sql<MessageTable>`
    update message set state = 'sending', attempts = attempts + 1, started_at = ${arg('now')}, due = null,
      send_id = ${arg('send')}, reason = nullif(reason, 'join')
    where id = ${arg('id')} and ${isOpen} and state in ('queued', 'held')
    returning *`,
);

/** The first of the lane is looked at again then; `code` says what it waits for. */
export const postponeReply = statement<{ id: string; due: number; code: string }>(
  'turn.postponeReply',
  (arg) =>
    queries
      .updateTable('message')
      .set({ state: 'queued', due: arg('due'), reason: 'join', code: arg('code') })
      .where('id', '=', arg('id'))
      .where(isOpen),
);

/** A reply waits until the visitor acts, or until it is too old (`due`; null where one before it says so). */
export const holdReply = statement<{ id: string; due: number | null; code: string }>(
  'turn.holdReply',
  (arg) =>
    queries
      .updateTable('message')
      .set({ state: 'held', due: arg('due'), reason: null, code: arg('code') })
      .where('id', '=', arg('id'))
      .where(isOpen),
);

/** A reply leaves the lane without being sent. */
export const finishReply = statement<{ id: string; state: MessageState; code: string; now: number }>(
  'turn.finishReply',
  (arg) =>
    queries
      .updateTable('message')
      .set({ state: arg('state'), due: null, code: arg('code'), finished_at: arg('now') })
      .where('id', '=', arg('id'))
      .where(isOpen),
);

/** What an attempt leaves on its row. Expect 1: a row that was finished meanwhile (a receipt, a recall) stays as it is. */
export const settleMessage = statement<{
  id: string;
  state: MessageState;
  due: number | null;
  attempts: number;
  tries: number;
  reason: string | null;
  progress: string | null;
  code: string | null;
  lost: string | null;
  vendorId: string | null;
  sendId: string | null;
  finishedAt: number | null;
}>('turn.settle', (arg) =>
  queries
    .updateTable('message')
    .set({
      state: arg('state'),
      due: arg('due'),
      attempts: arg('attempts'),
      tries: arg('tries'),
      reason: arg('reason'),
      progress: arg('progress'),
      code: arg('code'),
      lost: arg('lost'),
      vendor_id: sql`coalesce(${arg('vendorId')}, vendor_id)`,
      send_id: arg('sendId'),
      finished_at: arg('finishedAt'),
    })
    .where('id', '=', arg('id'))
    .where(isOpen),
);

/** The first of a lane that nothing else will wake is due now. */
export const promoteFirst = statement<{ conversation: string; lane: string; now: number }>(
  'turn.promoteFirst',
  (arg) => sql`
    update message set due = ${arg('now')}
    where id = (
      select first.id from message as first
      where first.conversation = ${arg('conversation')} and first.lane = ${arg('lane')} and first.finished_at is null
      order by first.seq limit 1)
    and due is null and state in ('received', 'queued', 'held')`,
);

/**
 * What stood behind a finished row in its lane is due now: nothing else would wake it. Reactions have their own times. The
 * lane is said, as PostgreSQL would go through the whole history of the visitor for one that it has to read first.
 */
export const promoteNext = statement<{ id: string; conversation: string; lane: string | null; now: number }>(
  'turn.promoteNext',
  (arg) => sql`
    update message set due = ${arg('now')}
    where id = (
      select next.id from message as done join message as next
        on next.conversation = ${arg('conversation')} and next.lane = ${arg('lane')} and next.finished_at is null
        and (next.lane = 'reply' or next.helpdesk = done.helpdesk)
      where done.id = ${arg('id')} and done.finished_at is not null
        and done.lane = ${arg('lane')} and done.lane in ('forward', 'reply')
      order by next.seq limit 1)
    and due is null and state in ('received', 'queued', 'held')`,
);

/** Something moved: waiting forwards of a conversation are due at once. Gives their ids. */
export const releaseWaiting = statement<
  { conversation: string; helpdesk: string; now: number },
  { id: string }
>(
  'turn.releaseWaiting',
  (arg) => sql<{ id: string }>`
    update message set due = ${arg('now')}
    where conversation = ${arg('conversation')} and lane = 'forward' and finished_at is null
      and helpdesk = ${arg('helpdesk')} and ${holds(sql`due > ${arg('now')}`)} and state in ('received', 'waiting')
      and not exists (select 1 from media where media.message = message.id and media.state = 'wanted')
    returning id`,
);

/** The visitor acted: replies that are held, or wait for company, are no longer, and due at once. Gives their ids. */
export const releaseHeld = statement<{ conversation: string; now: number }, { id: string }>(
  'turn.releaseHeld',
  (arg) =>
    queries
      .updateTable('message')
      .set({ state: 'queued', reason: sql`nullif(reason, 'join')`, due: arg('now') })
      .where('conversation', '=', arg('conversation'))
      .where('lane', '=', 'reply')
      .where('finished_at', 'is', null)
      .where((row) =>
        row.or([
          row('state', '=', 'held'),
          row.and([row('state', '=', 'queued'), row('reason', '=', 'join')]),
        ]),
      )
      .returning('id'),
);

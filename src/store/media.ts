import { sql } from 'kysely';
import type { Direction } from '../model/message.ts';
import type { DueLane } from './lanes.ts';
import { queries, statement } from './statement.ts';
import type { MediaTable } from './tables.ts';

/** Asks for a medium, to be fetched at once: what WeChat and the vendors offer expires. */
export const wantMedium = statement<{
  id: string;
  tenant: string;
  conversation: string;
  message: string;
  source: string;
  name: string | null;
  now: number;
}>('media.want', (arg) =>
  queries
    .insertInto('media')
    .values({
      id: arg('id'),
      tenant: arg('tenant'),
      conversation: arg('conversation'),
      message: arg('message'),
      source: arg('source'),
      name: arg('name'),
      state: 'wanted',
      attempts: 0,
      due: arg('now'),
      wanted_at: arg('now'),
    })
    .onConflict((conflict) => conflict.column('id').doNothing()),
);

export const readMedium = statement<{ id: string }, MediaTable>('media.read', (arg) =>
  queries.selectFrom('media').selectAll().where('id', '=', arg('id')),
);

/** The URL of a kept medium is given out: it lives until `until`, or as long as was said before if it lives still. */
export const fixMediaUrl = statement<
  { id: string; now: number; until: number },
  { name: string; url_until: number }
>(
  'media.fixUrl',
  (arg) => sql<{ name: string; url_until: number }>`
    update media set url_until = case when url_until > ${arg('now')} then url_until
      else cast(${arg('until')} as bigint) end
    where id = ${arg('id')} and state = 'kept'
    returning name, url_until`,
);

/** Gives a row where there is such a medium. */
export const hasMedium = statement<{ id: string }, { id: string }>('media.has', (arg) =>
  queries.selectFrom('media').select('id').where('id', '=', arg('id')),
);

/** Media to be fetched now: the longest waiting of each tenant, so that no tenant's backlog hides another's. */
export const dueMedia = statement<{ now: number; mostEach: number }, { id: string; tenant: string }>(
  'media.due',
  (arg) => sql<{ id: string; tenant: string }>`
    select id, tenant from (
      select id, tenant, due, row_number() over (partition by tenant order by due, id) as place from media
      where due is not null and due <= ${arg('now')}) as waiting
    where place <= ${arg('mostEach')} order by due, id`,
);

/** When the next medium is due that is not due yet; null if none is. */
export const nextMediumDue = statement<{ now: number }, { due: number | null }>(
  'media.nextDue',
  (arg) => sql<{ due: number | null }>`select min(due) as due from media where due > ${arg('now')}`,
);

/** A medium that is to be fetched, and which way its message goes. */
export interface WantedMedium extends MediaTable {
  direction: Direction;
}

/** The medium, if it is still to be fetched now. */
export const readWanted = statement<{ id: string; now: number }, WantedMedium>(
  'media.readWanted',
  (arg) => sql<WantedMedium>`
    select media.*, message.direction as direction from media join message on message.id = media.message
    where media.id = ${arg('id')} and media.state = 'wanted' and media.due <= ${arg('now')}`,
);

/** The copy is kept. What was settled or forgotten meanwhile stays as it is. */
export const keepMedium = statement<{
  id: string;
  type: string;
  bytes: number;
  md5: string;
  name: string;
  width: number | null;
  height: number | null;
}>('media.keep', (arg) =>
  queries
    .updateTable('media')
    .set({
      state: 'kept',
      due: null,
      code: null,
      type: arg('type'),
      bytes: arg('bytes'),
      md5: arg('md5'),
      name: arg('name'),
      width: arg('width'),
      height: arg('height'),
    })
    .where('id', '=', arg('id'))
    .where('state', '=', 'wanted'),
);

/** Keeps a text that is too long to send as a medium of its message; the same text again changes nothing. */
export const keepText = statement<{
  id: string;
  tenant: string;
  conversation: string;
  message: string;
  bytes: number;
  md5: string;
  now: number;
}>('media.keepText', (arg) =>
  queries
    .insertInto('media')
    .values({
      id: arg('id'),
      tenant: arg('tenant'),
      conversation: arg('conversation'),
      message: arg('message'),
      source: '{}',
      name: 'message.txt',
      state: 'kept',
      attempts: 0,
      type: 'text/plain',
      bytes: arg('bytes'),
      md5: arg('md5'),
      wanted_at: arg('now'),
    })
    .onConflict((conflict) => conflict.column('id').doNothing()),
);

/** It can't be had: its message goes on without it. */
export const giveUpMedium = statement<{ id: string; code: string }>('media.giveUp', (arg) =>
  queries
    .updateTable('media')
    .set({ state: 'gone', due: null, code: arg('code') })
    .where('id', '=', arg('id'))
    .where('state', '=', 'wanted'),
);

/** To be tried again then. */
export const postponeMedium = statement<{ id: string; due: number; code: string }>('media.postpone', (arg) =>
  queries
    .updateTable('media')
    .set((eb) => ({ due: arg('due'), code: arg('code'), attempts: eb('attempts', '+', 1) }))
    .where('id', '=', arg('id'))
    .where('state', '=', 'wanted'),
);

/** A message that may go, and the lane it stands in. */
export interface ReleasedMessage extends Omit<DueLane, 'due'> {
  readonly id: string;
  /** Null where something stands before it, which will bring its turn. */
  readonly due: number | null;
}

/** A message whose last wanted medium is settled may go: now, or when what stands before it in its lane is done. */
export const releaseMessage = statement<{ id: string; conversation: string; now: number }, ReleasedMessage>(
  'media.releaseMessage',
  (arg) => sql<ReleasedMessage>`
    update message set due = case when exists (
      select 1 from message as ahead
      where ahead.conversation = message.conversation and ahead.lane = message.lane and ahead.finished_at is null
        and (ahead.lane = 'reply' or ahead.helpdesk = message.helpdesk)
        and ahead.seq < message.seq) then null else cast(${arg('now')} as bigint) end
    where id = ${arg('id')} and conversation = ${arg('conversation')} and finished_at is null
      and state in ('received', 'queued') and lane is not null
      and not exists (select 1 from media where media.message = message.id and media.state = 'wanted')
    returning id, tenant, conversation, helpdesk, lane, due`,
);

/**
 * The next media by id, with whether they can go: wanted before `before`, no URL of theirs alive at `now`, and their
 * message finished or no more. Begins after the empty text; a walk in bites needs no index by time, and no push waits long behind one.
 */
export const mediaAfter = statement<
  { after: string; before: number; now: number; most: number },
  { id: string; stale: 0 | 1 }
>(
  'media.after',
  (arg) => sql<{ id: string; stale: 0 | 1 }>`
    select media.id, case when media.wanted_at < ${arg('before')}
      and coalesce(media.url_until, 0) <= ${arg('now')}
      and (message.id is null or message.finished_at is not null) then 1 else 0 end as stale
    from media left join message on message.id = media.message
    where media.id > ${arg('after')} order by media.id limit ${arg('most')}`,
);

/**
 * Kept media of messages that are not finished, by id; none that the bridge wrote itself, as it will write them again.
 * Begins after the empty text.
 */
export const keptInUse = statement<
  { after: string; most: number },
  { id: string; message: string; bytes: number }
>(
  'media.keptInUse',
  (arg) => sql<{ id: string; message: string; bytes: number }>`
    select media.id, media.message, media.bytes from media join message on message.id = media.message
    where media.id > ${arg('after')} and media.state = 'kept' and media.source <> '{}' and message.finished_at is null
    order by media.id limit ${arg('most')}`,
);

/** The copy of a medium is lost: it is to be fetched again, as if it had just been asked for. */
export const wantAgain = statement<{ id: string; now: number }>('media.wantAgain', (arg) =>
  queries
    .updateTable('media')
    .set({ state: 'wanted', due: arg('now'), wanted_at: arg('now'), attempts: 0, code: 'lost' })
    .where('id', '=', arg('id'))
    .where('state', '=', 'kept'),
);

/** A message waits for a medium again, if it has not been tried yet. */
export const holdForMedium = statement<{ id: string; never: number }>('media.holdMessage', (arg) =>
  queries
    .updateTable('message')
    .set({ due: arg('never') })
    .where('id', '=', arg('id'))
    .where('finished_at', 'is', null)
    .where('state', 'in', ['received', 'queued'])
    .where('lane', 'is not', null),
);

export const forgetMedium = statement<{ id: string }>('media.forget', (arg) =>
  queries.deleteFrom('media').where('id', '=', arg('id')),
);

import { sql } from 'kysely';
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

/** Media to be fetched now, longest waiting first. */
export const dueMedia = statement<{ now: number; most: number }, MediaTable & { direction: string }>(
  'media.due',
  (arg) => sql<MediaTable & { direction: string }>`
    select media.*, message.direction as direction from media join message on message.id = media.message
    where media.due is not null and media.due <= ${arg('now')} order by media.due limit ${arg('most')}`,
);

/** The copy is kept. */
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
      type: arg('type'),
      bytes: arg('bytes'),
      md5: arg('md5'),
      name: arg('name'),
      width: arg('width'),
      height: arg('height'),
    })
    .where('id', '=', arg('id')),
);

/** It can't be had: its message goes on without it. */
export const giveUpMedium = statement<{ id: string; code: string }>('media.giveUp', (arg) =>
  queries
    .updateTable('media')
    .set({ state: 'gone', due: null, code: arg('code') })
    .where('id', '=', arg('id')),
);

/** To be tried again then. */
export const postponeMedium = statement<{ id: string; due: number; code: string }>('media.postpone', (arg) =>
  queries
    .updateTable('media')
    .set((eb) => ({ due: arg('due'), code: arg('code'), attempts: eb('attempts', '+', 1) }))
    .where('id', '=', arg('id')),
);

/** A message whose last wanted medium is settled may go: now, or when what stands before it in its lane is done. */
export const releaseMessage = statement<{ id: string; now: number }>(
  'media.releaseMessage',
  (arg) => sql`
    update message set due = case when exists (
      select 1 from message as ahead
      where ahead.conversation = message.conversation and ahead.lane = message.lane and ahead.finished_at is null
        and ahead.seq < message.seq) then null else ${arg('now')} end
    where id = ${arg('id')} and finished_at is null and state in ('received', 'queued')
      and not exists (select 1 from media where media.message = message.id and media.state = 'wanted')`,
);

/** Media of messages that were finished before `before`: their files can go. */
export const staleMedia = statement<{ before: number; most: number }, { id: string }>(
  'media.stale',
  (arg) => sql<{ id: string }>`
    select media.id from media left join message on message.id = media.message
    where media.due is null and media.wanted_at < ${arg('before')}
      and (message.id is null or message.finished_at < ${arg('before')}) limit ${arg('most')}`,
);

export const forgetMedium = statement<{ id: string }>('media.forget', (arg) =>
  queries.deleteFrom('media').where('id', '=', arg('id')),
);

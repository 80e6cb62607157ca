import { sql } from 'kysely';
import type { Direction } from '../model/message.ts';
import { databaseNow } from './database-time.ts';
import type { MediaTable } from './media-tables.ts';
import { queries, statement } from './statement.ts';

/** Nobody has it in hand. */
const nobody = { held_by: null, held_until: null };

/**
 * Media that `holder` may fetch now, as nobody else has them in hand: the longest waiting of each tenant, so that no
 * tenant's backlog hides another's.
 */
export const dueMedia = statement<
  { now: number; holder: string; mostEach: number },
  { id: string; tenant: string }
>(
  'media.due',
  (arg) => sql<{ id: string; tenant: string }>`
    select id, tenant from (
      select id, tenant, due, row_number() over (partition by tenant order by due, id) as place from media
      where due is not null and due <= ${arg('now')}
        and (coalesce(held_until, 0) <= ${databaseNow} or held_by = ${arg('holder')})) as waiting
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

/** The medium, if it is still to be fetched now. For a process that has the store for itself. */
export const readWanted = statement<{ id: string; now: number }, WantedMedium>(
  'media.readWanted',
  (arg) => sql<WantedMedium>`
    select media.*, message.direction as direction from media join message on message.id = media.message
    where media.id = ${arg('id')} and media.state = 'wanted' and media.due <= ${arg('now')}`,
);

/**
 * Takes the medium in hand for `leaseMs`, if it is still to be fetched now and nobody else has it: whatever an earlier
 * claim still brings changes nothing from now on.
 */
export const claimMedium = statement<
  { id: string; now: number; holder: string; leaseMs: number },
  WantedMedium
>(
  'media.claim',
  (arg) => sql<WantedMedium>`
    update media set claim = claim + 1, held_by = ${arg('holder')}, held_until = ${databaseNow} + ${arg('leaseMs')}
    where id = ${arg('id')} and state = 'wanted' and due <= ${arg('now')}
      and (coalesce(held_until, 0) <= ${databaseNow} or held_by = ${arg('holder')})
      and exists (select 1 from message where message.id = media.message)
    returning *, (select message.direction from message where message.id = media.message) as direction`,
);

/** All that the holder has in hand stays his for so long from now on; what passed on meanwhile does not. */
export const renewClaims = statement<{ holder: string; leaseMs: number }>(
  'media.renewClaims',
  (arg) => sql`
    update media set held_until = ${databaseNow} + ${arg('leaseMs')} where held_by = ${arg('holder')}`,
);

/** Puts a medium back untried: whoever is the first takes it. */
export const dropClaim = statement<{ id: string; claim: number }>('media.dropClaim', (arg) =>
  queries.updateTable('media').set(nobody).where('id', '=', arg('id')).where('claim', '=', arg('claim')),
);

/** The copy is kept. Expect 1: it was taken in hand anew, or forgotten meanwhile. */
export const keepMedium = statement<{
  id: string;
  claim: number;
  file: string;
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
      file: arg('file'),
      type: arg('type'),
      bytes: arg('bytes'),
      md5: arg('md5'),
      name: arg('name'),
      width: arg('width'),
      height: arg('height'),
      ...nobody,
    })
    .where('id', '=', arg('id'))
    .where('claim', '=', arg('claim'))
    .where('state', '=', 'wanted'),
);

/** It can't be had: its message goes on without it. Expect 1, as for {@link keepMedium}. */
export const giveUpMedium = statement<{ id: string; claim: number; code: string }>('media.giveUp', (arg) =>
  queries
    .updateTable('media')
    .set({ state: 'gone', due: null, code: arg('code'), ...nobody })
    .where('id', '=', arg('id'))
    .where('claim', '=', arg('claim'))
    .where('state', '=', 'wanted'),
);

/** To be tried again then, by whoever is the first. Expect 1, as for {@link keepMedium}. */
export const postponeMedium = statement<{ id: string; claim: number; due: number; code: string }>(
  'media.postpone',
  (arg) =>
    queries
      .updateTable('media')
      .set((eb) => ({ due: arg('due'), code: arg('code'), attempts: eb('attempts', '+', 1), ...nobody }))
      .where('id', '=', arg('id'))
      .where('claim', '=', arg('claim'))
      .where('state', '=', 'wanted'),
);

import { sql } from 'kysely';
import { holds, isOpen } from './by-key.ts';
import type { DueLane } from './lanes.ts';
import type { MediaTable } from './media-tables.ts';
import { queries, statement } from './statement.ts';

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
      claim: 0,
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

/** What is known of the medium that a file may belong to. */
export const readFileOwner = statement<{ id: string }, Pick<MediaTable, 'state' | 'file'>>(
  'media.fileOwner',
  (arg) => queries.selectFrom('media').select(['state', 'file']).where('id', '=', arg('id')),
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
      claim: 0,
    })
    .onConflict((conflict) => conflict.column('id').doNothing()),
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
    where id = ${arg('id')} and ${holds(sql`conversation = ${arg('conversation')}`)} and ${isOpen}
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

export interface KeptCopy {
  readonly id: string;
  readonly file: string;
  readonly bytes: number;
  readonly md5: string;
}

/** All kept media by id. Begins after the empty text. */
export const keptAfter = statement<{ after: string; most: number }, KeptCopy>(
  'media.keptAfter',
  (arg) => sql<KeptCopy>`
    select id, coalesce(file, id) as file, bytes, md5 from media
    where id > ${arg('after')} and state = 'kept' order by id limit ${arg('most')}`,
);

export interface KeptInUse {
  readonly id: string;
  readonly message: string;
  readonly bytes: number;
  readonly file: string;
}

/**
 * Kept media of messages that are not finished, by id; none that the bridge wrote itself, as it will write them again.
 * Begins after the empty text.
 */
export const keptInUse = statement<{ after: string; most: number }, KeptInUse>(
  'media.keptInUse',
  (arg) => sql<KeptInUse>`
    select media.id, media.message, media.bytes, coalesce(media.file, media.id) as file from media join message on message.id = media.message
    where media.id > ${arg('after')} and media.state = 'kept' and media.source <> '{}' and ${isOpen}
    order by media.id limit ${arg('most')}`,
);

/** The copy of a medium is lost: it is to be fetched again, as if it had just been asked for. Another copy is not. */
export const wantAgain = statement<{ id: string; file: string; now: number }>('media.wantAgain', (arg) =>
  queries
    .updateTable('media')
    .set({
      state: 'wanted',
      due: arg('now'),
      wanted_at: arg('now'),
      attempts: 0,
      code: 'lost',
      held_by: null,
      held_until: null,
    })
    .where('id', '=', arg('id'))
    .where('state', '=', 'kept')
    .where(({ fn }) => fn.coalesce('file', 'id'), '=', arg('file')),
);

/** A message one of whose media is asked for again waits for it, if it has not been tried yet. */
export const holdForMedium = statement<{ id: string; never: number }>(
  'media.holdMessage',
  (arg) => sql`
    update message set due = ${arg('never')}
    where id = ${arg('id')} and ${isOpen} and state in ('received', 'queued') and lane is not null
      and exists (select 1 from media where media.message = message.id and media.state = 'wanted')`,
);

/**
 * A medium that may go, as {@link mediaAfter} says, goes; gives its file. What was asked for again meanwhile stays.
 */
export const forgetStale = statement<{ id: string; before: number; now: number }, { file: string }>(
  'media.forgetStale',
  (arg) => sql<{ file: string }>`
    delete from media where id = ${arg('id')} and wanted_at < ${arg('before')}
      and coalesce(url_until, 0) <= ${arg('now')}
      and not exists (select 1 from message where message.id = media.message and ${isOpen})
    returning coalesce(file, id) as file`,
);

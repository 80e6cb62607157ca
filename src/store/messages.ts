import { sql } from 'kysely';
import type { Direction } from '../model/message.ts';
import { everyMessage } from './every-message.ts';
import { queries, statement } from './statement.ts';
import type { LaneName, MessageState, MessageTable } from './tables.ts';

/** What a new row must say; the rest has its beginning. */
export interface NewMessage extends Record<string, string | number | null> {
  readonly id: string;
  readonly tenant: string;
  readonly conversation: string;
  readonly helpdesk: string | null;
  readonly direction: Direction;
  readonly lane: LaneName | null;
  readonly action: string;
  readonly sender: string;
  readonly parts: string;
  readonly event: string | null;
  readonly writtenAt: number;
  readonly automatic: number;
  readonly state: MessageState;
  /** Null: as soon as it is the first of its lane. */
  readonly due: number | null;
  readonly notAfter: number | null;
  readonly vendorId: string | null;
  readonly answer: string | null;
  readonly raw: string | null;
  readonly now: number;
  /** `now` for what is only history. */
  readonly finishedAt: number | null;
}

const columns = [
  'id',
  'tenant',
  'conversation',
  'helpdesk',
  'outside',
  'direction',
  'lane',
  'action',
  'seq',
  'sender',
  'parts',
  'event',
  'written_at',
  'automatic',
  'state',
  'attempts',
  'tries',
  'starts',
  'due',
  'not_after',
  'vendor_id',
  'answer',
  'raw',
  'received_at',
  'finished_at',
] as const;

/**
 * Writes a row with the sequence that the batch has just taken. Without a time of its own it is due now if nothing
 * stands before it in its lane; else the end of what stands before it brings its turn.
 */
export const addMessage = statement<NewMessage>('message.add', (arg) =>
  queries
    .insertInto('message')
    .columns([...columns])
    .expression((eb) =>
      eb
        .selectFrom('conversation')
        .select([
          text(arg('id')).as('id'),
          text(arg('tenant')).as('tenant'),
          'conversation.id as conversation',
          text(arg('helpdesk')).as('helpdesk'),
          sql`null`.as('outside'),
          text(arg('direction')).as('direction'),
          text(arg('lane')).as('lane'),
          text(arg('action')).as('action'),
          'conversation.seq as seq',
          text(arg('sender')).as('sender'),
          text(arg('parts')).as('parts'),
          text(arg('event')).as('event'),
          whole(arg('writtenAt')).as('written_at'),
          sql`cast(${arg('automatic')} as integer)`.as('automatic'),
          text(arg('state')).as('state'),
          sql`0`.as('attempts'),
          sql`0`.as('tries'),
          sql`0`.as('starts'),
          dueOfNewRow(arg).as('due'),
          whole(arg('notAfter')).as('not_after'),
          text(arg('vendorId')).as('vendor_id'),
          text(arg('answer')).as('answer'),
          text(arg('raw')).as('raw'),
          whole(arg('now')).as('received_at'),
          whole(arg('finishedAt')).as('finished_at'),
        ])
        .where('conversation.id', '=', arg('conversation')),
    ),
);

// A row that waits behind another has no time: a helpdesk that is down for days leaves one due row a lane, not all.
// The last of them is looked for: it was written lately and stands where the new one will, while the first, behind a
// helpdesk that is down, would have to be read from the disk.
function dueOfNewRow(arg: <Name extends keyof NewMessage & string>(name: Name) => NewMessage[Name]) {
  return sql<number | null>`case
    when ${text(arg('lane'))} is null then null
    when ${whole(arg('due'))} is not null then ${whole(arg('due'))}
    when ${text(arg('lane'))} <> 'react' and (
      select ahead.seq from message as ahead
      where ahead.conversation = conversation.id and ahead.lane = ${arg('lane')} and ahead.finished_at is null
        and (ahead.lane = 'reply' or ahead.helpdesk = ${arg('helpdesk')})
      order by ahead.seq desc limit 1
    ) is not null then null
    else ${whole(arg('now'))} end`;
}

// PostgreSQL takes the type of an argument from its place, and in a select list it would guess text.
function text<Value extends string | null>(value: Value) {
  return sql<Value>`cast(${value} as text)`;
}

function whole<Value extends number | null>(value: Value) {
  return sql<Value>`cast(${value} as bigint)`;
}

/**
 * Takes a record of the visitor's own words away again where they stand already, as a push that was written down. The
 * platform's two clocks may be some seconds apart.
 */
export const dropDoubled = statement<{ id: string }>(
  'message.dropDoubled',
  (arg) => sql`
    delete from message where id = ${arg('id')} and exists (
      select 1 from ${everyMessage} as pushed
      where pushed.conversation = message.conversation and pushed.seq < message.seq
        and pushed.direction = 'forward' and pushed.answer is not null and pushed.parts = message.parts
        and pushed.written_at between message.written_at - 5000 and message.written_at + 5000)`,
);

export const readMessage = statement<{ id: string }, MessageTable>('message.read', (arg) =>
  queries.selectFrom('message').selectAll().where('id', '=', arg('id')),
);

/** The vendor's ids of messages that were accepted in a conversation since then, behind a sequence. */
export const acceptedIds = statement<
  { conversation: string; helpdesk: string; since: number; behind: number },
  { vendor_id: string }
>(
  'message.acceptedIds',
  (arg) => sql<{ vendor_id: string }>`
    select vendor_id from message
    where conversation = ${arg('conversation')} and seq > ${arg('behind')} and lane = 'forward'
      and helpdesk = ${arg('helpdesk')} and vendor_id is not null and finished_at >= ${arg('since')}`,
);

/** The replies that went out as one send with this one, and have gone. */
export const sentWith = statement<{ conversation: string; id: string }, MessageTable>(
  'message.sentWith',
  (arg) => sql<MessageTable>`
    select * from message
    where conversation = ${arg('conversation')} and state = 'sent' and finished_at is not null
      and (id = ${arg('id')} or send_id = (select send_id from message where id = ${arg('id')}))`,
);

/** They did not arrive after all. */
export const failSends = statement<{ conversation: string; id: string; code: string }>(
  'message.failSends',
  (arg) => sql`
    update message set state = 'dead', code = ${arg('code')}
    where conversation = ${arg('conversation')} and state = 'sent' and finished_at is not null
      and (id = ${arg('id')} or send_id = (select sent.send_id from message as sent where sent.id = ${arg('id')}))`,
);

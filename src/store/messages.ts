import { sql } from 'kysely';
import type { Direction } from '../model/message.ts';
import { queries, statement } from './statement.ts';
import type { LaneName, MessageState } from './tables.ts';

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
          sql`${arg('id')}`.as('id'),
          sql`${arg('tenant')}`.as('tenant'),
          'conversation.id as conversation',
          sql`${arg('helpdesk')}`.as('helpdesk'),
          sql`null`.as('outside'),
          sql`${arg('direction')}`.as('direction'),
          sql`${arg('lane')}`.as('lane'),
          sql`${arg('action')}`.as('action'),
          'conversation.seq as seq',
          sql`${arg('sender')}`.as('sender'),
          sql`${arg('parts')}`.as('parts'),
          sql`${arg('event')}`.as('event'),
          sql`${arg('writtenAt')}`.as('written_at'),
          sql`${arg('automatic')}`.as('automatic'),
          sql`${arg('state')}`.as('state'),
          sql`0`.as('attempts'),
          sql`0`.as('tries'),
          sql`0`.as('starts'),
          dueOfNewRow(arg('due'), arg('lane'), arg('now')).as('due'),
          sql`${arg('notAfter')}`.as('not_after'),
          sql`${arg('vendorId')}`.as('vendor_id'),
          sql`${arg('answer')}`.as('answer'),
          sql`${arg('raw')}`.as('raw'),
          sql`${arg('now')}`.as('received_at'),
          sql`${arg('finishedAt')}`.as('finished_at'),
        ])
        .where('conversation.id', '=', arg('conversation')),
    ),
);

// A row that waits behind another has no time: a helpdesk that is down for days leaves one due row a lane, not all.
function dueOfNewRow(due: number | null, lane: LaneName | null, now: number) {
  return sql<number | null>`case
    when ${lane} is null then null
    when ${due} is not null then ${due}
    when ${lane} <> 'react' and exists (
      select 1 from message as ahead
      where ahead.conversation = conversation.id and ahead.lane = ${lane} and ahead.finished_at is null
    ) then null
    else ${now} end`;
}

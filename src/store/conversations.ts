import { type RawBuilder, sql } from 'kysely';
import type { SqlValue } from '../ports/store.ts';
import { type ArgumentOf, queries, statement } from './statement.ts';
import type { ConversationTable } from './tables.ts';

/** What an act of a visitor says of his conversation. */
export interface Acting extends Record<string, SqlValue> {
  readonly id: string;
  readonly tenant: string;
  readonly visitor: string;
  readonly appid: string;
  readonly context: string | null;
  readonly business: string | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

type Allowance = Pick<ConversationTable, 'acts' | 'granted' | 'granted_at' | 'sends_left' | 'window_ends_at'>;

/** The visitor acted: the conversation exists from now on, and the next sequence is taken. */
export const actInConversation = statement<Acting>('conversation.act', (arg) => insertActing(arg));

/** The query of an act; it may set more: in the conversation that it begins, and in the one that is there. */
export function insertActing(
  arg: ArgumentOf<Acting>,
  first: Partial<Allowance> = {},
  again: Partial<Record<keyof Allowance, RawBuilder<number>>> = {},
) {
  return queries
    .insertInto('conversation')
    .values({
      id: arg('id'),
      tenant: arg('tenant'),
      visitor: arg('visitor'),
      appid: arg('appid'),
      seq: 1,
      context: arg('context'),
      business: arg('business'),
      pending: null,
      created_at: arg('now'),
      acted_at: arg('now'),
      acts: 0,
      granted: 0,
      granted_at: 0,
      sends_left: 0,
      window_ends_at: 0,
      brief_left: 0,
      brief_ends_at: 0,
      brief_code: null,
      held_told: -1,
      typing_at: 0,
      ...first,
    })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({
        seq: sql`conversation.seq + 1`,
        context: sql`coalesce(excluded.context, conversation.context)`,
        business: sql`coalesce(excluded.business, conversation.business)`,
        acted_at: sql`excluded.acted_at`,
        ...again,
      }),
    );
}

/** The next sequence is taken for a message that is not the visitor's. */
export const advanceConversation = statement<{ id: string }>('conversation.advance', (arg) =>
  queries.updateTable('conversation').set({ seq: sql`seq + 1` }).where('id', '=', arg('id')),
);

export const readConversation = statement<{ id: string }, ConversationTable>('conversation.read', (arg) =>
  queries.selectFrom('conversation').selectAll().where('id', '=', arg('id')),
);

/** Sets the list the visitor may pick from, or takes it away. */
export const setPending = statement<{ id: string; pending: string | null }>(
  'conversation.setPending',
  (arg) =>
    queries
      .updateTable('conversation')
      .set({ pending: arg('pending') })
      .where('id', '=', arg('id')),
);

/** Takes the list away that was answered, unless another stands there by now. */
export const answerPending = statement<{ id: string; pending: string }>('conversation.answerPending', (arg) =>
  queries
    .updateTable('conversation')
    .set({ pending: null })
    .where('id', '=', arg('id'))
    .where('pending', '=', arg('pending')),
);

/** The merchant is to be asked about the visitor; gives a row to the one who is to do it, and to nobody else until then. */
export const claimAsking = statement<{ id: string; now: number; until: number }, { id: string }>(
  'conversation.claimAsking',
  (arg) =>
    queries
      .updateTable('conversation')
      .set({ asked_until: arg('until') })
      .where('id', '=', arg('id'))
      .where(({ fn, lit }) => fn.coalesce('asked_until', lit(0)), '<=', arg('now'))
      .returning('id'),
);

/** The merchant has answered: what he said stands elsewhere, with its time. */
export const endAsking = statement<{ id: string }>('conversation.endAsking', (arg) =>
  queries.updateTable('conversation').set({ asked_until: null }).where('id', '=', arg('id')),
);

/** He is to be shown that an agent is writing; gives a row unless he was shown since `after`. */
export const claimTyping = statement<{ id: string; now: number; after: number }, { id: string }>(
  'conversation.claimTyping',
  (arg) =>
    queries
      .updateTable('conversation')
      .set({ typing_shown_at: arg('now') })
      .where('id', '=', arg('id'))
      .where(({ fn, lit }) => fn.coalesce('typing_shown_at', lit(0)), '<=', arg('after'))
      .returning('id'),
);

import { sql } from 'kysely';
import { holds, isOpen } from './by-key.ts';
import { everyMessage } from './every-message.ts';
import { queries, statement } from './statement.ts';

/**
 * What may go goes in small bites, so that no push waits long behind one: a bite reads the next rows along a key that is
 * there anyway (an index by time would cost at each push), and forgets those whose time is over. Each forgetting says
 * again what must hold, as things may have moved since the bite was read.
 */

/** A finished message, or a stray that nobody claimed, as a walk by id (which is by time) meets it. */
export interface OldMessage {
  readonly id: string;
  readonly tenant: string;
  readonly conversation: string | null;
  readonly received_at: number;
  readonly finished_at: number | null;
}

/** The next rows by id; begins after the empty text. What they are decides how long each is kept. */
export const messagesAfter = statement<{ after: string; most: number }, OldMessage>(
  'retention.messagesAfter',
  (arg) =>
    queries
      .selectFrom('message')
      .select(['id', 'tenant', 'conversation', 'received_at', 'finished_at'])
      .where('id', '>', arg('after'))
      .orderBy('id')
      .limit(arg('most')),
);

/** Forgets a message that was finished before then. One that waits is never forgotten. */
export const forgetMessage = statement<{ id: string; before: number }>('retention.forgetMessage', (arg) =>
  queries.deleteFrom('message').where('id', '=', arg('id')).where('finished_at', '<', arg('before')),
);

/** Forgets an event whose visitor never became known, unless he has just done. */
export const forgetStray = statement<{ id: string; before: number }>('retention.forgetStray', (arg) =>
  queries
    .deleteFrom('message')
    .where('id', '=', arg('id'))
    .where(holds(sql`conversation is null`))
    .where(isOpen)
    .where('received_at', '<', arg('before')),
);

export interface OldRaw {
  readonly id: string;
  readonly tenant: string;
  readonly at: number;
}

/** The next pushes and callbacks as they came, by id, which is by time; begins after the empty text. */
export const rawsAfter = statement<{ after: string; most: number }, OldRaw>('retention.rawsAfter', (arg) =>
  queries
    .selectFrom('raw')
    .select(['id', 'tenant', 'at'])
    .where('id', '>', arg('after'))
    .orderBy('id')
    .limit(arg('most')),
);

export const forgetRaw = statement<{ id: string }>('retention.forgetRaw', (arg) =>
  queries.deleteFrom('raw').where('id', '=', arg('id')),
);

export interface SeenKey {
  readonly tenant: string;
  readonly source: string;
  readonly key: string;
}

/** The next keys of arrivals, in order; begins after three empty texts. */
export const seenAfter = statement<
  { tenant: string; source: string; key: string; most: number },
  SeenKey & { readonly until: number }
>('retention.seenAfter', (arg) =>
  queries
    .selectFrom('seen')
    .select(['tenant', 'source', 'key', 'until'])
    .where(sql<boolean>`(tenant, source, key) > (${arg('tenant')}, ${arg('source')}, ${arg('key')})`)
    .orderBy('tenant')
    .orderBy('source')
    .orderBy('key')
    .limit(arg('most')),
);

/** Forgets what made a repeat recognisable, once its time is over. */
export const forgetSeen = statement<{ tenant: string; source: string; key: string; now: number }>(
  'retention.forgetSeen',
  (arg) =>
    queries
      .deleteFrom('seen')
      .where('tenant', '=', arg('tenant'))
      .where('source', '=', arg('source'))
      .where('key', '=', arg('key'))
      .where('until', '<', arg('now')),
);

export interface QuietConversation {
  readonly id: string;
  readonly tenant: string;
  readonly acted_at: number;
}

/** The next conversations by id; begins after the empty text. */
export const conversationsAfter = statement<{ after: string; most: number }, QuietConversation>(
  'retention.conversationsAfter',
  (arg) =>
    queries
      .selectFrom('conversation')
      .select(['id', 'tenant', 'acted_at'])
      .where('id', '>', arg('after'))
      .orderBy('id')
      .limit(arg('most')),
);

/** Forgets a conversation whose visitor has not acted since then, once its last message is forgotten. */
export const forgetConversation = statement<{ id: string; before: number }>(
  'retention.forgetConversation',
  (arg) => sql`
    delete from conversation where id = ${arg('id')} and acted_at < ${arg('before')}
      and not exists (select 1 from ${everyMessage} as message where message.conversation = conversation.id)`,
);

/** Forgets the turn number of a lane whose conversation is forgotten. */
export const forgetLane = statement<{ lane: string; conversation: string }>('retention.forgetLane', (arg) =>
  queries
    .deleteFrom('lane')
    .where('id', '=', arg('lane'))
    .where(isForgotten(arg('conversation'))),
);

/** Forgets whom the helpdesks' ids meant, where the conversation is forgotten. */
export const forgetBindings = statement<{ conversation: string }>('retention.forgetBindings', (arg) =>
  queries
    .deleteFrom('binding')
    .where('conversation', '=', arg('conversation'))
    .where(isForgotten(arg('conversation'))),
);

/** Forgets what adapters remembered of a conversation that is forgotten. */
export const forgetMemories = statement<{ conversation: string }>('retention.forgetMemories', (arg) =>
  queries
    .deleteFrom('memory')
    .where('conversation', '=', arg('conversation'))
    .where(isForgotten(arg('conversation'))),
);

/** Forgets whose a conversation was that is forgotten. */
export const forgetRoute = statement<{ conversation: string }>('retention.forgetRoute', (arg) =>
  queries
    .deleteFrom('route')
    .where('conversation', '=', arg('conversation'))
    .where(isForgotten(arg('conversation'))),
);

/** Forgets what was known of a visitor whose conversation is forgotten. */
export const forgetProfile = statement<{ conversation: string }>('retention.forgetProfile', (arg) =>
  queries
    .deleteFrom('profile')
    .where('conversation', '=', arg('conversation'))
    .where(isForgotten(arg('conversation'))),
);

/** The topics of a conversation: each has a lane of its own. */
export const topicsOf = statement<{ conversation: string }, { helpdesk: string; topic: string }>(
  'retention.topicsOf',
  (arg) =>
    queries.selectFrom('pull').select(['helpdesk', 'topic']).where('conversation', '=', arg('conversation')),
);

/** Forgets the topics of a conversation that is forgotten. */
export const forgetPulls = statement<{ conversation: string }>('retention.forgetPulls', (arg) =>
  queries
    .deleteFrom('pull')
    .where('conversation', '=', arg('conversation'))
    .where(isForgotten(arg('conversation'))),
);

// The empty text is the helpdesk's own: never a conversation that was forgotten.
function isForgotten(conversation: string) {
  return sql<boolean>`${conversation} <> '' and not exists (
    select 1 from conversation where conversation.id = ${conversation})`;
}

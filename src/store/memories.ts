import { sql } from 'kysely';
import { queries, statement } from './statement.ts';
import type { MemoryTable } from './tables.ts';

/** What an adapter remembers of a conversation, and of its helpdesk (`conversation` empty). */
export const readMemory = statement<{ helpdesk: string; conversation: string }, MemoryTable>(
  'memory.read',
  (arg) =>
    queries
      .selectFrom('memory')
      .selectAll()
      .where('helpdesk', '=', arg('helpdesk'))
      .where('conversation', '=', arg('conversation')),
);

/** Writes the first memory. Expect 1: somebody else may have been quicker. */
export const createMemory = statement<{ helpdesk: string; conversation: string; value: string }>(
  'memory.create',
  (arg) =>
    queries
      .insertInto('memory')
      .values({
        helpdesk: arg('helpdesk'),
        conversation: arg('conversation'),
        version: 1,
        value: arg('value'),
      })
      .onConflict((conflict) => conflict.columns(['helpdesk', 'conversation']).doNothing()),
);

/** Writes a memory that was folded from `version`. Expect 1: a miss means that it moved on, so read and fold again. */
export const updateMemory = statement<{
  helpdesk: string;
  conversation: string;
  version: number;
  value: string;
}>('memory.update', (arg) =>
  queries
    .updateTable('memory')
    .set((eb) => ({ value: arg('value'), version: eb('version', '+', 1) }))
    .where('helpdesk', '=', arg('helpdesk'))
    .where('conversation', '=', arg('conversation'))
    .where('version', '=', arg('version')),
);

/** Stands in a batch with `expect: 1` where something was decided by a memory: its version is still this one (0: none). */
export const proveMemory = statement<
  { helpdesk: string; conversation: string; version: number },
  { version: number }
>(
  'memory.prove',
  (arg) => sql<{ version: number }>`
    select version from (select coalesce((
      select version from memory where helpdesk = ${arg('helpdesk')} and conversation = ${arg('conversation')}), 0
    ) as version) as current where version = ${arg('version')}`,
);

import { sql } from 'kysely';
import { holds } from './by-key.ts';
import { queries, statement } from './statement.ts';
import type { PullTable } from './tables.ts';

/** Sets a due time by its name; an older one of that name is replaced. */
export const setWake = statement<{
  helpdesk: string;
  conversation: string;
  name: string;
  due: number;
  attempts: number;
}>('wake.set', (arg) =>
  queries
    .insertInto('wake')
    .values({
      helpdesk: arg('helpdesk'),
      conversation: arg('conversation'),
      name: arg('name'),
      due: arg('due'),
      first_due: arg('due'),
      attempts: arg('attempts'),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['helpdesk', 'conversation', 'name'])
        .doUpdateSet({ due: arg('due'), first_due: arg('due'), attempts: arg('attempts') }),
    ),
);

/** Takes a due time back. */
export const clearWake = statement<{ helpdesk: string; conversation: string; name: string }>(
  'wake.clear',
  (arg) =>
    queries
      .deleteFrom('wake')
      .where('helpdesk', '=', arg('helpdesk'))
      .where('conversation', '=', arg('conversation'))
      .where('name', '=', arg('name')),
);

/** Takes a due time back that was met, unless it was set anew meanwhile. */
export const meetWake = statement<{ helpdesk: string; conversation: string; name: string; due: number }>(
  'wake.meet',
  (arg) =>
    queries
      .deleteFrom('wake')
      .where('helpdesk', '=', arg('helpdesk'))
      .where('conversation', '=', arg('conversation'))
      .where('name', '=', arg('name'))
      .where('due', '=', arg('due')),
);

/** A bell rang for a topic, or it is to be watched: it is due then, or earlier if it was already. */
export const ringPull = statement<{
  helpdesk: string;
  topic: string;
  conversation: string;
  due: number;
  rung: number | null;
  note: string | null;
}>('pull.ring', (arg) =>
  queries
    .insertInto('pull')
    .values({
      helpdesk: arg('helpdesk'),
      topic: arg('topic'),
      conversation: arg('conversation'),
      cursor: null,
      due: arg('due'),
      rung: arg('rung'),
      note: arg('note'),
    })
    .onConflict((conflict) =>
      conflict.columns(['helpdesk', 'topic', 'conversation']).doUpdateSet((eb) => ({
        due: eb
          .case()
          .when('pull.due', 'is not', null)
          .then(
            eb
              .case()
              .when('pull.due', '<', eb.ref('excluded.due'))
              .then(eb.ref('pull.due'))
              .else(eb.ref('excluded.due'))
              .end(),
          )
          .else(eb.ref('excluded.due'))
          .end(),
        rung: eb.fn.coalesce('excluded.rung', 'pull.rung'),
        note: eb.fn.coalesce('excluded.note', 'pull.note'),
      })),
    ),
);

/** Takes a topic into flight, if it is due: until its page is kept, only a bell or a watch sets it a time. */
export const beginPull = statement<
  { helpdesk: string; topic: string; conversation: string; now: number; never: number },
  PullTable
>('pull.begin', (arg) =>
  queries
    .updateTable('pull')
    .set({ due: arg('never') })
    .where('helpdesk', '=', arg('helpdesk'))
    .where('topic', '=', arg('topic'))
    .where('conversation', '=', arg('conversation'))
    .where(holds(sql`due <= ${arg('now')}`))
    .returningAll(),
);

/** A topic that an earlier turn took and could not settle, as the store failed in between, is due. */
export const resumePull = statement<{
  helpdesk: string;
  topic: string;
  conversation: string;
  now: number;
  never: number;
}>('pull.resume', (arg) =>
  queries
    .updateTable('pull')
    .set({ due: arg('now') })
    .where('helpdesk', '=', arg('helpdesk'))
    .where('topic', '=', arg('topic'))
    .where('conversation', '=', arg('conversation'))
    .where('due', '=', arg('never')),
);

/** Moves a cursor, beside the events of its page. A time that a bell or a watch set meanwhile stands, if it is earlier. */
export const movePull = statement<{
  helpdesk: string;
  topic: string;
  conversation: string;
  cursor: string | null;
  due: number | null;
  never: number;
}>('pull.move', (arg) =>
  queries
    .updateTable('pull')
    .set({
      cursor: arg('cursor'),
      due: sql<number | null>`case
        when due is null or due >= cast(${arg('never')} as bigint) then cast(${arg('due')} as bigint)
        when due < coalesce(cast(${arg('due')} as bigint), cast(${arg('never')} as bigint)) then due
        else cast(${arg('due')} as bigint) end`,
    })
    .where('helpdesk', '=', arg('helpdesk'))
    .where('topic', '=', arg('topic'))
    .where('conversation', '=', arg('conversation')),
);

/** Puts off a due time that was met without success, unless it was set anew meanwhile. */
export const postponeWake = statement<{
  helpdesk: string;
  conversation: string;
  name: string;
  due: number;
  later: number;
  attempts: number;
}>('wake.postpone', (arg) =>
  queries
    .updateTable('wake')
    .set({ due: arg('later'), attempts: arg('attempts') })
    .where('helpdesk', '=', arg('helpdesk'))
    .where('conversation', '=', arg('conversation'))
    .where('name', '=', arg('name'))
    .where('due', '=', arg('due')),
);

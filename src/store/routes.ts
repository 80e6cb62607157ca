import { sql } from 'kysely';
import { queries, statement } from './statement.ts';
import type { RouteTable } from './tables.ts';

export const readRoute = statement<{ conversation: string }, RouteTable>('route.read', (arg) =>
  queries.selectFrom('route').selectAll().where('conversation', '=', arg('conversation')),
);

interface WrittenRoute extends Record<string, string | number | null> {
  readonly conversation: string;
  readonly state: RouteTable['state'];
  readonly until: number;
  readonly movedAt: number;
  readonly unseenFrom: number | null;
  readonly helpdesk: string | null;
  readonly heldUntil: number;
  readonly routing: string | null;
  readonly opened: string | null;
}

/** Writes a conversation's first route. Expect 1: somebody else may have been quicker. */
export const createRoute = statement<WrittenRoute>('route.create', (arg) =>
  queries
    .insertInto('route')
    .values({
      conversation: arg('conversation'),
      version: 1,
      state: arg('state'),
      until: arg('until'),
      moved_at: arg('movedAt'),
      unseen_from: arg('unseenFrom'),
      helpdesk: arg('helpdesk'),
      held_until: arg('heldUntil'),
      routing: arg('routing'),
      opened: arg('opened'),
    })
    .onConflict((conflict) => conflict.column('conversation').doNothing()),
);

/** Moves a route that was read at `version`. Expect 1: a miss means that it has moved on. */
export const moveRoute = statement<WrittenRoute & { readonly version: number }>('route.move', (arg) =>
  queries
    .updateTable('route')
    .set((eb) => ({
      version: eb('version', '+', 1),
      state: arg('state'),
      until: arg('until'),
      moved_at: arg('movedAt'),
      unseen_from: arg('unseenFrom'),
      helpdesk: arg('helpdesk'),
      held_until: arg('heldUntil'),
      routing: arg('routing'),
      opened: arg('opened'),
    }))
    .where('conversation', '=', arg('conversation'))
    .where('version', '=', arg('version')),
);

/** The session of the helpdesk that has the conversation goes on, until then at least. Nothing where another has it. */
export const holdRoute = statement<{ conversation: string; helpdesk: string; until: number }>(
  'route.hold',
  (arg) =>
    queries
      .updateTable('route')
      .set((eb) => ({ version: eb('version', '+', 1), held_until: arg('until') }))
      .where('conversation', '=', arg('conversation'))
      .where('helpdesk', '=', arg('helpdesk'))
      .where('held_until', '<', arg('until')),
);

/** Its session has ended: the next message is anybody's. Nothing where another has the conversation. */
export const freeRoute = statement<{ conversation: string; helpdesk: string }>('route.free', (arg) =>
  queries
    .updateTable('route')
    .set((eb) => ({ version: eb('version', '+', 1), held_until: 0 }))
    .where('conversation', '=', arg('conversation'))
    .where('helpdesk', '=', arg('helpdesk'))
    .where('held_until', '>', 0),
);

/** Stands in a batch with `expect: 1` where something was decided by a route: its version is still this one (0: none). */
export const proveRoute = statement<{ conversation: string; version: number }, { version: number }>(
  'route.prove',
  (arg) => sql<{ version: number }>`
    select version from (select coalesce((
      select version from route where conversation = ${arg('conversation')}), 0
    ) as version) as current where version = ${arg('version')}`,
);

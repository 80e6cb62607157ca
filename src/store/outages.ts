import { sql } from 'kysely';
import { queries, statement } from './statement.ts';
import type { OutageTable } from './tables.ts';

/** A forward found that its helpdesk does not answer: it is down since the first that did. */
export const noteOutage = statement<{ helpdesk: string; now: number }>('outage.note', (arg) =>
  queries
    .insertInto('outage')
    .values({ helpdesk: arg('helpdesk'), since: arg('now'), seen_at: arg('now') })
    .onConflict((conflict) => conflict.column('helpdesk').doUpdateSet({ seen_at: sql`excluded.seen_at` })),
);

/** It answered. */
export const endOutage = statement<{ helpdesk: string }>('outage.end', (arg) =>
  queries.deleteFrom('outage').where('helpdesk', '=', arg('helpdesk')),
);

export const readOutage = statement<{ helpdesk: string }, OutageTable>('outage.read', (arg) =>
  queries.selectFrom('outage').selectAll().where('helpdesk', '=', arg('helpdesk')),
);

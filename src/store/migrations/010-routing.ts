import { sql } from 'kysely';
import type { Migration } from './index.ts';

/** Which of several helpdesks has a conversation, and since when one of them does not answer. */
export const routing: Migration = {
  name: '010-routing',
  up({ schema }, engine) {
    return [
      schema.alterTable('route').addColumn('helpdesk', 'text'),
      schema.alterTable('route').addColumn('held_until', 'bigint', (c) => c.notNull().defaultTo(0)),
      schema.alterTable('route').addColumn('routing', 'text'),
      schema.alterTable('route').addColumn('opened', 'text'),
      schema
        .createTable('outage')
        .addColumn('helpdesk', 'text', (c) => c.primaryKey())
        .addColumn('since', 'bigint', (c) => c.notNull())
        .addColumn('seen_at', 'bigint', (c) => c.notNull())
        .modifyEnd(engine === 'sqlite' ? sql`without rowid` : sql``),
    ];
  },
};

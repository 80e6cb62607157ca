import { sql } from 'kysely';
import type { Migration } from './index.ts';

/** The slots of limits that each instance holds; a store that one process has leaves it empty. */
export const paceLeases: Migration = {
  name: '015-pace-leases',
  up: ({ schema }, engine) => [
    schema
      .createTable('pace_lease')
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('holder', 'text', (c) => c.notNull())
      .addColumn('turn', 'bigint', (c) => c.notNull())
      .addColumn('calls', 'bigint', (c) => c.notNull())
      .addColumn('wants', 'bigint', (c) => c.notNull())
      .addColumn('good_until', 'bigint', (c) => c.notNull())
      .addColumn('blocked_until', 'bigint', (c) => c.notNull())
      .addColumn('free_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('pace_lease_key', ['name', 'holder'])
      .modifyEnd(engine === 'sqlite' ? sql`without rowid` : sql``),
  ],
};

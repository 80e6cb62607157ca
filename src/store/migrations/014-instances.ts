import { sql } from 'kysely';
import type { Migration } from './index.ts';

/** Who has a store that several processes share, and which of its lanes. With SQLite nobody is written down here. */
export const instances: Migration = {
  name: '014-instances',
  up: ({ schema }, engine) => [
    schema
      .createTable('instance')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('until', 'bigint', (c) => c.notNull())
      .modifyEnd(engine === 'sqlite' ? sql`without rowid` : sql``),
    schema.alterTable('lane').addColumn('owner', 'text'),
    schema.alterTable('lane').addColumn('again', 'integer', (c) => c.notNull().defaultTo(0)),
    schema
      .createIndex('lane_owned')
      .on('lane')
      .columns(['owner', 'id'])
      .where(sql.ref('owner'), 'is not', null),
  ],
};

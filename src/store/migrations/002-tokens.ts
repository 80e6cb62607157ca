import { sql } from 'kysely';
import type { Migration } from './index.ts';

export const tokens: Migration = {
  name: '002-tokens',
  up(db, engine) {
    const keyed = engine === 'sqlite' ? sql`without rowid` : sql``;
    return [
      db.schema
        .createTable('permit')
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('at', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('permit_key', ['name', 'at'])
        .modifyEnd(keyed),
    ];
  },
};

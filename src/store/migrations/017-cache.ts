import { sql } from 'kysely';
import type { Migration } from './index.ts';

/** Short-lived values, where all who share the store share them. */
export const cache: Migration = {
  name: '017-cache',
  up({ schema }, engine) {
    return [
      schema
        .createTable('cache')
        .addColumn('key', 'text', (c) => c.primaryKey())
        .addColumn('value', 'text', (c) => c.notNull())
        .addColumn('good_until', 'bigint', (c) => c.notNull())
        .modifyEnd(engine === 'sqlite' ? sql`without rowid` : sql``),
      schema.createIndex('cache_good_until').on('cache').columns(['good_until']),
    ];
  },
};

import { sql } from 'kysely';
import type { Migration } from './index.ts';

export const counters: Migration = {
  name: '007-counters',
  up(db, engine) {
    const keyed = engine === 'sqlite' ? sql`without rowid` : sql``;
    const { schema } = db;
    return [
      schema
        .createTable('counter')
        .addColumn('tenant', 'text', (c) => c.notNull())
        .addColumn('span', 'text', (c) => c.notNull())
        .addColumn('starts_at', 'bigint', (c) => c.notNull())
        .addColumn('api', 'text', (c) => c.notNull())
        .addColumn('used', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('counter_key', ['tenant', 'span', 'starts_at', 'api'])
        .modifyEnd(keyed),
      schema
        .createTable('api')
        .addColumn('tenant', 'text', (c) => c.notNull())
        .addColumn('api', 'text', (c) => c.notNull())
        .addColumn('per_day', 'bigint')
        .addColumn('rate_calls', 'bigint')
        .addColumn('rate_per_ms', 'bigint')
        .addColumn('paused_until', 'bigint', (c) => c.notNull().defaultTo(0))
        .addColumn('paused_code', 'text')
        .addColumn('alarmed_day', 'bigint', (c) => c.notNull().defaultTo(0))
        .addPrimaryKeyConstraint('api_key', ['tenant', 'api'])
        .modifyEnd(keyed),
    ];
  },
};
